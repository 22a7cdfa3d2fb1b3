// Payments whose outcome the provider has not confirmed for a long time, with the pages of their orders.

import { explain } from '../shared/api.js';
import { element } from '../shared/dom.js';
import { money, text } from '../shared/language.js';
import { numberText } from '../shared/order-parts.js';
import { ListDetail } from '../staff/list-detail.js';
import { orderPage, readOrder } from '../staff/order-page.js';
import { age } from '../staff/time.js';

export function showUnsettled(staff) {
  const { api, say, work } = staff;
  const list = new ListDetail(api, {
    name: 'unsettled',
    path: () => '/payments/unsettled',
    hasPages: false,
    member: 'payments',
    keyOf: ({ payment }) => payment,
    row: ({ number, state, currency, amount, begunAt }) => [
      element('span', { class: 'item-head' }, numberText(number), age(begunAt)),
      element(
        'span',
        { class: 'item-more' },
        element('span', {}, text(`payment.${state}`)),
        element('span', {}, money(amount, currency)),
      ),
    ],
    read: (_, payment) => (payment ? readOrder(api, payment.number, say) : null),
    detail: (found) => orderPage(staff, found, () => list.refresh()),
    fail: (problem) => say(explain(problem)),
  });
  work.addEventListener('change', () => list.refresh());
  return list;
}
