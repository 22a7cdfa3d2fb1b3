// The buyer's actions on an order: pay and cancel. Each resolves to a text that describes the result.

import { NO_RESPONSE, explain, isFinal } from '../shared/api.js';
import { openDialog } from '../shared/dialog.js';
import { element } from '../shared/dom.js';
import { money, text } from '../shared/language.js';
import { attempt } from '../shared/keep.js';
import { numberText } from '../shared/order-parts.js';

/** Card token, as a provider's payment page would issue it; this one is the simulated provider's. */
const METHOD = 'tok_visa';

/**
 * Pays the order. The idempotency key stays the same, over reloads too, until the payment is decided: repeated clicks
 * make one payment.
 */
export async function pay(order, api, orders) {
  const { number, total, currency } = order;
  const amount = money(total, currency);
  const { key, end } = attempt(`pay ${number}`);
  const finish = orders.suppressNews(number, 'PAID', 'PAYMENT_REFUSED');
  const reply = await api.post(`/orders/${encodeURIComponent(number)}/payments`, { method: METHOD }, key);
  // A response about another order (a proxy mixed two up) counts as none.
  const { isOk, status, body } = reply.isOk && reply.body.number !== number ? NO_RESPONSE : reply;
  const isDecided = isOk ? body.state !== 'ASKED' : status < 500 && isFinal(body);
  if (isDecided) end();
  finish(isOk && isDecided);
  if (!isOk) return status === 0 || status >= 500 ? text('pay.unknown', { number }) : explain(body);
  if (body.order) orders.note(body.order);
  const reason = body.reason ? ` (${body.reason})` : '';
  return `${text(`pay.${body.state}`, { number, amount })}${reason}`;
}

/** Cancels the order after a confirmation. Resolves to undefined if the buyer declines. */
export async function cancel(order, api, orders) {
  const { number, total, currency, state } = order;
  const isConfirmed = await openDialog({
    id: 'dialog-cancel',
    title: text('cancel.title'),
    content: element(
      'p',
      {},
      numberText(number),
      ` · ${money(total, currency)}. `,
      text(state === 'PAID' ? 'cancel.paid' : 'cancel.unpaid'),
    ),
    actions: [
      { id: 'cancel-no', label: text('cancel.no'), value: false },
      { id: 'cancel-yes', label: text('cancel.yes'), value: true, look: 'danger' },
    ],
  });
  if (!isConfirmed) return undefined;
  const finish = orders.suppressNews(number, 'CANCELLED', 'REFUNDED');
  const { isOk, status, body } = await api.post(`/orders/${encodeURIComponent(number)}/cancellation`, {});
  finish(status === 200);
  if (!isOk) return status === 0 || status >= 500 ? text('cancel.unknown', { number }) : explain(body);
  orders.note(body);
  return text(status === 202 ? 'cancel.later' : 'cancel.done', { number });
}
