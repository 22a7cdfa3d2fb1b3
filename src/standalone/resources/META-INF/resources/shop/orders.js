/*
 * The buyer's orders as they were last seen, and what is news about them. What this page does itself is no news.
 */

/** As many as are shown at once. */
const PAGE = 20;
/** The event of a change that this page made arrives up to so long after the answer. */
const QUIET_FOR_MS = 10_000;

/** Where an order stands after an event of this kind. Kinds that end nothing for the buyer are no news. */
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

/** Tells by the events `change`, and `news` with `{ number, kind, detail }`. */
export class Orders extends EventTarget {
  #api;
  #events;
  #orders = new Map();
  #after = null;
  #quiet = new Map();
  #foundByAsking = new Set();
  #refreshing;
  #again = false;
  /** Whether they were ever seen. */
  isKnown = false;

  constructor(api, events) {
    super();
    this.#api = api;
    this.#events = events;
    events.addEventListener('order', ({ detail }) => this.#hear(detail));
    events.addEventListener('ask', () => this.refresh());
  }

  /** The newest first. */
  get all() {
    return [...this.#orders.values()].sort((one, other) => (one.placedAt < other.placedAt ? 1 : -1));
  }

  get hasMore() {
    return this.#after !== null;
  }

  get(number) {
    return this.#orders.get(number);
  }

  /** Looks at the newest again. Many wishes for that at once are one look, and one more if they came during it. */
  refresh() {
    if (this.#refreshing) this.#again = true;
    this.#refreshing ??= this.#look().finally(() => {
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

  /** Takes an order that came with an answer. */
  note(order) {
    this.#orders.set(order.number, order);
    this.dispatchEvent(new Event('change'));
  }

  /** Finds one order, known or not; undefined if it cannot be read just now. */
  async find(number) {
    const reply = await this.#api.get(`/orders/${encodeURIComponent(number)}`);
    if (reply.isOk) this.note(reply.body);
    return this.#orders.get(number);
  }

  /**
   * The page itself is making this happen to an order: until it has its answer, and for a moment after that, it is no
   * news. What is returned is called with the answer: whether the page has told it.
   */
  quietly(number, ...kinds) {
    const until = (time) => kinds.forEach((kind) => this.#quiet.set(`${number} ${kind}`, time));
    until(Infinity);
    // An order is placed once: however late that is heard, it is not news.
    const forGood = kinds.includes('PLACED');
    return (isTold) => until(isTold ? (forGood ? Infinity : performance.now() + QUIET_FOR_MS) : 0);
  }

  async #look() {
    const before = new Map(this.#orders);
    const isFirst = !this.isKnown;
    if (!(await this.#load(`/orders?limit=${PAGE}`, before.size > PAGE)) || isFirst || this.#events.state !== 'asking')
      return;
    for (const { number, state } of this.all) {
      const kind = before.has(number) ? before.get(number).state !== state && NEWS_OF_STATE[state] : 'PLACED';
      if (!kind) continue;
      this.#foundByAsking.add(`${number} ${state}`);
      this.#tell({ number, kind, detail: {} });
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

  #hear({ number, kind, detail }) {
    const state = STATE_AFTER[kind];
    const wasFound = this.#foundByAsking.delete(`${number} ${state}`);
    if (state && !wasFound) this.#tell({ number, kind, detail: detail ?? {} });
    this.refresh();
  }

  #tell(news) {
    if ((this.#quiet.get(`${news.number} ${news.kind}`) ?? 0) > performance.now()) return;
    this.dispatchEvent(new CustomEvent('news', { detail: news }));
  }
}
