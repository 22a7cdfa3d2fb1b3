// What a buyer can do with an order: pay and cancel. Each resolves to what came of it, in words.

import { NO_ANSWER, explain, isFinal } from '../shared/api.js';
import { openDialog } from '../shared/dialog.js';
import { element } from '../shared/dom.js';
import { money, text } from '../shared/language.js';
import { attempt } from '../shared/keep.js';
import { numberText } from '../shared/order-parts.js';

/** The token that a provider's page would make of a card. Here it is the simulated provider's. */
const METHOD = 'tok_visa';

/**
 * Pays. The key stays the same until the payment is decided, over reloads too: however often the button is pressed,
 * it is one payment.
 */
export async function pay(order, api, orders) {
  const { number, total, currency } = order;
  const amount = money(total, currency);
  const { key, end } = attempt(`pay ${number}`);
  const told = orders.quietly(number, 'PAID', 'PAYMENT_REFUSED');
  const reply = await api.post(`/orders/${encodeURIComponent(number)}/payments`, { method: METHOD }, key);
  // What a mixed-up proxy says of another order's payment is not known of this one.
  const { isOk, status, body } = reply.isOk && reply.body.number !== number ? NO_ANSWER : reply;
  const isDecided = isOk ? body.state !== 'ASKED' : status < 500 && isFinal(body);
  if (isDecided) end();
  told(isOk && isDecided);
  if (!isOk) return status === 0 || status >= 500 ? text('pay.unknown', { number }) : explain(body);
  if (body.order) orders.note(body.order);
  const reason = body.reason ? ` (${body.reason})` : '';
  return `${text(`pay.${body.state}`, { number, amount })}${reason}`;
}

/** Undefined if the person thought better of it. */
export async function cancel(order, api, orders) {
  const { number, total, currency, state } = order;
  const isMeant = await openDialog({
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
  if (!isMeant) return undefined;
  const told = orders.quietly(number, 'CANCELLED', 'REFUNDED');
  const { isOk, status, body } = await api.post(`/orders/${encodeURIComponent(number)}/cancellation`, {});
  told(status === 200);
  if (!isOk) return status === 0 || status >= 500 ? text('cancel.unknown', { number }) : explain(body);
  orders.note(body);
  return text(status === 202 ? 'cancel.later' : 'cancel.done', { number });
}
