// The merchant's page: what is to be shipped, what was shipped, what is on hold, disputes, and orders.

import { byId, element } from '../shared/dom.js';
import { text } from '../shared/language.js';
import { showDisputes } from '../staff/disputes.js';
import { HOLDS, holdText } from '../staff/history.js';
import { filter } from '../staff/list-detail.js';
import { showSearch, workList } from '../staff/orders.js';
import { openPage } from '../staff/page.js';
import { TEXTS } from './texts.js';

await openPage({
  role: 'merchant',
  texts: TEXTS,
  tabs: [
    { name: 'to-ship', title: 'to-ship.title', open: (staff) => workList(staff, 'to-ship', () => 'state=PAID&hold=false') },
    { name: 'shipped', title: 'shipped.title', open: showShipped },
    { name: 'on-hold', title: 'on-hold.title', open: showOnHold },
    { name: 'disputes', title: 'disputes.title', open: showDisputes },
    { name: 'orders', aliases: ['search'], title: 'search.title', open: showSearch },
  ],
});

function showShipped(staff) {
  const state = filter('shipped-state', 'filter.state', () =>
    ['SHIPPED', 'RETURNING'].map((name) => [name, text(`shipped.${name}`)]),
  );
  return filtered(staff, 'shipped', state, () => `state=${state.control.value}`);
}

function showOnHold(staff) {
  const reason = filter('on-hold-reason', 'on-hold.reason', () => [
    ['true', text('filter.all')],
    ...HOLDS.map((hold) => [hold, holdText(hold)]),
  ]);
  return filtered(staff, 'on-hold', reason, () => `state=PAID&hold=${reason.control.value}`);
}

function filtered(staff, name, { control, part }, query) {
  byId(`${name}-tools`).append(element('div', { class: 'filters' }, part));
  const list = workList(staff, name, query);
  control.addEventListener('change', () => list.restart());
  return list;
}
