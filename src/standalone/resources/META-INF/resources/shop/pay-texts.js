// Texts of payments, in English and Chinese; loaded with pay.js.

export const PAY_TEXTS = {
  'pay.CAPTURED': ['{amount} paid.', '已付 {amount}。'],
  'pay.DECLINED': ['Your payment was declined{reason}. You weren’t charged. Try again or use another card.', '付款被拒{reason}，没有扣款。请重试或换一张卡。'],
  'pay.ASKED': ['Your payment is being processed. The result will appear here.', '付款处理中，结果会显示在这里。'],
  'pay.REFUNDING': ['Order {number} was cancelled. Refund in progress.', '订单 {number} 已取消，退款处理中。'],
  'pay.REFUNDED': ['Order {number} was cancelled and {amount} refunded.', '订单 {number} 已取消，{amount} 已退回。'],
  'pay.limit': ['Too many payments were declined. You weren’t charged. Please try again later.', '被拒的付款次数过多，没有扣款。请稍后再试。'],
  'pay.unknown': ['We couldn’t confirm your payment. It’s safe to press Pay again: you won’t be charged twice.', '尚未确认付款。可放心再按“付款”：不会重复扣款。'],
};
