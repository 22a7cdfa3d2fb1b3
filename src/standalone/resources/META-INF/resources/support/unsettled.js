// Payments whose outcome the provider has not confirmed for a long time.

import { explain } from '../shared/api.js';
import { element } from '../shared/dom.js';
import { money, onLanguage, text } from '../shared/language.js';
import { instantText } from '../shared/order-parts.js';
import { orderLink } from '../staff/order-search.js';
import { PagedList } from '../staff/paged-list.js';

export function showUnsettled({ api, say, work }) {
  const list = new PagedList(api, {
    name: 'unsettled',
    path: () => '/payments/unsettled',
    hasPages: false,
    member: 'payments',
    fail: (problem) => say(explain(problem)),
    row: (payment) => ({
      key: payment.payment,
      shown: [payment, document.documentElement.lang],
      build: () => row(payment),
    }),
  });
  onLanguage(() => list.show());
  work.addEventListener('change', () => list.refresh());
  list.restart();
}

function row({ payment, number, state, currency, amount, begunAt }) {
  return element(
    'li',
    { id: `payment-${payment}`, class: 'card', tabindex: -1, 'data-testid': 'unsettled-payment' },
    orderLink(number),
    ` · ${money(amount, currency)} · ${text(`payment.${state}`)} · `,
    instantText(begunAt),
  );
}
