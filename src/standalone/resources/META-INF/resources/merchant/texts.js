// Texts of the merchant's page, in English and Chinese.

export const TEXTS = {
  'page': ['Fulfilment', '发货'],
  'token.why': ['This service has no sign-in of its own. Paste a token from your sign-in service (a JWT with the role “merchant”). It is kept until you close this tab.', '本服务没有自己的登录。请粘贴登录服务签发的令牌（带 “merchant” 角色的 JWT）；关闭标签页后即清除。'],
  'to-ship.title': ['To ship', '待发货'],
  'shipped.title': ['Shipped', '已发货'],
  'shipped.SHIPPED': ['To complete', '待完成'],
  'shipped.RETURNING': ['Being returned', '退货中'],
  'on-hold.title': ['On hold', '暂停发货'],
  'on-hold.reason': ['Reason', '原因'],
};
