// Cancels an order of the buyer.

import { explain } from '../shared/api.js';
import { openDialog } from '../shared/dialog.js';
import { element } from '../shared/dom.js';
import { money, text } from '../shared/language.js';
import { titleOf } from './goods.js';

/**
 * Cancels the order after a confirmation. Resolves to a function that returns a text of the result, or to undefined if
 * the buyer declines.
 */
export async function cancel(order, api, orders) {
  const { number, total, currency, state, refunded = 0 } = order;
  // What is left of the payment: a part may have been refunded before.
  const amount = () => money(total - refunded, currency);
  const isConfirmed = await openDialog({
    id: 'dialog-cancel',
    title: text('cancel.title'),
    content: element(
      'p',
      {},
      `${titleOf(order)} · ${money(total, currency)}. `,
      text(state === 'PAID' ? 'cancel.paid' : 'cancel.unpaid', { amount: amount() }),
    ),
    actions: [
      { id: 'cancel-no', label: text('cancel.no'), value: false, look: 'primary' },
      { id: 'cancel-yes', label: text('cancel.yes'), value: true, look: 'danger' },
    ],
  });
  if (!isConfirmed) return undefined;
  const finish = orders.suppressNews(number, 'CANCELLED', 'REFUNDED');
  const { isOk, status, body } = await api.post(`/orders/${encodeURIComponent(number)}/cancellation`, {});
  finish(status === 200);
  if (!isOk) return status === 0 || status >= 500 ? () => text('cancel.unknown', { number }) : () => explain(body);
  orders.note(body);
  // What became of the money.
  const result = { REFUNDED: 'cancel.refunded', REFUNDING: 'cancel.refunding' }[body.state] ?? 'cancel.done';
  return () => text(result, { number, amount: amount() });
}
