// The orders without a response, with the actions "Check" and "Try again".

import { explain } from '../shared/api.js';
import { busyWhile, byId, element, refill } from '../shared/dom.js';
import { onLanguage, text, timeOfDay } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { numberText, summary } from '../shared/order-parts.js';

/** Delay before a row is shown: an order with a prompt response never appears. */
const SHOW_DELAY_MS = 400;

export class UnresolvedView {
  #checkout;
  #orders;
  #rows = [];
  #leftOut = null;
  #soon;

  constructor(orders) {
    this.#orders = orders;
    orders.addEventListener('change', () => this.#settleKnown());
    onLanguage(() => this.#show());
  }

  use(checkout) {
    this.#checkout = checkout;
    this.refreshSoon();
    checkout.ready.then(() => this.refresh());
  }

  /** Hides the order that the checkout is submitting now. */
  leaveOut(number) {
    if (number === this.#leftOut) return;
    this.#leftOut = number;
    this.#show();
  }

  refreshSoon() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.refresh(), SHOW_DELAY_MS);
  }

  async refresh() {
    clearTimeout(this.#soon);
    const checkout = this.#checkout;
    if (!checkout) return;
    const rows = await checkout.unresolved();
    if (checkout !== this.#checkout) return;
    this.#rows = rows;
    this.#show();
    this.#settleKnown();
  }

  /** Checks orders that the list or a live event has shown to exist: their own response was lost. */
  #settleKnown() {
    for (const { number, state } of this.#rows) {
      if (state === 'unknown' && number !== this.#leftOut && this.#orders.get(number)) this.#checkout.check(number);
    }
  }

  #show() {
    const rows = this.#rows.filter(({ number }) => number !== this.#leftOut);
    byId('unresolved').hidden = rows.length === 0;
    refill(
      byId('unresolved-rows'),
      rows.map((row) => this.#row(row)),
    );
  }

  /** Explicit roles: on a phone the table is laid out as a list, and browsers then drop the implicit ones. */
  #row({ number, state, draft, tries, updatedAt }) {
    const cell = (...children) => element('td', { role: 'cell' }, children);
    const label = element('span', { id: `unresolved-${number}` }, numberText(number));
    const button = (action, look, act) =>
      element(
        'button',
        {
          type: 'button',
          id: `${action}-${number}`,
          class: look,
          'data-testid': action,
          'aria-describedby': `unresolved-${number}`,
          onclick: ({ currentTarget }) => busyWhile(currentTarget, act),
        },
        text(`unresolved.${action}`),
      );
    return element(
      'tr',
      { role: 'row', 'data-testid': 'unresolved-row', 'data-number': number },
      element('th', { role: 'rowheader', scope: 'row' }, label),
      cell(draft ? summary(draft) : ''),
      cell(
        text(`unresolved.${state}`),
        element('br'),
        element('span', { class: 'hint' }, text('unresolved.tries', { tries, time: timeOfDay(updatedAt) })),
      ),
      cell(
        element(
          'div',
          { class: 'actions' },
          button('check', 'primary', () => this.#settle(this.#checkout.check(number))),
          button('retry', '', () => this.#settle(this.#checkout.retry(number))),
        ),
      ),
    );
  }

  /** Reports the outcomes that dispatch no `change`: the checkout view reports placed and not placed. */
  async #settle(settling) {
    const { outcome, number, earlier, problem } = await settling;
    if (outcome === 'unknown') notify(text('unresolved.still', { number }));
    if (outcome === 'refused') notify(explain(problem));
    if (outcome === 'question') {
      notify(
        text(earlier ? 'unresolved.lookalike' : 'unresolved.large', { number, earlier }),
        earlier && { href: `#orders/${earlier}`, label: text('show') },
      );
    }
    await this.refresh();
  }
}
