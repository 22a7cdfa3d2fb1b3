/*
 * The browser client of the order service: one order number, at most one order.
 *
 * A checkout gets its order number when the page loads. Number and draft are stored before the order is sent, and a
 * request without a response is repeated under the same number. The service decides the outcome; this module sends
 * requests under the right number and reports the response.
 *
 * Storage holds one row per service, buyer and checkout. Its states:
 *
 *              number            send               order returned
 *   no-number ─────────▶ ready ────────▶ sending ───────────────────────▶ placed
 *                        ▲   ▲            │   ▲                              ▲
 *                        │   └─ refused, ─┤   │ no response:                 │
 *             new number │     not final  │   ▼ same number again            │ looked up
 *                        └── not-placed ◀─┴─ unknown ────────────────────────┘
 *                                   final, or voided
 *
 * A row in `sending` without a lock was left by a crashed tab and is treated as `unknown`. Rows in either state are
 * unresolved. order-once.d.ts documents the public API.
 */

import {
  Locks, RowStore, browser, durableStorage, objectIn, openBroadcast, wait, withTimeout,
} from './order-once-browser.js';

/** Default timeout of one request. Shorter would repeat slow requests; longer and buyers reload the page. */
const TIMEOUT_MS = 15_000;
/** Default attempts of one request: some seconds in total if they fail at once, 90 s if each times out. */
const MAX_TRIES = 5;
/** Exponential back-off with full jitter, so that pages do not retry in step after an outage. */
const INITIAL_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;
/** A longer `Retry-After` ends the attempts: the buyer is waiting. */
const MAX_RETRY_AFTER_MS = 30_000;
/** Numbers used in one submit. One may have expired; three retired ones in a row are a loop. */
const MAX_NUMBERS = 3;
/** Delays of further look-ups while an order is unresolved and the page is visible; the last one repeats. */
const LOOK_UP_DELAYS_MS = [5_000, 10_000, 20_000];
/** Resolved rows kept besides this checkout's. Bounds the storage. */
const MAX_RESOLVED_ROWS = 20;

/** The service's `retry` advice. An error response with any other value counts as no response. */
const RETRIES = new Set(['same-request', 'after-change', 'new-number', 'new-key', 'never']);
/** Canonical form: 18 Crockford base-32 symbols in three groups. */
const NUMBER = /^[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){2}$/;

// Refusals of the module itself: nothing was sent. They have the shape of the service's problems.
const NO_NUMBER = localProblem('no-number', 'same-request', 'No number issued', 'Nothing was ordered. Try again.');
const NO_TOKEN = localProblem('no-token', 'after-change', 'Authentication required', 'Nothing was sent. Sign in.');
const ANOTHER_BUYER = localProblem('another-buyer', 'after-change', 'Another buyer is signed in', 'Reload the page.');

function localProblem(name, retry, title, detail) {
  return { type: `order-once:${name}`, title, detail, retry };
}

/** Opens a checkout. Documented in order-once.d.ts. */
export async function openCheckout(options) {
  const settings = settingsOf(options);
  const environment = { ...browser(), ...options.environment };
  const { token } = options;
  if (settings.buyer === undefined) {
    const first = await withTimeout(environment, settings.timeoutMs, () => tokenFrom(token, false));
    settings.buyer = subjectOf(first) ?? 'anonymous';
  }
  const storage = options.storage ?? (await durableStorage(environment));
  return Checkout.open(settings, environment, new Service(settings, environment, token), storage);
}

class Checkout extends EventTarget {
  #settings;
  #environment;
  #service;
  #rows;
  #locks;
  #broadcast;
  #key;
  /** The last known row of this checkout, for display. Decisions use the stored row, under its lock. */
  #current;
  #ready;
  #reconciling;
  #inFlight = new Map();
  /** Orders that this tab is sending, by number: the functions that end this with the order as the reply. */
  #sending = new Map();
  #nextLookUp;
  #lookUps = 0;
  #closing = new AbortController();

  constructor(settings, environment, service, storage) {
    super();
    this.#settings = settings;
    this.#environment = environment;
    this.#service = service;
    this.#rows = new RowStore(environment, storage, () => this.dispatchEvent(new Event('not-durable')));
    this.#locks = new Locks(environment, this.#rows);
    this.#key = JSON.stringify([settings.baseUrl, settings.buyer, settings.checkoutId]);
    this.#broadcast = openBroadcast(environment, this.#closing.signal, (row) => this.#receive(row));
  }

  static async open(...parts) {
    const checkout = new Checkout(...parts);
    checkout.#current = await checkout.#ownRow();
    checkout.#listen();
    checkout.#ready = checkout.#load();
    return checkout;
  }

  get state() { return this.#current.state; }
  get number() { return this.#current.number; }
  get order() { return this.#current.order ?? null; }
  get isDurable() { return this.#rows.isDurable; }
  get ready() { return this.#ready; }

  submit(draft, { acknowledgements = [] } = {}) {
    try {
      const order = orderOf(draft, acknowledgements);
      return this.#shared(this.#key, order, () => this.#place(order));
    } catch (mistake) {
      return Promise.reject(mistake);
    }
  }

  async unresolved() {
    const rows = await this.#unresolvedRows();
    return rows.sort((one, other) => one.updatedAt - other.updatedAt).map(publicRow);
  }

  reconcile() {
    return this.#reconcile(false);
  }

  async check(number) {
    const row = await this.#rowOf(number);
    return row ? this.#ifUnresolved(row.key, number, (open) => this.#settle(open)) : this.#lookUp(row, number);
  }

  async retry(number) {
    const row = await this.#rowOf(number);
    if (!isUnresolved(row)) return this.check(number);
    return this.#shared(row.key, row, () =>
      this.#withBasketLock(row.basket, () => this.#ifUnresolved(row.key, number, (open) => this.#deliver(open))));
  }

  async lookUp(number) {
    const { body: order } = await this.#service.find(number);
    if (!order) return { outcome: 'unknown', number };
    const row = await this.#rowOf(number);
    const end = this.#sending.get(number);
    if (end) end(order);
    // Without its lock, which the tab that sends it may hold for minutes: placed is final.
    else if (isUnresolved(row)) await this.#save({ ...row, state: 'placed', order });
    return placedOutcome({ ...row, number, order });
  }

  close() {
    this.#closing.abort();
    this.#environment.clearTimeout(this.#nextLookUp);
  }

  // --- placing ---

  /** Returns the promise of an identical submit in flight, or starts one. */
  #shared(key, { basket, acknowledgements }, start) {
    const name = JSON.stringify([key, basket, acknowledgements]);
    if (!this.#inFlight.has(name)) {
      this.#inFlight.set(name, start().finally(() => this.#inFlight.delete(name)));
    }
    return this.#inFlight.get(name);
  }

  /** Settles other unresolved rows of the same basket before it sends this one. */
  #place(order) {
    return this.#withBasketLock(order.basket, async () => {
      const twins = await this.#unresolvedRows((row) => row.basket === order.basket && row.key !== this.#key);
      for (const { key } of twins) {
        const outcome = await this.#withLock(key, () => this.#settleStored(key));
        if (outcome && outcome.outcome !== 'not-placed') return outcome;
      }
      return this.#withLock(this.#key, () => this.#placeHere(order));
    });
  }

  async #placeHere(order) {
    let row = await this.#ownRow();
    if (isUnresolved(row) && row.basket !== order.basket) {
      // Another basket was sent under this number: settle it first.
      const outcome = await this.#settle(row);
      if (outcome.outcome === 'unknown') return outcome;
      row = await this.#ownRow();
    }
    return row.state === 'placed' ? this.#placed(row, order.basket) : this.#deliver({ ...row, ...order });
  }

  /** Sends the row's order until its outcome is final or the attempts are used up; takes a new number if advised to. */
  async #deliver(row) {
    let current = row;
    for (let numbers = 1; ; numbers++) {
      if (!isUsable(current)) {
        const issued = await this.#repeat(current, (latest) => this.#requestNumber(latest));
        if (issued.row.state === 'placed') return placedOutcome(issued.row);
        if (issued.reply.kind !== 'success') return noNumberOutcome(issued.reply);
        current = issued.row;
      }
      const sent = await this.#send(current);
      if (sent.row.state !== 'not-placed' || numbers === MAX_NUMBERS) return outcomeOf(sent);
      current = sent.row;
    }
  }

  /** Sends the row's order until there is a response, or the order is found in another way. */
  async #send(row) {
    const { number } = row;
    const found = new Promise((resolve) => {
      this.#sending.set(number, (order) => resolve({ kind: 'success', status: 200, body: order }));
    });
    try {
      return await this.#repeat(row, (latest) => this.#post(latest, found), found);
    } finally {
      this.#sending.delete(number);
    }
  }

  /** Stores the row before it sends the request, and again with the reply. */
  async #post(row, found) {
    const sending = await this.#save({ ...row, state: 'sending', tries: row.tries + 1 });
    const reply = await Promise.race([this.#service.place(sending), found]);
    const next = { ...sending, number: numberAfter(reply, sending.number), state: stateAfter(reply, isUnresolved(row)) };
    if (reply.kind === 'success') return { reply, row: await this.#save({ ...next, order: reply.body }) };
    return { reply, row: await (next.state === 'placed' ? this.#savePlaced(next) : this.#save(next)) };
  }

  /** Requests the checkout's number, once. Leaves the row unchanged if the number is the same. */
  async #requestNumber(row) {
    const reply = await this.#service.numberOf(row.checkoutId);
    if (reply.kind !== 'success') return { reply, row };
    const { number, state } = reply.body;
    if (state === 'PLACED') return this.#readPlaced(row, reply);
    if (number === row.number && isUsable(row)) return { reply, row };
    return { reply, row: await this.#save({ ...row, number, state: 'ready', tries: 0 }) };
  }

  /**
   * Reads the order of a placed checkout. The response with its number does not name the checkout: if this buyer has no
   * such order, a proxy has mixed up two responses, and this one counts as none.
   */
  async #readPlaced(row, reply) {
    const { number } = reply.body;
    const found = await this.#service.find(number);
    if (found.status === 404 && found.problem?.retry === 'never') return { reply: { kind: 'no-response' }, row };
    return { reply, row: await this.#save({ ...row, number, state: 'placed', order: found.body ?? null }) };
  }

  /**
   * Repeats a step with back-off until its reply is not repeatable or the attempts are used up.
   *
   * @param found resolves to a reply that makes further steps unnecessary
   */
  async #repeat(row, step, found = new Promise(() => {})) {
    let latest = row;
    for (let tries = 1; ; tries++) {
      const done = await step(latest);
      const pause = this.#pauseAfter(done.reply, tries);
      if (pause === null) return done;
      const reply = await Promise.race([wait(this.#environment, pause), found]);
      if (reply) return { reply, row: await this.#save({ ...done.row, state: 'placed', order: reply.body }) };
      latest = done.row;
    }
  }

  #pauseAfter(reply, tries) {
    const retryAfter = reply.retryAfterMs ?? 0;
    if (!isRepeatable(reply) || tries >= this.#settings.maxTries || retryAfter > MAX_RETRY_AFTER_MS) return null;
    const backoff = Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** (tries - 1));
    return retryAfter + backoff * this.#environment.random();
  }

  /** The existing order is the outcome, even if another basket was submitted. */
  async #placed(row, basket) {
    return placedOutcome(row.order ? row : await this.#savePlaced(row), basket);
  }

  async #savePlaced(row) {
    return this.#save({ ...row, state: 'placed', order: await this.#service.order(row.number) });
  }

  // --- reconciling ---

  async #load() {
    await this.#reconcile(true);
    await this.#prune();
  }

  /** Events often come together (online and focus): calls share one run. */
  #reconcile(isLoading) {
    this.#reconciling ??= this.#reconcileAll(isLoading).finally(() => {
      this.#reconciling = undefined;
    });
    return this.#reconciling;
  }

  /** Skips locked rows: a tab is sending them. */
  async #reconcileAll(isLoading) {
    const others = await this.#unresolvedRows((row) => row.key !== this.#key);
    const outcomes = await Promise.all([
      this.#ifUnlocked(this.#key, () => this.#reconcileOwn(isLoading)),
      ...others.map(({ key }) => this.#ifUnlocked(key, () => this.#settleStored(key))),
    ]);
    await this.#catchUp();
    // Those that a closed checkout or another tab sends too: the message with their outcome may be lost.
    const unresolved = await this.#unresolvedRows();
    if (unresolved.length === 0) this.#lookUps = 0;
    else this.#reconcileLater();
    return outcomes.filter(Boolean);
  }

  /** Reconciles again after a delay if the page is visible by then; if not, when it is visible again. */
  #reconcileLater() {
    const { setTimeout, clearTimeout, document } = this.#environment;
    clearTimeout(this.#nextLookUp);
    if (this.#closing.signal.aborted) return;
    const delay = LOOK_UP_DELAYS_MS[Math.min(this.#lookUps, LOOK_UP_DELAYS_MS.length - 1)];
    this.#nextLookUp = setTimeout(() => {
      this.#lookUps++;
      if (document?.visibilityState !== 'hidden') this.reconcile();
    }, delay);
  }

  /** On load, requests the number even if one is stored: another device may have placed the checkout. */
  async #reconcileOwn(isLoading) {
    const row = await this.#ownRow();
    if (isUnresolved(row)) return this.#settle(row);
    if (row.state === 'placed') {
      if (!row.order) await this.#savePlaced(row);
    } else if (isLoading || !isUsable(row)) {
      await this.#requestNumber(row);
    }
    return undefined;
  }

  /** Reads the row under its lock: another tab may have settled it meanwhile. */
  async #settleStored(key) {
    const row = await this.#rows.get(key);
    if (isUnresolved(row)) return this.#settle(row);
    return row?.state === 'placed' ? this.#placed(row) : undefined;
  }

  /**
   * Looks up an unresolved number and voids it if it is undecided. If the lost request is still in transit, the service
   * lets exactly one of the two succeed. Once the number is voided, this checkout gets its next one.
   */
  async #settle(row) {
    const { number } = row;
    const status = await this.#service.voidIfUndecided(number);
    if (status === 'placed') return placedOutcome(await this.#savePlaced(row));
    if (status === 'not-placed') {
      const settled = await this.#save({ ...row, state: 'not-placed' });
      if (row.key === this.#key) await this.#requestNumber(settled);
      return { outcome: 'not-placed', number };
    }
    if (row.state !== 'unknown') await this.#save({ ...row, state: 'unknown' });
    return { outcome: 'unknown', number };
  }

  /** Runs `act` on a row that is still unresolved under the number; otherwise looks the number up. */
  #ifUnresolved(key, number, act) {
    return this.#withLock(key, async () => {
      const row = await this.#rows.get(key);
      return isUnresolved(row) && row.number === number ? act(row) : this.#lookUp(row, number);
    });
  }

  /** Returns the outcome of a number without voiding it. */
  async #lookUp(row, number) {
    if (row?.number === number && row.state === 'placed') return this.#placed(row);
    const status = await this.#service.statusOf(number);
    if (status !== 'placed') return { outcome: status === 'not-placed' ? status : 'unknown', number };
    return placedOutcome({ number, order: await this.#service.order(number) });
  }

  // --- rows, locks and events ---

  async #buyerRows() {
    const { baseUrl, buyer } = this.#settings;
    return (await this.#rows.all()).filter((row) => row.service === baseUrl && row.buyer === buyer);
  }

  async #ownRow() {
    const { baseUrl: service, buyer, checkoutId } = this.#settings;
    const blank = { key: this.#key, service, buyer, checkoutId, number: null, state: 'no-number', tries: 0 };
    return (await this.#rows.get(this.#key)) ?? blank;
  }

  async #unresolvedRows(matches = () => true) {
    return (await this.#buyerRows()).filter((row) => isUnresolved(row) && matches(row));
  }

  async #rowOf(number) {
    return (await this.#buyerRows()).find((row) => row.number === number);
  }

  async #save(row) {
    // For display and pruning only: a wrong clock does no harm.
    const kept = { ...row, updatedAt: this.#environment.now() };
    await this.#rows.put(kept.key, kept);
    this.#publish(kept);
    this.#broadcast(kept);
    return kept;
  }

  async #prune() {
    const finished = (await this.#buyerRows()).filter((row) => !isUnresolved(row) && row.key !== this.#key);
    finished.sort((one, other) => other.updatedAt - one.updatedAt);
    for (const { key } of finished.slice(MAX_RESOLVED_ROWS)) {
      await this.#ifUnlocked(key, async () => {
        if (!isUnresolved(await this.#rows.get(key))) await this.#rows.delete(key);
      });
    }
  }

  #withLock(name, work) {
    return this.#locks.request(name, {}, work);
  }

  #ifUnlocked(name, work) {
    return this.#locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  }

  /**
   * At most one tab sends a basket, in any checkout. Lock order: basket, then checkout; the holder of a checkout's lock
   * acquires no other, so tabs cannot deadlock.
   */
  #withBasketLock(basket, work) {
    return this.#withLock(JSON.stringify([this.#settings.baseUrl, this.#settings.buyer, 'basket', basket]), work);
  }

  #receive(row) {
    if (row?.service !== this.#settings.baseUrl || row.buyer !== this.#settings.buyer) return;
    if (row.state === 'placed' && row.order) this.#sending.get(row.number)?.(row.order);
    this.#publish(row);
  }

  #publish(row) {
    if (row.key === this.#key) this.#current = row;
    if (row.state === 'unknown') {
      this.#lookUps = 0;
      this.#reconcileLater();
    }
    this.dispatchEvent(new CustomEvent('change', { detail: publicRow(row) }));
  }

  /** Publishes a change whose message was lost, or arrived while this tab was suspended. */
  async #catchUp() {
    const row = await this.#ownRow();
    if (row.state !== this.#current.state || row.number !== this.#current.number) this.#publish(row);
  }

  #listen() {
    const { window, document } = this.#environment;
    const { signal } = this.#closing;
    const reconcile = () => this.reconcile();
    window?.addEventListener('online', reconcile, { signal });
    window?.addEventListener('focus', reconcile, { signal });
    // Restored from the back/forward cache, without a load.
    window?.addEventListener('pageshow', (event) => event.persisted && reconcile(), { signal });
    // Phones switch apps without a focus event.
    const onVisibility = () => document.visibilityState === 'visible' && reconcile();
    document?.addEventListener('visibilitychange', onVisibility, { signal });
  }
}

// --- options, drafts and outcomes ---

function settingsOf({ baseUrl, checkoutId, token, buyer, timeoutMs = TIMEOUT_MS, maxTries = MAX_TRIES }) {
  const check = (isMet, text) => {
    if (!isMet) throw new TypeError(text);
  };
  check(typeof baseUrl === 'string', 'baseUrl must be a string');
  const isId = typeof checkoutId === 'string' && /^[!-~]{1,128}$/.test(checkoutId);
  check(isId, 'checkoutId must be 1 to 128 visible ASCII characters');
  check(typeof token === 'function' || typeof token === 'string', 'token must be a string or a function');
  check(buyer === undefined || (typeof buyer === 'string' && buyer), 'buyer must be a non-empty string');
  check(timeoutMs > 0, 'timeoutMs must be positive');
  check(Number.isInteger(maxTries) && maxTries > 0, 'maxTries must be a positive integer');
  return { baseUrl: baseUrl.replace(/\/+$/, ''), checkoutId, buyer, timeoutMs, maxTries };
}

/** Copies the draft: later changes by the page do not reach the order. */
function orderOf(draft, acknowledgements) {
  if (!Array.isArray(draft?.lines) || !draft.lines.every((line) => line && typeof line === 'object')) {
    throw new TypeError('draft must be { currency, total, lines: [{ productCode, name?, quantity, unitPrice }] }');
  }
  if (!Array.isArray(acknowledgements)) throw new TypeError('acknowledgements must be an array');
  return { ...JSON.parse(JSON.stringify({ draft, acknowledgements })), basket: basketOf(draft) };
}

/** Canonical content, equal exactly where the service's is: names, labels and the order of lines and charges are ignored. */
function basketOf({ currency, total, lines, charges }) {
  const items = lines.map(({ productCode, quantity, unitPrice }) => JSON.stringify([productCode, quantity, unitPrice]));
  const more = (Array.isArray(charges) ? charges : []).map((charge) => JSON.stringify([charge?.kind, charge?.amount]));
  // Without charges as it was before there were any: rows are stored for weeks.
  return JSON.stringify([currency, total, items.sort(), ...(more.length > 0 ? [more.sort()] : [])]);
}

function publicRow({ checkoutId, number, state, draft, order, tries, updatedAt }) {
  return { checkoutId, number, state, draft, order, tries, updatedAt };
}

/** `differs` is true if the existing order's content is not that of the submitted basket. */
function placedOutcome({ number, order, basket: kept }, basket = kept) {
  const differs = Boolean(order && basket) && basketOf(order) !== basket;
  return { outcome: 'placed', number, order, duplicated: true, differs };
}

function outcomeOf({ reply, row }) {
  const { number, state } = row;
  const { kind, body, problem, retryAfterMs } = reply;
  if (kind === 'success') return { ...placedOutcome(row), duplicated: body.duplicated === true };
  if (kind === 'no-response') return { outcome: 'unknown', number, retryAfterMs };
  return questionIn(problem, row) ?? { outcome: state === 'unknown' ? state : 'refused', number, problem, retryAfterMs };
}

function questionIn(problem, { number, draft, acknowledgements }) {
  if (problem.retry !== 'after-change') return undefined;
  const question = (kind, members, acknowledgement) => ({
    outcome: 'question', kind, number, ...members, problem, acknowledgement,
    acknowledgements: [...acknowledgements, acknowledgement],
  });
  if (isType(problem, 'lookalike') && typeof problem.earlier === 'string') {
    const { earlier, order, state, age } = problem;
    return question('lookalike', { earlier, order, state, age }, { kind: 'SECOND_ORDER', earlier });
  }
  if (isType(problem, 'large-amount')) {
    const { total = draft.total, currency = draft.currency } = problem;
    return question('large-amount', { total, currency }, { kind: 'LARGE_AMOUNT', total });
  }
  return undefined;
}

/** Accepts an absolute `type` too: a gateway may have made it one. */
function isType({ type }, name) {
  return typeof type === 'string' && type.endsWith(`/problems/${name}`);
}

/** Without a number nothing can have been ordered: refused, never unknown. */
function noNumberOutcome({ kind, status, problem, retryAfterMs }) {
  const isRefused = kind === 'refusal' && status < 500;
  return { outcome: 'refused', number: null, problem: isRefused ? problem : NO_NUMBER, retryAfterMs };
}

// --- rows and replies ---

function isUnresolved(row) {
  return row?.state === 'sending' || row?.state === 'unknown';
}

/** Whether an order may be sent under the row's number. */
function isUsable(row) {
  return row.state === 'ready' || isUnresolved(row);
}

/** Whether to repeat the request: the reply is not final, or a possible duplicate is in progress. */
function isRepeatable({ kind, problem, retryAfterMs }) {
  if (kind !== 'refusal') return kind === 'no-response';
  return problem.retry === 'same-request' || (retryAfterMs !== undefined && isLookalikeInProgress(problem));
}

/** The earlier order has no state yet: repeat until it is placed (then confirmation is required) or not placed. */
function isLookalikeInProgress(problem) {
  return problem.retry === 'after-change' && isType(problem, 'lookalike') && problem.state === undefined;
}

/**
 * The row's state after a reply to placing it.
 *
 * @param wasUnresolved whether an earlier attempt had no response: it may still arrive, so a refusal is not final
 */
function stateAfter({ kind, problem, status }, wasUnresolved) {
  if (kind === 'success') return 'placed';
  if (kind === 'no-response') return 'unknown';
  if (isRetired(problem)) return 'not-placed';
  if (hasExistingOrder(problem)) return 'placed';
  return wasUnresolved || status >= 500 ? 'unknown' : 'ready';
}

/** The number of the row's order: the checkout may have been placed under another one. */
function numberAfter({ kind, body, problem }, number) {
  const placed = kind === 'success' ? body.number : kind === 'refusal' && hasExistingOrder(problem) && numberIn(problem.order);
  return placed && !isSame(placed, number) ? placed : number;
}

/** The number in the path of an order. */
function numberIn(path) {
  return path.split('/').at(-1);
}

/** The number is retired: no order exists under it, and none can be placed. */
function isRetired({ retry }) {
  return retry === 'new-number' || retry === 'new-key';
}

/** A final refusal that links to the order of this number or checkout. (A lookalike links to another one's.) */
function hasExistingOrder({ retry, order }) {
  return retry === 'never' && typeof order === 'string';
}

/** Whether two texts are one number by the service's lenient parsing: case, hyphens, spaces, I and L as 1, O as 0. */
function isSame(one, other) {
  return typeof one === 'string' && typeof other === 'string' && symbolsOf(one) === symbolsOf(other);
}

function symbolsOf(number) {
  return number.replaceAll(/[- ]/g, '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
}

// --- the service ---

/**
 * The HTTP client. Every request returns a reply: `success` with the expected body, `refusal` with a known `retry`, or
 * `no-response` for everything else: a timeout, a lost connection, a proxy's own response, or a response about another
 * number.
 */
class Service {
  #settings;
  #environment;
  #token;
  #subject;

  constructor(settings, environment, token) {
    this.#settings = settings;
    this.#environment = environment;
    this.#token = token;
  }

  numberOf(checkoutId) {
    const isExpected = ({ number, state }) => isNumber(number) && (state === 'ISSUED' || state === 'PLACED');
    return this.#request('GET', `/order-numbers?checkout=${encodeURIComponent(checkoutId)}`, { isExpected });
  }

  place({ number, checkoutId: checkout, draft, acknowledgements }) {
    const body = { ...draft, orderNumber: number, checkout, acknowledgements };
    return this.#request('POST', '/orders', { number, checkout, body, isExpected: isOrder });
  }

  find(number) {
    return this.#request('GET', `/orders/${encodeURIComponent(number)}`, { number, isExpected: isOrder });
  }

  /** The current order, or null if it cannot be read. */
  async order(number) {
    return (await this.find(number)).body ?? null;
  }

  /** The status of a number: `placed`, `not-placed`, `issued` or `unknown`. */
  statusOf(number) {
    return this.#requestStatus('GET', number);
  }

  /** The status of a number, after it is voided if it was only issued. */
  async voidIfUndecided(number) {
    const status = await this.statusOf(number);
    if (status !== 'issued') return status;
    const decided = await this.#requestStatus('DELETE', number);
    return decided === 'issued' ? 'unknown' : decided;
  }

  async #requestStatus(method, number) {
    const statuses = { PLACED: 'placed', VOIDED: 'not-placed', EXPIRED: 'not-placed', ISSUED: 'issued' };
    const isExpected = ({ state }) => typeof state === 'string' && Object.hasOwn(statuses, state);
    const path = `/order-numbers/${encodeURIComponent(number)}`;
    const { kind, body, problem } = await this.#request(method, path, { number, isExpected });
    if (kind === 'success') return statuses[body.state];
    if (kind === 'refusal' && isRetired(problem)) return 'not-placed';
    return kind === 'refusal' && hasExistingOrder(problem) ? 'placed' : 'unknown';
  }

  /**
   * Sends a request. After a 401 it refreshes the token, if the page gave a function, and sends once more.
   *
   * @param options `number` and `checkout` if the request is about them, `body` if it has one, `isExpected` to check a
   *     response
   */
  async #request(method, path, options) {
    const reply = await this.#send(method, path, options, false);
    const canRefresh = reply.status === 401 && typeof this.#token === 'function';
    return canRefresh ? this.#send(method, path, options, true) : reply;
  }

  async #send(method, path, options, wasRefused) {
    const { body } = options;
    try {
      return await withTimeout(this.#environment, this.#settings.timeoutMs, async (signal) => {
        const { token, problem } = await this.#bearer(wasRefused);
        if (problem) return { kind: 'refusal', status: 0, problem };
        const headers = { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) };
        const init = { method, headers, body: body && JSON.stringify(body), cache: 'no-store', signal };
        const response = await this.#environment.fetch(this.#settings.baseUrl + path, init);
        return replyOf(response, await response.text(), options);
      });
    } catch {
      return { kind: 'no-response' };
    }
  }

  /**
   * Refuses another buyer's token: the service would report the number as unknown to that buyer, which says nothing
   * about the buyer who owns the rows.
   */
  async #bearer(wasRefused) {
    let token;
    try {
      token = await tokenFrom(this.#token, wasRefused);
    } catch (cause) {
      return { problem: { ...NO_TOKEN, cause } };
    }
    if (typeof token !== 'string' || !token) return { problem: NO_TOKEN };
    const subject = subjectOf(token);
    if (this.#subject === undefined) this.#subject = subject;
    return subject === this.#subject ? { token } : { problem: ANOTHER_BUYER };
  }
}

function isNumber(value) {
  return typeof value === 'string' && NUMBER.test(value);
}

/** Whether the members that this module reads are present. */
function isOrder({ currency, total, lines }) {
  return typeof currency === 'string' && typeof total === 'number' && Array.isArray(lines) && lines.every(isLine);
}

function isLine(line) {
  return typeof line?.productCode === 'string' && typeof line.quantity === 'number' && typeof line.unitPrice === 'number';
}

function replyOf(response, text, { isExpected, ...requested }) {
  const { status } = response;
  const body = objectIn(text);
  const retryAfterMs = retryAfterOf(response.headers);
  const isSuccess = response.ok && body && isExpected(body) && isResponseAbout(requested, body);
  if (isSuccess) return { kind: 'success', status, body };
  if (!response.ok && RETRIES.has(body?.retry) && isRefusalAbout(requested, body)) {
    return { kind: 'refusal', status, problem: body, retryAfterMs };
  }
  return { kind: 'no-response', status, retryAfterMs };
}

/** Whether a response is about the requested number, if one was requested, or is the order of the requested checkout. */
function isResponseAbout({ number: requested, checkout }, { number, duplicated, checkout: completed }) {
  if (requested === undefined || isSame(number, requested)) return true;
  return duplicated === true && checkout !== undefined && completed === checkout;
}

/** A refusal need not name its number; one that names another number, or links to another's order, does not count. */
function isRefusalAbout({ number: requested, checkout }, problem) {
  if (requested === undefined) return true;
  if (isType(problem, 'checkout-completed')) return checkout !== undefined && problem.checkout === checkout;
  const { number = requested, order } = problem;
  return isSame(number, requested) && (!hasExistingOrder(problem) || isSame(numberIn(order), requested));
}

/** `Retry-After` in milliseconds; undefined if absent, 0 if not parseable: its presence alone advises a repeat. */
function retryAfterOf(headers) {
  const text = headers.get('Retry-After');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // A date is by the service's clock: compare it with `Date`, not with the browser's clock.
  const milliseconds = Date.parse(text) - Date.parse(headers.get('Date') ?? '');
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds);
}

async function tokenFrom(token, wasRefused) {
  return typeof token === 'function' ? token({ wasRefused }) : token;
}

/** The token's `sub`, unverified: it only separates the rows of buyers who share a browser. Null if it is not a JWT. */
function subjectOf(token) {
  try {
    const payload = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
    const { sub } = JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, (symbol) => symbol.charCodeAt(0))));
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
