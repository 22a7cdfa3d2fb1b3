// The orders of which no answer came: what is known of them, and two ways to find out.

import { explain } from '../shared/api.js';
import { busyWhile, byId, element, refill } from '../shared/dom.js';
import { onLanguage, text, timeOfDay } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { numberText, summary } from '../shared/order-parts.js';

/** An order that is answered at once is never shown here, not for an instant. */
const SETTLES_WITHIN_MS = 400;

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

  /** What the person sees being placed in this moment is not a question of the past. */
  leaveOut(number) {
    if (number === this.#leftOut) return;
    this.#leftOut = number;
    this.#show();
  }

  refreshSoon() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.refresh(), SETTLES_WITHIN_MS);
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

  /** The list of orders, or live news, may know of an order whose own answer was lost. */
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

  /** The roles are written out because on a phone the table is laid out as a list, and browsers forget them then. */
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

  /** That an order stands, or never will, is told where the change is heard: it may be found out by itself too. */
  async #settle(looking) {
    const { outcome, number, earlier, problem } = await looking;
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
