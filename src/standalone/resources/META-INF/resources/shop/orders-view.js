// "My orders": the state, the actions and the history of each order.

import { busyWhile, byId, element, follow, refill } from '../shared/dom.js';
import { addTexts, money, onLanguage, text, writePage } from '../shared/language.js';
import { LIFE_TEXTS } from '../shared/life-texts.js';
import { notify } from '../shared/notices.js';
import { instantText, stateChip } from '../shared/order-parts.js';
import { Disputes } from './disputes.js';
import { goods, titleOf } from './goods.js';
import { cancel } from './moves.js';
import { ORDERS_TEXTS } from './orders-texts.js';
import { pay } from './pay.js';

/** The transitions of `next` that a buyer can make; the others are the shop's. */
const MOVES = { pay: { act: pay, look: 'primary' }, cancel: { act: cancel, look: 'quiet' } };

export class OrdersView {
  #api;
  #orders;
  #events;
  #disputes;
  /** The expanded histories, by order number. */
  #histories = new Map();

  constructor({ api, orders, events }) {
    addTexts(LIFE_TEXTS);
    addTexts(ORDERS_TEXTS);
    this.#api = api;
    this.#orders = orders;
    this.#events = events;
    this.#disputes = new Disputes(api, orders);
    this.#disputes.addEventListener('change', () => this.#show());
    orders.addEventListener('change', () => this.#show());
    orders.addEventListener(
      'news',
      ({ detail }) => this.#histories.has(detail.number) && this.#readHistory(detail.number),
    );
    events.addEventListener('state', () => this.#showLive());
    byId('orders-more').addEventListener('click', ({ currentTarget }) => busyWhile(currentTarget, () => orders.more()));
    onLanguage(() => {
      writePage();
      this.#show();
      this.#showLive();
    });
  }

  async enter(number) {
    this.#show();
    await this.#refresh();
    if (!number) return;
    if (!this.#orders.get(number)) await this.#orders.find(number);
    byId(`order-${number}`)?.focus();
  }

  async #refresh() {
    await Promise.all([this.#orders.refresh(), this.#disputes.refresh()]);
    this.#show();
  }

  #showLive() {
    byId('live').textContent = text(`live.${this.#events.state}`);
    byId('live').dataset.state = this.#events.state;
  }

  #show() {
    const all = this.#orders.all;
    byId('orders-none').hidden = all.length > 0;
    refill(byId('orders-none'), this.#none());
    byId('orders-more').hidden = !this.#orders.hasMore;
    follow(
      byId('order-list'),
      all.map((order) => ({
        key: order.number,
        shown: [
          order,
          this.#disputes.shownOf(order.number),
          this.#histories.get(order.number),
          document.documentElement.lang,
        ],
        build: () => this.#card(order),
      })),
    );
  }

  /** Shown in place of the list. */
  #none() {
    if (!this.#orders.isKnown) return element('p', {}, text(navigator.onLine ? 'orders.loading' : 'orders.offline'));
    return [
      element('p', {}, text('orders.none')),
      element('a', { href: '#teas', class: 'button' }, text('orders.browse')),
    ];
  }

  #card(order) {
    const { number, state, next, placedAt, total, currency, refunded } = order;
    const amount = money(total, currency);
    const move = (name) =>
      element(
        'button',
        {
          type: 'button',
          id: `${name}-${number}`,
          class: MOVES[name].look,
          'data-testid': name,
          'aria-describedby': `title-${number}`,
          onclick: ({ currentTarget }) => this.#move(currentTarget, order, MOVES[name].act),
        },
        text(`orders.${name}`, { amount }),
      );
    return element(
      'li',
      { class: 'card order', id: `order-${number}`, tabindex: -1, 'data-testid': 'order', 'data-number': number },
      element('h3', { id: `title-${number}` }, titleOf(order), ' ', stateChip(state)),
      element('p', { class: 'hint' }, instantText(placedAt), ' · ', text('orders.number', { number })),
      goods(order),
      state === 'PAYING' && element('p', { class: 'said said-info' }, text('orders.paying')),
      state === 'REFUNDING' && element('p', { class: 'said said-info' }, text('orders.refunding')),
      refunded &&
        element('p', { class: 'said said-info' }, text('orders.refunded', { amount: money(refunded, currency) })),
      element(
        'div',
        { class: 'actions' },
        next.filter((name) => name in MOVES).map(move),
        this.#disputes.button(order),
      ),
      this.#disputes.part(order),
      this.#history(number),
    );
  }

  async #move(button, order, act) {
    const result = await busyWhile(button, () => act(order, this.#api, this.#orders));
    if (!result) return;
    notify(result(), undefined, 'result');
    await this.#orders.find(order.number);
    if (this.#histories.has(order.number)) this.#readHistory(order.number);
  }

  #history(number) {
    const events = this.#histories.get(number);
    const details = element(
      'details',
      { open: events !== undefined },
      element('summary', { id: `history-${number}`, 'data-testid': 'history' }, text('orders.history')),
      element(
        'ol',
        { class: 'history' },
        (events ?? []).map(({ kind, at, detail }) =>
          element(
            'li',
            {},
            instantText(at),
            ' ',
            text(`event.${kind}`),
            detail?.duplicateOf && ` ${text('news.duplicate', { number: detail.duplicateOf })}`,
            detail?.reason && `: ${detail.reason}`,
          ),
        ),
      ),
    );
    details.addEventListener('toggle', () => {
      if (details.open === this.#histories.has(number)) return;
      if (details.open) this.#readHistory(number);
      else this.#histories.delete(number);
    });
    return details;
  }

  async #readHistory(number) {
    const reply = await this.#api.get(`/orders/${encodeURIComponent(number)}/events`);
    this.#histories.set(number, reply.isOk ? reply.body.events : []);
    this.#show();
  }
}
