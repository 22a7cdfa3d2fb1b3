// A list of orders. A row opens to everything that is known of its order, and the moves of the person's role.

import { explain } from '../shared/api.js';
import { byId, element } from '../shared/dom.js';
import { money, onLanguage, text } from '../shared/language.js';
import { instantText, numberText, stateChip } from '../shared/order-parts.js';
import { holdText } from './history.js';
import { OpenedRows } from './opened-rows.js';
import { orderDetails, readOrder } from './order-details.js';
import { LOOKS, move, openMoves } from './order-moves.js';
import { PagedList } from './paged-list.js';

export class OrderList {
  #api;
  #say;
  #name;
  #role;
  #isDone;
  #opened;
  #list;

  /**
   * @param name see `PagedList`; row ids begin with it
   * @param path see `PagedList`
   * @param isDone whether an order is finished in this list after a move, so that its row closes and can leave
   */
  constructor({ api, say, role }, { name, path, isRefreshed, isDone = false }) {
    this.#api = api;
    this.#say = say;
    this.#name = name;
    this.#role = role;
    this.#isDone = isDone;
    this.#opened = new OpenedRows((number) => readOrder(api, number, say));
    this.#list = new PagedList(api, {
      name,
      path,
      member: 'orders',
      row: (order) => this.#row(order),
      opened: this.#opened,
      fail: (problem) => say(explain(problem)),
      isRefreshed,
    });
    onLanguage(() => this.#list.show());
  }

  restart() {
    return this.#list.restart();
  }

  refresh() {
    return this.#list.refresh();
  }

  /** Opens the row of a listed order and moves the focus there. */
  async open(number) {
    byId(this.#id('row', number))?.focus();
    await this.#opened.open(number);
  }

  #row(order) {
    const { number } = order;
    const found = this.#opened.get(number);
    return {
      key: number,
      shown: [order, found, this.#opened.has(number), document.documentElement.lang],
      build: () =>
        element(
          'li',
          { id: this.#id('row', number), class: 'card row', tabindex: -1, 'data-testid': 'order-row' },
          this.#opened.details(number, {
            id: this.#id('open', number),
            testId: 'order-open',
            summary: this.#summary({ ...order, ...found?.order }),
            inside: (all) => [orderDetails(all), this.#actions(all.order)],
          }),
        ),
    };
  }

  #summary({ number, state, buyer, total, currency, placedAt, holds = [] }) {
    return [
      numberText(number),
      stateChip(state),
      holds.map((hold) => element('span', { class: 'chip chip-created' }, holdText(hold))),
      element('span', {}, buyer),
      element('span', { class: 'hint' }, instantText(placedAt)),
      element('span', { class: 'amount' }, money(total, currency)),
    ];
  }

  #actions(order) {
    return element(
      'div',
      { class: 'actions' },
      openMoves(this.#role, order).map((name) =>
        element(
          'button',
          {
            type: 'button',
            id: this.#id(name, order.number),
            class: LOOKS[name],
            'data-testid': name,
            'aria-describedby': this.#id('open', order.number),
            onclick: ({ currentTarget }) => this.#list.act(currentTarget, () => this.#move(name, order)),
          },
          text(`move.${name}`),
        ),
      ),
    );
  }

  async #move(name, order) {
    const result = await move(this.#api, name, order);
    if (result === null) return;
    this.#say(result);
    await this.#opened.read(order.number);
    if (this.#isDone && this.#opened.get(order.number)?.order.state !== order.state) this.#opened.close(order.number);
    await this.#list.refresh();
  }

  #id(part, number) {
    return `${this.#name}-${part}-${number}`;
  }
}
