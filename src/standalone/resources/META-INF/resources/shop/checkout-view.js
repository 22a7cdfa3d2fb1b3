/*
 * The checkout: one page, one button that places the order and pays it. order-once.js ensures at most one order; this
 * view shows its state at all times, and one way forward, so that the buyer has no reason to order again.
 */

import { openCheckout } from '../order-once.js';
import { explain } from '../shared/api.js';
import { busyWhile, byId, element, refill, setBusy } from '../shared/dom.js';
import { forget, keep, recall } from '../shared/keep.js';
import { money, onLanguage, text } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { numberText, stateChip } from '../shared/order-parts.js';
import { draftOf } from './draft.js';
import { goods } from './goods.js';
import { OnDemand } from './on-demand.js';

/** After this delay the view explains that the request is slow. */
const SLOW_AFTER_MS = 5_000;
/** The attempts of one request that order-once.js makes. */
const MAX_TRIES = 5;
/** A reload continues with the payment if the button was pressed no longer ago than this. */
const RESUME_MS = 10 * 60_000;
const OVER = new Set(['CANCELLED', 'REFUNDING', 'REFUNDED']);

export class CheckoutView {
  #parts;
  /** The fields, loaded with the first item in the basket. */
  #form = null;
  #formOnDemand;
  #checkout = null;
  #checkoutId;
  /** Whether the requests that a page load makes about the checkout are finished. */
  #isReady = false;
  #isSubmitting = false;
  #isSlow = false;
  /** How often the order was sent, and how often before the current submit. */
  #tries = 0;
  #triesBefore = 0;
  #isLookingUp = false;
  #isPaying = false;
  /** What came of the last submit, if the order was not placed: builds the message. Cleared by the next change. */
  #result = null;
  /** Returns what came of the last payment. */
  #payment = null;

  /** @param parts session, basket, details, orders, events, unresolved, api, fetch, questions */
  constructor(parts) {
    this.#parts = parts;
    this.#formOnDemand = new OnDemand(
      async () => {
        // With what the button needs later, when the network may be away.
        const [{ CheckoutForm }] = await Promise.all([import('./checkout-form.js'), loadPayment(), parts.questions()]);
        this.#form = new CheckoutForm(parts);
        this.#show();
      },
      () => this.#show(),
    );
    const { basket, details, orders, events } = parts;
    basket.addEventListener('change', () => {
      this.#result = null;
      this.#follow();
    });
    details.addEventListener('change', () => this.#show());
    orders.addEventListener('change', () => {
      const number = this.#checkout?.number;
      if (number && orders.get(number)) this.#lookUp(number);
      this.#show();
    });
    // The live event is the answer: the order exists, whatever becomes of the response.
    events.addEventListener('order', ({ detail }) => detail.kind === 'PLACED' && this.#lookUp(detail.number));
    events.addEventListener('state', () => events.state === 'listening' && this.#checkout?.reconcile());
    byId('checkout-open').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#place();
    });
    // Restored from the back/forward cache, or with restored form state: update the button.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#isSubmitting = false;
      this.#show();
    });
    for (const change of ['online', 'offline', 'hashchange']) window.addEventListener(change, () => this.#show());
    onLanguage(() => this.#show());
    this.#follow();
  }

  /** Opens the basket's current checkout: another tab may have started a new one. */
  async #follow() {
    const { session, basket, unresolved, fetch } = this.#parts;
    const { checkoutId } = basket;
    if (checkoutId === this.#checkoutId) return this.#show();
    this.#checkoutId = checkoutId;
    this.#checkout?.close();
    // What was said was about another checkout.
    this.#checkout = null;
    this.#isReady = false;
    this.#result = null;
    this.#payment = null;
    this.#tries = 0;
    this.#show();
    const checkout = await openCheckout({
      baseUrl: '',
      checkoutId,
      buyer: session.subject,
      token: (context) => session.token(context),
      maxTries: MAX_TRIES,
      environment: { fetch },
    });
    if (checkoutId !== this.#checkoutId) return checkout.close();
    this.#checkout = checkout;
    checkout.addEventListener('change', ({ detail }) => this.#update(detail));
    checkout.addEventListener('not-durable', () => this.#show());
    unresolved.use(checkout);
    const { state, number, order } = checkout;
    if (state === 'placed') this.#placed({ checkoutId, number, order });
    this.#show();
    await checkout.ready;
    if (checkoutId !== this.#checkoutId) return;
    this.#isReady = true;
    this.#show();
    if (basket.placed && Date.now() - recall(`paying ${checkoutId}`) < RESUME_MS) this.#pay();
  }

  // --- placing ---

  async #place() {
    const { basket, details, questions } = this.#parts;
    const checkout = this.#checkout;
    const canPlace = checkout && this.#form && !basket.isEmpty && !basket.placed;
    if (this.#isSubmitting || !canPlace || this.#isWaiting() || !this.#form.isComplete()) return;
    const draft = draftOf(basket.lines(), details.values);
    const { checkoutId } = basket;
    keep(`paying ${checkoutId}`, Date.now());
    let outcome = await this.#submitting(() => checkout.submit(draft));
    while (outcome.outcome === 'question') {
      this.#say('info', 'checkout.question');
      const question = outcome;
      const isConfirmed = await questions().then(({ ask }) => ask(question, draft, this.#parts.orders), () => null);
      if (!isConfirmed) {
        byId('place').focus();
        return isConfirmed === null ? this.#say('warn', 'checkout.not-loaded') : this.#declined(question);
      }
      outcome = await this.#submitting(() => checkout.submit(draft, question));
    }
    await this.#showOutcome(outcome, checkoutId);
    if (!basket.placed) return this.#focusIfLost('place');
    this.#focusIfLost('confirmation');
    this.#pay();
  }

  async #submitting(send) {
    const finish = this.#parts.orders.suppressNews(this.#checkout.number, 'PLACED');
    const slow = setTimeout(() => {
      this.#isSlow = true;
      this.#show();
    }, SLOW_AFTER_MS);
    this.#isSubmitting = true;
    this.#isSlow = false;
    this.#triesBefore = this.#tries;
    this.#result = null;
    this.#show();
    try {
      return await send();
    } finally {
      clearTimeout(slow);
      finish(true);
      this.#isSubmitting = false;
      this.#parts.unresolved.refresh();
      this.#show();
    }
  }

  /** The disabled or hidden button lost the focus: moves it on. */
  #focusIfLost(id) {
    if (document.activeElement === document.body) byId(id).focus();
  }

  async #showOutcome({ outcome, number, order, problem, retryAfterMs }, checkoutId) {
    if (checkoutId !== this.#checkoutId) return;
    if (outcome === 'placed') await this.#placed({ checkoutId, number, order });
    // With `order`, an order exists under the number: the `change` event has shown it.
    else if (outcome === 'refused' && !problem.order) {
      const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
      const cause = () => (problem.limit ? text('checkout.limit') : explain(problem));
      this.#say('bad', () => `${cause()} ${seconds ? text('checkout.wait', { seconds }) : ''}`);
    }
  }

  #declined({ kind, earlier, state }) {
    if (kind !== 'lookalike') return this.#say('info', 'checkout.not-meant');
    // Without a state, the earlier order was still being placed when the question came.
    const isPlaced = state !== undefined || this.#parts.orders.get(earlier) !== undefined;
    const [tone, key] = isPlaced ? ['good', 'checkout.no-second'] : ['warn', 'checkout.no-second-yet'];
    return this.#say(tone, key, { number: earlier }, `#orders/${earlier}`);
  }

  // --- changes, in this tab, in another, or before a reload ---

  #update(row) {
    const { basket, orders, unresolved } = this.#parts;
    unresolved.refreshSoon();
    const { checkoutId, number, state } = row;
    if (checkoutId === basket.checkoutId) this.#updateOwn(row);
    else if (state === 'placed') {
      orders.suppressNews(number, 'PLACED')(true);
      orders.refresh();
      notify(text('earlier.placed', { number }), { href: `#orders/${number}`, label: text('show') });
    } else if (state === 'not-placed') notify(text('earlier.not-placed', { number }));
  }

  #updateOwn(row) {
    const { number, state, tries } = row;
    this.#tries = tries;
    if (state === 'placed') this.#placed(row);
    else if (state === 'not-placed' && !this.#isSubmitting) {
      this.#say('warn', 'checkout.not-placed');
      this.#notifyElsewhere('earlier.not-placed', number, '#checkout');
    }
    this.#show();
  }

  /** A live event or the list has shown an order that is still waiting for its own response: it is the answer. */
  async #lookUp(number) {
    const checkout = this.#checkout;
    if (checkout?.number !== number || this.#isLookingUp || !(this.#isSubmitting || this.#isWaiting())) return;
    this.#isLookingUp = true;
    await checkout.lookUp(number);
    this.#isLookingUp = false;
  }

  async #placed({ checkoutId, number, order, draft }) {
    const { basket, orders } = this.#parts;
    orders.suppressNews(number, 'PLACED')(true);
    const existing = order ?? (await orders.find(number));
    if (basket.placed || checkoutId !== basket.checkoutId) return;
    const ordered = existing ?? draft;
    const left = ordered ? basket.besides(ordered) : {};
    if (Object.keys(left).length === 0) {
      basket.finish(checkoutId, number);
      this.#notifyElsewhere('earlier.placed', number, `#orders/${number}`);
    } else {
      basket.beginCheckout(checkoutId, left);
      this.#say('warn', 'checkout.differs', { number }, `#orders/${number}`);
    }
    if (existing) orders.note(existing);
  }

  #notifyElsewhere(key, number, href) {
    if (!isOpen()) notify(text(key, { number }), { href, label: text('show') });
  }

  // --- paying ---

  async #pay() {
    const { basket, orders, api } = this.#parts;
    const { placed: number, checkoutId } = basket;
    if (this.#isPaying) return;
    this.#isPaying = true;
    this.#payment = null;
    this.#show();
    try {
      const order = orders.get(number) ?? (await orders.find(number));
      if (!order?.next.includes('pay')) return;
      const { pay } = await loadPayment();
      const result = await pay(order, api, orders);
      if (checkoutId === this.#checkoutId) this.#payment = result;
      await orders.find(number);
    } catch {
      this.#payment = () => text('confirmed.not-loaded');
    } finally {
      forget(`paying ${checkoutId}`);
      this.#isPaying = false;
      this.#show();
    }
  }

  // --- rendering ---

  /** Whether it is not known yet if the order was placed: nothing else can be ordered in this checkout. */
  #isWaiting() {
    return this.#checkout?.state === 'sending' || this.#checkout?.state === 'unknown';
  }

  /** @param words the key of a text, or a function that returns one */
  #say(tone, words, values, href) {
    const say = typeof words === 'function' ? words : () => text(words, values);
    this.#result = () => said(tone, say(), href && element('a', { href }, text('show')));
    this.#show();
  }

  #message() {
    const isOnline = navigator.onLine;
    if (this.#isSubmitting) return said('info', isOnline ? this.#progress() : text('checkout.offline'));
    if (!this.#isWaiting()) return this.#form ? this.#result?.() : this.#loading();
    if (!this.#isReady) return said('info', text('checkout.finding'));
    if (this.#checkout.state === 'sending') return said('info', text('checkout.elsewhere'));
    return said('warn', text(isOnline ? 'checkout.unknown' : 'checkout.unknown-offline'), this.#checkButton());
  }

  #loading() {
    return said('info', text(navigator.onLine ? 'checkout.loading' : 'checkout.loading-offline'));
  }

  #progress() {
    const tries = this.#tries - this.#triesBefore;
    if (tries > 1) return text('checkout.again', { tries, most: MAX_TRIES });
    return text(this.#isSlow ? 'checkout.slow' : 'checkout.sending');
  }

  #checkButton() {
    const { number } = this.#checkout;
    const check = async () => {
      const { outcome } = await this.#checkout.check(number);
      if (outcome === 'unknown') notify(text('unresolved.still', { number }), undefined, 'result');
    };
    return element(
      'button',
      {
        type: 'button',
        id: 'check-now',
        'data-testid': 'check-now',
        onclick: ({ currentTarget }) => busyWhile(currentTarget, check),
      },
      text('unresolved.check'),
    );
  }

  #show() {
    const { basket, details, unresolved } = this.#parts;
    const { placed, isEmpty } = basket;
    const checkout = this.#checkout;
    byId('checkout-empty').hidden = Boolean(placed) || !isEmpty;
    byId('checkout-open').hidden = Boolean(placed) || isEmpty;
    byId('confirmation').hidden = !placed;
    byId('not-durable').hidden = checkout?.isDurable ?? true;
    const isShown = isOpen() && !placed && !isEmpty;
    unresolved.leaveOut(this.#isSubmitting || isShown ? (checkout?.number ?? null) : null);
    if (placed) return this.#showConfirmation(placed);
    this.#showSaid('checkout-said', this.#message());
    if (isEmpty) return;
    if (!this.#form) this.#formOnDemand.load();
    const draft = draftOf(basket.lines(), details.values);
    refill(byId('checkout-contents'), goods(draft));
    this.#form?.lock(this.#isSubmitting || this.#isWaiting());
    const button = byId('place');
    setBusy(button, this.#isSubmitting);
    button.disabled = this.#isSubmitting || !checkout || !this.#form;
    // One way forward: while the order is unknown, nothing can be ordered.
    button.hidden = !this.#isSubmitting && this.#isWaiting();
    button.dataset.number = checkout?.number ?? '';
    button.textContent = this.#isSubmitting
      ? text('checkout.placing')
      : text('checkout.pay', { amount: money(draft.total, draft.currency) });
  }

  /** Renders a message only if it changed: screen readers announce each write. */
  #showSaid(id, message) {
    const before = byId(id).firstChild;
    if (message ? !message.isEqualNode(before) : before) refill(byId(id), message);
  }

  #showConfirmation(number) {
    const { orders } = this.#parts;
    const order = orders.get(number);
    if (!order && orders.isKnown) orders.find(number);
    const isDue = order?.next.includes('pay') ?? false;
    const title = OVER.has(order?.state) ? 'over' : isDue && !this.#isPaying ? 'due' : 'done';
    byId('confirmation-title').textContent = text(`confirmed.${title}`);
    this.#showSaid('confirmation-said', this.#paymentMessage(order, isDue));
    const link = (href, id, key) => element('a', { href, class: 'button', 'data-testid': id }, text(key));
    refill(
      byId('confirmation-order'),
      order && goods(order),
      order?.delivery && element('p', {}, text('confirmed.to', order)),
      element(
        'div',
        { class: 'actions' },
        isDue && this.#payButton(order),
        link(`#orders/${number}`, 'to-order', 'confirmed.view'),
        link('#teas', 'to-teas', 'checkout.browse'),
      ),
      element(
        'p',
        { class: 'hint' },
        `${text('number')} `,
        element('span', { 'data-testid': 'placed-number' }, numberText(number)),
        ' ',
        order && stateChip(order.state),
      ),
    );
  }

  #paymentMessage(order, isDue) {
    if (!order) return this.#parts.orders.isKnown ? said('info', text('confirmed.unreadable')) : null;
    if (isDue && this.#isPaying) return said('info', text('confirmed.paying'));
    if (isDue && this.#payment) return said('warn', this.#payment());
    if (order.state === 'PAYING') return said('info', text('orders.paying'));
    const amount = money(order.total, order.currency);
    return order.state === 'PAID' ? said('good', text('confirmed.paid', { amount })) : null;
  }

  #payButton({ total, currency }) {
    const button = element(
      'button',
      { type: 'button', id: 'pay-now', class: 'primary', 'data-testid': 'pay-now', onclick: () => this.#pay() },
      text(this.#isPaying ? 'confirmed.paying' : 'checkout.pay', { amount: money(total, currency) }),
    );
    setBusy(button, this.#isPaying);
    return button;
  }
}

function loadPayment() {
  return import('./pay.js');
}

function isOpen() {
  return location.hash.startsWith('#checkout');
}

function said(tone, words, more) {
  return element('div', { class: `said said-${tone}` }, element('p', {}, words), more);
}
