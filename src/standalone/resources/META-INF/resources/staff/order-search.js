// The search of orders.

import { busyWhile, byId, element } from '../shared/dom.js';
import { onLanguage, text } from '../shared/language.js';
import { numberText } from '../shared/order-parts.js';
import { HOLDS, holdText } from './history.js';
import { OrderList } from './order-list.js';
import { fillSelect } from './paged-list.js';

const STATES = [
  'CREATED',
  'PAYING',
  'PAID',
  'SHIPPED',
  'COMPLETED',
  'RETURNING',
  'RETURNED',
  'CANCELLED',
  'REFUNDING',
  'REFUNDED',
];
/** The service's limit of the beginning of a number. */
const SHORTEST_NUMBER = 4;

/** A link to an order on this page; the search opens it. */
export function orderLink(number) {
  return element('a', { href: `#orders/${number}` }, numberText(number));
}

/** Shows the newest orders, until the person searches or follows a link to an order. */
export function showOrderSearch(staff) {
  const form = byId('order-search');
  const fields = form.elements;
  // What was searched last: the form can have changed since.
  let query = queryOf(fields);
  const list = new OrderList(staff, { name: 'orders', path: () => `/orders?${query}`, isRefreshed: false });
  const search = async () => {
    query = queryOf(fields);
    await list.restart();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busyWhile(byId('order-search-send'), search);
  });
  fields.number.addEventListener('input', () => {
    const { length } = fields.number.value.replaceAll(/[\s-]/g, '');
    const isShort = length > 0 && length < SHORTEST_NUMBER;
    fields.number.setCustomValidity(isShort ? text('search.number.short') : '');
  });
  onLanguage(() => {
    const any = ['', text('filter.all')];
    fillSelect(fields.state, [any, ...STATES.map((state) => [state, text(`state.${state}`)])]);
    fillSelect(fields.hold, [
      any,
      ['true', text('search.hold.true')],
      ['false', text('search.hold.false')],
      ...HOLDS.map((hold) => [hold, holdText(hold)]),
    ]);
    fillSelect(fields.order, [
      ['newest', text('search.newest')],
      ['oldest', text('search.oldest')],
    ]);
  });
  const follow = async () => {
    const [, number] = /^#orders\/([0-9A-Z-]+)$/.exec(location.hash) ?? [];
    if (!number) return search();
    form.reset();
    fields.number.value = number;
    // The same link works again.
    history.replaceState(history.state, '', '#orders');
    await search();
    await list.open(number);
  };
  window.addEventListener('hashchange', () => location.hash.startsWith('#orders/') && follow());
  follow();
}

/** `order` is always there: with it a person who is a buyer too searches all orders. */
function queryOf({ number, buyer, reference, state, hold, placedFrom, placedTo, order }) {
  const words = [number, buyer, reference, state, hold].map(({ name, value }) => [name, value.trim()]);
  const times = [placedFrom, placedTo].map(({ name, value }) => [name, value && new Date(value).toISOString()]);
  return [...words, ...times, ['order', order.value || 'newest']]
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
