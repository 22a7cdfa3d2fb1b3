/*
 * The checkout view. order-once.js ensures at most one order; this view shows its state at all times, so that the buyer
 * has no reason to order again.
 */

import { openCheckout } from '../order-once.js';
import { explain } from '../shared/api.js';
import { byId, element, refill, setBusy } from '../shared/dom.js';
import { money, onLanguage, text } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { contents, numberText, stateChip } from '../shared/order-parts.js';
import { hasSameContent } from './basket.js';

/** After this delay the view explains that the request is slow. */
const SLOW_AFTER_MS = 5_000;

export class CheckoutView {
  #session;
  #basket;
  #orders;
  #unresolved;
  #fetch;
  #checkout = null;
  #checkoutId;
  #isSubmitting = false;
  /** Builds the status message; called again when the language changes. */
  #said = () => null;

  constructor({ session, basket, orders, unresolved, fetch }) {
    this.#session = session;
    this.#basket = basket;
    this.#orders = orders;
    this.#unresolved = unresolved;
    this.#fetch = fetch;
    basket.addEventListener('change', () => this.#follow());
    orders.addEventListener('change', () => this.#showArrival());
    byId('place').addEventListener('click', () => this.#place());
    // Restored from the back/forward cache, or with restored form state: update the button.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#isSubmitting = false;
      this.#show();
    });
    onLanguage(() => this.#show());
    this.#follow();
  }

  /** Opens the basket's current checkout: another tab may have started a new one. */
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
    checkout.addEventListener('change', ({ detail }) => this.#update(detail));
    checkout.addEventListener('not-durable', () => this.#show());
    this.#unresolved.use(checkout);
    const { state, number, order } = checkout;
    if (state === 'sending' || state === 'unknown') this.#say('info', 'checkout.finding', { number });
    if (state === 'placed') this.#placed({ checkoutId, number, order });
    this.#show();
    await checkout.ready;
    if (checkout.state === 'unknown' && !this.#isSubmitting) this.#say('warn', 'checkout.unknown', { number });
    this.#show();
  }

  // --- placing ---

  async #place() {
    const checkout = this.#checkout;
    if (this.#isSubmitting || !checkout || this.#basket.isEmpty) return;
    const draft = this.#basket.draft();
    const { checkoutId } = this.#basket;
    const button = byId('place');
    let outcome = await this.#submitting(() => checkout.submit(draft));
    while (outcome.outcome === 'question') {
      this.#say('info', 'checkout.question');
      const question = outcome;
      const { ask } = await import('./questions.js');
      if (!(await ask(question, draft, this.#orders))) {
        button.focus();
        return this.#declined(question);
      }
      outcome = await this.#submitting(() => checkout.submit(draft, question));
    }
    this.#showOutcome(outcome, checkoutId);
    // The disabled button lost the focus: return it, or move it to the confirmation.
    if (document.activeElement === document.body) (this.#basket.placed ? byId('confirmation') : button).focus();
  }

  async #submitting(send) {
    this.#isSubmitting = true;
    const finish = this.#orders.suppressNews(this.#checkout.number, 'PLACED');
    this.#say('info', 'checkout.sending');
    const slow = setTimeout(
      () => this.#orders.get(this.#checkout?.number) || this.#say('info', 'checkout.slow'),
      SLOW_AFTER_MS,
    );
    try {
      return await send();
    } finally {
      clearTimeout(slow);
      finish(true);
      this.#isSubmitting = false;
      this.#unresolved.refresh();
      this.#show();
    }
  }

  #showOutcome({ outcome, number, order, problem, retryAfterMs }, checkoutId) {
    if (outcome === 'placed') this.#placed({ checkoutId, number, order });
    else if (outcome === 'unknown') this.#say('warn', 'checkout.unknown', { number });
    else if (!problem.order) {
      // With `order`, an order exists under the number: the `change` event has shown it.
      const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
      this.#say('bad', () => `${explain(problem)} ${seconds ? text('checkout.wait', { seconds }) : ''}`);
    }
  }

  #declined({ kind, earlier }) {
    if (kind === 'lookalike') this.#say('good', 'checkout.no-second', { number: earlier }, `#orders/${earlier}`);
    else this.#say('info', 'checkout.not-meant');
  }

  // --- changes, in this tab, in another, or before a reload ---

  #update(row) {
    this.#unresolved.refreshSoon();
    const { checkoutId, number, state } = row;
    if (checkoutId === this.#basket.checkoutId) this.#updateOwn(row);
    else if (state === 'placed') {
      this.#orders.suppressNews(number, 'PLACED')(true);
      this.#orders.refresh();
      notify(text('earlier.placed', { number }), { href: `#orders/${number}`, label: text('show') });
    } else if (state === 'not-placed') notify(text('earlier.not-placed', { number }));
  }

  /** Live events may report the order before the response to its own request arrives. */
  #showArrival() {
    const number = this.#checkout?.number;
    if (this.#basket.placed) this.#show();
    else if (this.#isSubmitting && this.#orders.get(number)) this.#say('good', 'checkout.arrived', { number });
  }

  #updateOwn(row) {
    const { number, state, tries } = row;
    if (state === 'placed') this.#placed(row);
    else if (this.#isSubmitting) {
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
    this.#orders.suppressNews(number, 'PLACED')(true);
    const existing = order ?? (await this.#orders.find(number));
    if (this.#basket.placed || checkoutId !== this.#basket.checkoutId) return;
    if (!existing) return this.#say('good', 'checkout.unreadable', { number }, `#orders/${number}`);
    if (this.#basket.isEmpty || hasSameContent(existing, this.#basket.draft())) {
      // For screen readers only: the confirmation shows it.
      this.#said = () => element('p', { class: 'unseen' }, text('earlier.placed', { number }));
      this.#basket.finish(checkoutId, number);
      this.#notifyElsewhere('earlier.placed', number, `#orders/${number}`);
    } else {
      this.#basket.beginCheckout(checkoutId);
      this.#say('warn', 'checkout.differs', { number }, `#orders/${number}`);
    }
    this.#orders.note(existing);
  }

  #notifyElsewhere(key, number, href) {
    if (!location.hash.startsWith('#checkout')) notify(text(key, { number }), { href, label: text('show') });
  }

  // --- rendering ---

  /** @param words the key of a text, or a function that returns one */
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
    this.#unresolved.leaveOut(this.#isSubmitting ? this.#checkout?.number : null);
    const button = byId('place');
    setBusy(button, this.#isSubmitting);
    button.disabled = this.#isSubmitting || !this.#checkout;
    if (placed) return this.#showConfirmation(placed);
    if (isEmpty) return;
    const draft = this.#basket.draft();
    refill(byId('checkout-contents'), contents(draft));
    byId('checkout-number').textContent = this.#checkout?.number ?? text('checkout.no-number');
    button.textContent = this.#isSubmitting
      ? text('checkout.placing')
      : text('checkout.place', { amount: money(draft.total, draft.currency) });
  }

  /** Renders the message only if it changed: screen readers announce each write. */
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
