// The orders that could not be confirmed yet: they are checked without the buyer, who can check now.

import { busyWhile, byId, element, refill } from '../shared/dom.js';
import { onLanguage, text, timeOfDay } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { numberText } from '../shared/order-parts.js';
import { titleOf } from './goods.js';

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

  /** Hides the order that the checkout view shows. */
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

  /** Looks up orders that the list or a live event has shown to exist: their own response was lost. */
  #settleKnown() {
    for (const { number, state } of this.#rows) {
      if (state === 'unknown' && number !== this.#leftOut && this.#orders.get(number)) this.#checkout.lookUp(number);
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

  #row({ number, draft, updatedAt }) {
    return element(
      'li',
      { 'data-testid': 'unresolved-row', 'data-number': number },
      element(
        'p',
        { id: `unresolved-${number}` },
        draft && `${titleOf(draft)} · `,
        numberText(number),
        element('br'),
        element('span', { class: 'hint' }, text('unresolved.tried', { time: timeOfDay(updatedAt) })),
      ),
      element(
        'button',
        {
          type: 'button',
          id: `check-${number}`,
          class: 'primary',
          'data-testid': 'check',
          'aria-describedby': `unresolved-${number}`,
          onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#check(number)),
        },
        text('unresolved.check'),
      ),
    );
  }

  /** The checkout view reports what is placed and what is not. */
  async #check(number) {
    const { outcome } = await this.#checkout.check(number);
    if (outcome === 'unknown') notify(text('unresolved.still', { number }), undefined, 'result');
    await this.refresh();
  }
}
