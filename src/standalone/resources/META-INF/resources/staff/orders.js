// Lists of orders with the page of the chosen one: the search, and what waits for the merchant.

import { explain } from '../shared/api.js';
import { byId, element } from '../shared/dom.js';
import { money, onLanguage, text } from '../shared/language.js';
import { numberText, stateChip } from '../shared/order-parts.js';
import { words } from './frame.js';
import { HOLDS, holdText } from './history.js';
import { filter, ListDetail } from './list-detail.js';
import { orderPage, readOrder } from './order-page.js';
import { age } from './time.js';

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

/**
 * A list of orders.
 *
 * @param name of the tab
 * @param path see `ListDetail`
 * @param isWork whether these orders wait for the person: their number is shown, and when a move has changed the state
 *   of the chosen one, the list goes on to the next
 */
function orderList(staff, { name, path, isWork = false }) {
  const { api, say } = staff;
  const list = new ListDetail(api, {
    name,
    path,
    hasBadge: isWork,
    member: 'orders',
    keyOf: ({ number }) => number,
    row: orderRow,
    read: (number) => readOrder(api, number, say),
    detail: (found) =>
      orderPage(
        staff,
        found,
        async ({ number, state }) => {
          const { isOk, body } = await api.get(`/orders/${encodeURIComponent(number)}`);
          await (isWork && isOk && body.state !== state ? list.goOn() : list.refresh());
        },
      ),
    fail: (problem) => say(explain(problem)),
  });
  return list;
}

function orderRow({ number, state, buyer, total, currency, placedAt, holds = [] }) {
  return [
    element(
      'span',
      { class: 'item-head' },
      numberText(number),
      age(placedAt),
    ),
    element(
      'span',
      { class: 'item-more' },
      stateChip(state),
      element('span', { class: 'words' }, [buyer, ...holds.map(holdText)].join(' · ')),
      element('span', {}, money(total, currency)),
    ),
  ];
}

/** What waits for the merchant, the oldest first. */
export function workList(staff, name, query) {
  const list = orderList(staff, { name, path: () => `/orders?${query()}&order=oldest`, isWork: true });
  staff.work.addEventListener('change', () => list.refresh());
  return list;
}

/** A text can be a number, a buyer or a reference: the first of these that finds an order. */
const WAYS = ['number', 'buyer', 'reference'];
const NUMBER = /^[0-9A-Za-z]{4,18}$/;
const LONGEST_REFERENCE = 64;

/** The newest orders, until the person searches: with the one field of the header, and filters. */
export function showSearch(staff) {
  const tools = byId('orders-tools');
  const any = () => ['', text('filter.all')];
  const state = filter('search-state', 'filter.state', () => [
    any(),
    ...STATES.map((name) => [name, text(`state.${name}`)]),
  ]);
  const hold = filter('search-hold', 'search.hold', () => [
    any(),
    ['true', text('search.hold.true')],
    ['false', text('search.hold.false')],
    ...HOLDS.map((reason) => [reason, holdText(reason)]),
  ]);
  const order = filter('search-order', 'search.order', () => [
    ['newest', text('search.newest')],
    ['oldest', text('search.oldest')],
  ]);
  const from = timeField('search-from', 'search.from');
  const to = timeField('search-to', 'search.to');
  const found = element('p', { id: 'search-found', class: 'hint', 'data-testid': 'search-found' });
  tools.append(
    found,
    element('div', { class: 'filters' }, [state, hold, from, to, order].map(({ part }) => part)),
  );
  let searched = { text: '', way: null, others: [] };
  const path = () =>
    `/orders?${[
      ...(searched.way ? [[searched.way, searched.text]] : []),
      ['state', state.control.value],
      ['hold', hold.control.value],
      ['placedFrom', instantOf(from.control)],
      ['placedTo', instantOf(to.control)],
      // Always there: with it a person who is a buyer too searches all orders.
      ['order', order.control.value || 'newest'],
    ]
      .filter(([, value]) => value)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')}`;
  const list = orderList(staff, { name: 'orders', path });
  const showFound = () => {
    const { way, others } = searched;
    found.replaceChildren(
      ...(way === null
        ? []
        : [
            text(`search.by.${way}`, { text: searched.text }),
            ...others.flatMap((other) => [
              ' · ',
              element(
                'button',
                { type: 'button', class: 'quiet', 'data-testid': `search-by-${other}`, onclick: () => use(other) },
                text(`search.by.${other}`, { text: searched.text }),
              ),
            ]),
            ' · ',
            element('a', { href: '#search' }, text('search.clear')),
          ]),
    );
  };
  const use = (way) => {
    searched = { ...searched, way, others: [searched.way, ...searched.others].filter((each) => each !== way) };
    showFound();
    return list.restart();
  };
  const search = async (words) => {
    byId('search-text').value = words;
    const ways = words === '' ? [] : await waysOf(staff.api, words);
    searched = { text: words, way: ways[0] ?? null, others: ways.slice(1) };
    showFound();
    await list.restart();
  };
  [state, hold, from, to, order].forEach(({ control }) => control.addEventListener('change', () => list.restart()));
  onLanguage(showFound);
  return {
    go(key, name) {
      if (name === 'search') search(key ?? '');
      else list.go(key);
    },
    refresh: () => list.refresh(),
    move: (step) => list.move(step),
  };
}

/** The ways by which a text finds orders; the first possible one if none does. */
async function waysOf(api, words) {
  const isPossible = {
    number: NUMBER.test(words.replaceAll(/[\s-]/g, '')),
    buyer: true,
    reference: words.length <= LONGEST_REFERENCE,
  };
  const ways = WAYS.filter((way) => isPossible[way]);
  const replies = await Promise.all(
    ways.map((way) => api.get(`/orders?${way}=${encodeURIComponent(words)}&order=newest&limit=1`)),
  );
  const found = ways.filter((_, index) => replies[index].isOk && replies[index].body.orders.length > 0);
  return found.length > 0 ? found : ways.slice(0, 1);
}

function timeField(id, label) {
  const control = element('input', { id, type: 'datetime-local', 'data-testid': id });
  return { control, part: element('div', { class: 'field' }, words('label', label, { for: id }), control) };
}

function instantOf({ value }) {
  return value && new Date(value).toISOString();
}
