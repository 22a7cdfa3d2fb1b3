/*
 * The checkout: one button, and the truth about what it did. order-once.js sees to it that there is one order; this
 * view sees to it that the person knows, and has no reason to press again out of doubt.
 */

import { openCheckout } from '../order-once.js';
import { explain } from '../shared/api.js';
import { byId, element, refill, setBusy } from '../shared/dom.js';
import { money, onLanguage, text } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { contents, numberText, stateChip } from '../shared/order-parts.js';
import { hasSameContent } from './basket.js';

/** After so long people begin to wonder. */
const SLOW_AFTER_MS = 5_000;

export class CheckoutView {
  #session;
  #basket;
  #orders;
  #unresolved;
  #fetch;
  #checkout = null;
  #checkoutId;
  #isUnderWay = false;
  /** What is said about the order: a function, because it is said again in another language. */
  #said = () => null;

  constructor({ session, basket, orders, unresolved, fetch }) {
    this.#session = session;
    this.#basket = basket;
    this.#orders = orders;
    this.#unresolved = unresolved;
    this.#fetch = fetch;
    basket.addEventListener('change', () => this.#follow());
    orders.addEventListener('change', () => this.#learn());
    byId('place').addEventListener('click', () => this.#place());
    // Back from the back/forward cache, or a form that the browser restored as it was: the button says what is so now.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#isUnderWay = false;
      this.#show();
    });
    onLanguage(() => this.#show());
    this.#follow();
  }

  /** The basket says which checkout is open here: another tab may have begun a new one. */
  async #follow() {
    const { checkoutId } = this.#basket;
    this.#show();
    if (checkoutId === this.#checkoutId) return;
    this.#checkoutId = checkoutId;
    this.#checkout?.close();
    this.#checkout = null;
    const checkout = await openCheckout({
      baseUrl: '',
      checkoutId,
      buyer: this.#session.subject,
      token: (context) => this.#session.token(context),
      environment: { fetch: this.#fetch },
    });
    if (checkoutId !== this.#checkoutId) return checkout.close();
    this.#checkout = checkout;
    checkout.addEventListener('change', ({ detail }) => this.#hear(detail));
    checkout.addEventListener('not-durable', () => this.#show());
    this.#unresolved.use(checkout);
    const { state, number, order } = checkout;
    if (state === 'sending' || state === 'unknown') this.#say('info', 'checkout.finding', { number });
    if (state === 'placed') this.#placed({ checkoutId, number, order });
    this.#show();
    await checkout.ready;
    if (checkout.state === 'unknown' && !this.#isUnderWay) this.#say('warn', 'checkout.unknown', { number });
    this.#show();
  }

  // --- placing ---

  async #place() {
    const checkout = this.#checkout;
    if (this.#isUnderWay || !checkout || this.#basket.isEmpty) return;
    const draft = this.#basket.draft();
    const { checkoutId } = this.#basket;
    const button = byId('place');
    let outcome = await this.#underWay(() => checkout.submit(draft));
    while (outcome.outcome === 'question') {
      this.#say('info', 'checkout.question');
      const question = outcome;
      const { ask } = await import('./questions.js');
      if (!(await ask(question, draft, this.#orders))) {
        button.focus();
        return this.#declined(question);
      }
      outcome = await this.#underWay(() => checkout.submit(draft, question));
    }
    this.#tell(outcome, checkoutId);
    // A disabled button lost the focus: give it back, or lead to what came of the order.
    if (document.activeElement === document.body) (this.#basket.placed ? byId('confirmation') : button).focus();
  }

  async #underWay(send) {
    this.#isUnderWay = true;
    const told = this.#orders.quietly(this.#checkout.number, 'PLACED');
    this.#say('info', 'checkout.sending');
    const slow = setTimeout(
      () => this.#orders.get(this.#checkout?.number) || this.#say('info', 'checkout.slow'),
      SLOW_AFTER_MS,
    );
    try {
      return await send();
    } finally {
      clearTimeout(slow);
      told(true);
      this.#isUnderWay = false;
      this.#unresolved.refresh();
      this.#show();
    }
  }

  #tell({ outcome, number, order, problem, retryAfterMs }, checkoutId) {
    if (outcome === 'placed') this.#placed({ checkoutId, number, order });
    else if (outcome === 'unknown') this.#say('warn', 'checkout.unknown', { number });
    else if (!problem.order) {
      // With `order` another one stands here: that was told when the module found it.
      const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
      this.#say('bad', () => `${explain(problem)} ${seconds ? text('checkout.wait', { seconds }) : ''}`);
    }
  }

  #declined({ kind, earlier }) {
    if (kind === 'lookalike') this.#say('good', 'checkout.no-second', { number: earlier }, `#orders/${earlier}`);
    else this.#say('info', 'checkout.not-meant');
  }

  // --- what became of it, here, in another tab, or before a reload ---

  #hear(row) {
    this.#unresolved.refreshSoon();
    const { checkoutId, number, state } = row;
    if (checkoutId === this.#basket.checkoutId) this.#hearOwn(row);
    else if (state === 'placed') {
      this.#orders.quietly(number, 'PLACED')(true);
      this.#orders.refresh();
      notify(text('earlier.placed', { number }), { href: `#orders/${number}`, label: text('show') });
    } else if (state === 'not-placed') notify(text('earlier.not-placed', { number }));
  }

  /** Live news may know of the order before its own answer is here. */
  #learn() {
    const number = this.#checkout?.number;
    if (this.#basket.placed) this.#show();
    else if (this.#isUnderWay && this.#orders.get(number)) this.#say('good', 'checkout.arrived', { number });
  }

  #hearOwn(row) {
    const { number, state, tries } = row;
    if (state === 'placed') this.#placed(row);
    else if (this.#isUnderWay) {
      if (state === 'sending' && tries > 1 && !this.#orders.get(number))
        this.#say('info', 'checkout.again', { number, tries });
    } else if (state === 'sending') this.#say('info', 'checkout.elsewhere', { number });
    else if (state === 'unknown') this.#say('warn', 'checkout.unknown', { number });
    else if (state === 'not-placed') {
      this.#say('warn', 'checkout.not-placed', { number });
      this.#notifyElsewhere('checkout.not-placed', number, '#checkout');
    }
    this.#show();
  }

  async #placed({ checkoutId, number, order }) {
    this.#orders.quietly(number, 'PLACED')(true);
    const stands = order ?? (await this.#orders.find(number));
    if (this.#basket.placed || checkoutId !== this.#basket.checkoutId) return;
    if (!stands) return this.#say('good', 'checkout.unreadable', { number }, `#orders/${number}`);
    if (this.#basket.isEmpty || hasSameContent(stands, this.#basket.draft())) {
      // Shown by the confirmation; this is for who listens.
      this.#said = () => element('p', { class: 'unseen' }, text('earlier.placed', { number }));
      this.#basket.finish(checkoutId, number);
      this.#notifyElsewhere('earlier.placed', number, `#orders/${number}`);
    } else {
      this.#basket.beginCheckout(checkoutId);
      this.#say('warn', 'checkout.differs', { number }, `#orders/${number}`);
    }
    this.#orders.note(stands);
  }

  #notifyElsewhere(key, number, href) {
    if (!location.hash.startsWith('#checkout')) notify(text(key, { number }), { href, label: text('show') });
  }

  // --- what is shown ---

  /** @param words the key of a text, or a function that makes one */
  #say(tone, words, values, href) {
    const say = typeof words === 'function' ? words : () => text(words, values);
    this.#said = () =>
      element('p', { class: `said said-${tone}` }, say(), ' ', href && element('a', { href }, text('show')));
    this.#show();
  }

  #show() {
    const { placed, isEmpty } = this.#basket;
    byId('checkout-empty').hidden = Boolean(placed) || !isEmpty;
    byId('checkout-open').hidden = Boolean(placed) || isEmpty;
    byId('confirmation').hidden = !placed;
    byId('not-durable').hidden = this.#checkout?.isDurable ?? true;
    this.#showSaid();
    this.#unresolved.leaveOut(this.#isUnderWay ? this.#checkout?.number : null);
    const button = byId('place');
    setBusy(button, this.#isUnderWay);
    button.disabled = this.#isUnderWay || !this.#checkout;
    if (placed) return this.#showConfirmation(placed);
    if (isEmpty) return;
    const draft = this.#basket.draft();
    refill(byId('checkout-contents'), contents(draft));
    byId('checkout-number').textContent = this.#checkout?.number ?? text('checkout.no-number');
    button.textContent = this.#isUnderWay
      ? text('checkout.placing')
      : text('checkout.place', { amount: money(draft.total, draft.currency) });
  }

  /** What is written anew is read out anew: only what is new is. */
  #showSaid() {
    const said = this.#said();
    const before = byId('checkout-said').firstChild;
    if (said === null ? before : !said.isEqualNode(before)) refill(byId('checkout-said'), said);
  }

  #showConfirmation(number) {
    const order = this.#orders.get(number);
    if (!order && this.#orders.isKnown) this.#orders.find(number);
    refill(
      byId('confirmation-order'),
      element(
        'p',
        {},
        `${text('number')} `,
        element('strong', { 'data-testid': 'placed-number' }, numberText(number)),
        ' ',
        order && stateChip(order.state),
      ),
      order && contents(order),
      element('p', {}, text('checkout.one')),
      element(
        'p',
        { class: 'actions' },
        element(
          'a',
          { href: `#orders/${number}`, class: 'button primary', 'data-testid': 'to-order' },
          text(order?.next.includes('pay') ? 'checkout.to-pay' : 'checkout.to-order'),
        ),
        element('a', { href: '#teas', class: 'button', 'data-testid': 'to-teas' }, text('checkout.new')),
      ),
    );
  }
}
