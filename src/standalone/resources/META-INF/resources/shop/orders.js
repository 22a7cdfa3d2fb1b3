/*
 * The buyer's orders as last read, and news about them: changes that this page did not make itself.
 */

/** Page size of the list. */
const PAGE = 20;
/** Maximum delay of a live event after the response to the request that caused it. */
const EVENT_DELAY_MS = 10_000;

/** The order's state after an event of this kind. Other kinds are no news for the buyer. */
const STATE_AFTER = {
  PLACED: 'CREATED',
  PAYMENT_REFUSED: 'CREATED',
  PAID: 'PAID',
  CANCELLED: 'CANCELLED',
  PAYMENT_ABANDONED: 'CANCELLED',
  REFUNDED: 'REFUNDED',
  SHIPPED: 'SHIPPED',
  COMPLETED: 'COMPLETED',
};
const NEWS_OF_STATE = {
  PAID: 'PAID',
  CANCELLED: 'CANCELLED',
  REFUNDED: 'REFUNDED',
  SHIPPED: 'SHIPPED',
  COMPLETED: 'COMPLETED',
};

/** Dispatches `change`, and `news` with `{ number, kind, detail }`. */
export class Orders extends EventTarget {
  #api;
  #events;
  #orders = new Map();
  #after = null;
  #suppressed = new Map();
  #foundByPolling = new Set();
  #refreshing;
  #again = false;
  /** Whether the list has been read at least once. */
  isKnown = false;

  constructor(api, events) {
    super();
    this.#api = api;
    this.#events = events;
    events.addEventListener('order', ({ detail }) => this.#receive(detail));
    events.addEventListener('poll', () => this.refresh());
  }

  /** All known orders, newest first. */
  get all() {
    return [...this.#orders.values()].sort((one, other) => (one.placedAt < other.placedAt ? 1 : -1));
  }

  get hasMore() {
    return this.#after !== null;
  }

  get(number) {
    return this.#orders.get(number);
  }

  /** Reads the newest orders. Calls during a read share one further read. */
  refresh() {
    if (this.#refreshing) this.#again = true;
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.refresh();
    });
    return this.#refreshing;
  }

  async more() {
    await this.#load(`/orders?limit=${PAGE}&after=${encodeURIComponent(this.#after)}`, true);
  }

  /** Stores an order from a response. */
  note(order) {
    this.#orders.set(order.number, order);
    this.dispatchEvent(new Event('change'));
  }

  /** Reads one order. Resolves to undefined if it is not known and cannot be read. */
  async find(number) {
    const reply = await this.#api.get(`/orders/${encodeURIComponent(number)}`);
    if (reply.isOk) this.note(reply.body);
    return this.#orders.get(number);
  }

  /**
   * Suppresses news about a change that this page makes itself, until its response and for `EVENT_DELAY_MS` after it.
   * Call the returned function with whether the page has shown the result.
   */
  suppressNews(number, ...kinds) {
    const until = (time) => kinds.forEach((kind) => this.#suppressed.set(`${number} ${kind}`, time));
    until(Infinity);
    // An order is placed once: a late event is still no news.
    const isPermanent = kinds.includes('PLACED');
    return (isShown) => until(isShown ? (isPermanent ? Infinity : performance.now() + EVENT_DELAY_MS) : 0);
  }

  async #read() {
    const before = new Map(this.#orders);
    const isFirst = !this.isKnown;
    if (!(await this.#load(`/orders?limit=${PAGE}`, before.size > PAGE)) || isFirst || this.#events.state !== 'polling')
      return;
    for (const { number, state } of this.all) {
      const kind = before.has(number) ? before.get(number).state !== state && NEWS_OF_STATE[state] : 'PLACED';
      if (!kind) continue;
      this.#foundByPolling.add(`${number} ${state}`);
      this.#announce({ number, kind, detail: {} });
    }
  }

  async #load(path, isKeepingAfter) {
    const reply = await this.#api.get(path);
    if (!reply.isOk) return false;
    for (const order of reply.body.orders) this.#orders.set(order.number, order);
    if (!isKeepingAfter || path.includes('after=')) this.#after = reply.body.after ?? null;
    this.isKnown = true;
    this.dispatchEvent(new Event('change'));
    return true;
  }

  #receive({ number, kind, detail }) {
    const state = STATE_AFTER[kind];
    const wasFound = this.#foundByPolling.delete(`${number} ${state}`);
    if (state && !wasFound) this.#announce({ number, kind, detail: detail ?? {} });
    this.refresh();
  }

  #announce(news) {
    if ((this.#suppressed.get(`${news.number} ${news.kind}`) ?? 0) > performance.now()) return;
    this.dispatchEvent(new CustomEvent('news', { detail: news }));
  }
}
