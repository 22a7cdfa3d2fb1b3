// Texts of the confirmations, in English and Chinese; loaded with them.

export const QUESTION_TEXTS = {
  'lookalike.title': ['Order this again?', '再订一次？'],
  'lookalike.then': ['You placed the same order {ago}:', '{ago}您下过同样的订单：'],
  'lookalike.now': ['You’re placing the same order right now, maybe in another tab:', '您正在下同样的订单，也许在另一个标签页：'],
  'lookalike.number': ['Order {number}', '订单 {number}'],
  'lookalike.ask': ['If that’s the one you wanted, you’re all set.', '如果要的就是这一单，无须再订。'],
  'lookalike.no': ['Keep one order', '一单就够'],
  'lookalike.yes': ['Order again', '再订一单'],
  'large.title': ['Check your total', '请核对总额'],
  'large.ask': ['Your order comes to {amount}. Is that right?', '您的订单共 {amount}，对吗？'],
  'large.no': ['Go back', '返回'],
  'large.yes': ['Pay {amount}', '付款 {amount}'],
};
