// Pays an order, once.

import { NO_RESPONSE, explain, isFinal } from '../shared/api.js';
import { attempt } from '../shared/keep.js';
import { addTexts, money, text } from '../shared/language.js';
import { PAY_TEXTS } from './pay-texts.js';

addTexts(PAY_TEXTS);

/** Card token, as a provider's payment page would issue it; this one is the simulated provider's. */
const METHOD = 'tok_visa';

/**
 * Pays the order. The idempotency key stays the same, over reloads too, until the payment is decided: repeated clicks
 * make one payment. Resolves to a function that returns a text of the result.
 */
export async function pay(order, api, orders) {
  const { number, total, currency } = order;
  const amount = () => money(total, currency);
  const { key, end } = attempt(`pay ${number}`);
  const finish = orders.suppressNews(number, 'PAID', 'PAYMENT_REFUSED');
  const reply = await api.post(`/orders/${encodeURIComponent(number)}/payments`, { method: METHOD }, key);
  // A response about another order (a proxy mixed two up) counts as none.
  const { isOk, status, body } = reply.isOk && reply.body.number !== number ? NO_RESPONSE : reply;
  const isDecided = isOk ? body.state !== 'ASKED' : status < 500 && isFinal(body);
  if (isDecided) end();
  finish(isOk && isDecided);
  if (body?.limit) return () => text('pay.limit');
  if (!isOk) return status === 0 || status >= 500 ? () => text('pay.unknown') : () => explain(body);
  if (body.order) orders.note(body.order);
  const reason = body.reason ? ` (${body.reason})` : '';
  return () => text(`pay.${body.state}`, { number, amount: amount(), reason });
}
