/*
 * The browser's half of "one number, one order".
 *
 * A checkout gets its order number when the page loads. Number and draft are kept where a reload finds them before the
 * order is sent, and what is not answered is asked again under the same number. The service decides what is true; all
 * that is done here is to ask about the right number, and to tell the buyer what was answered.
 *
 * One row per service, buyer and checkout is kept. Its states:
 *
 *               number            sent              the order's answer
 *   no-number ─────────▶ ready ────────▶ sending ───────────────────────▶ placed
 *                        ▲   ▲            │   ▲                              ▲
 *                        │   └─ corrected ┤   │ no answer: the same          │
 *             new number │     or asked   │   ▼ number again                 │ looked up
 *                        └── not-placed ◀─┴─ unknown ────────────────────────┘
 *                                   final, or voided
 *
 * `sending` in a row that nobody holds the lock of was left by a tab that crashed: it is as good as `unknown`. The two
 * together are called unresolved. order-once.d.ts describes what a page uses.
 */

import { Kept, Locks, browser, durableStorage, objectIn, openBell, wait, within } from './order-once-browser.js';

/** A buyer waits this long for one answer. Shorter and slow answers are asked for twice; longer and people reload. */
const TIMEOUT_MS = 15_000;
/** Tries of one request: some seconds if they fail at once, a minute and a half if they hang. Then the buyer is told. */
const MOST_TRIES = 5;
/** Waits double from the first to the longest, and are random below that, so that pages do not come back all at once. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A service that wants to be left alone for longer than this is not waited for with the buyer looking on. */
const LONGEST_RETRY_AFTER_MS = 30_000;
/** Numbers that may turn out spent in one submit. One has expired, two is bad luck, three is a loop. */
const MOST_NUMBERS = 3;
/** Finished rows kept besides this checkout's, so that storage does not grow for ever. */
const KEPT_ROWS = 20;

/** The advice of the service. An error whose `retry` is none of these is no answer. */
const RETRIES = new Set(['same-request', 'after-change', 'new-number', 'new-key', 'never']);
/** What the service writes: 18 symbols of Crockford's base 32 in three groups. */
const NUMBER = /^[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){2}$/;

// Refusals that are ours: nothing was sent. They are problems like the service's, so a page handles one kind only.
const NO_NUMBER = localProblem('no-number', 'same-request', 'No order number was issued; nothing was ordered. Try again.');
const NO_TOKEN = localProblem('no-token', 'after-change', 'The page has no token for the request; it was not sent.');
const ANOTHER_BUYER = localProblem('another-buyer', 'after-change', 'Another buyer is signed in; open the checkout again.');

function localProblem(name, retry, detail) {
  return { type: `order-once:${name}`, title: 'Not sent', detail, retry };
}

/** Opens a checkout: described in order-once.d.ts. */
export async function openCheckout(options) {
  const settings = settingsOf(options);
  const environment = { ...browser(), ...options.environment };
  const { token } = options;
  if (settings.buyer === undefined) {
    const first = await within(environment, settings.timeoutMs, () => tokenFrom(token, false));
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
  #bell;
  #key;
  /** The row of this checkout as it was last heard of. What is decided is decided on the kept row, under its lock. */
  #current;
  #ready;
  #reconciling;
  #flights = new Map();
  #closing = new AbortController();

  constructor(settings, environment, service, storage) {
    super();
    this.#settings = settings;
    this.#environment = environment;
    this.#service = service;
    this.#rows = new Kept(environment, storage, () => this.dispatchEvent(new Event('not-durable')));
    this.#locks = new Locks(environment, this.#rows);
    this.#key = JSON.stringify([settings.baseUrl, settings.buyer, settings.checkoutId]);
    this.#bell = openBell(environment, this.#closing.signal, (row) => this.#hear(row));
  }

  static async open(...parts) {
    const checkout = new Checkout(...parts);
    checkout.#current = await checkout.#ownRow();
    checkout.#listen();
    checkout.#ready = checkout.#begin();
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
    return rows.sort((one, other) => one.updatedAt - other.updatedAt).map(shown);
  }

  reconcile() {
    return this.#reconcile(false);
  }

  async check(number) {
    const row = await this.#rowUnder(number);
    return row ? this.#ifOpen(row.key, number, (open) => this.#settle(open)) : this.#fate(row, number);
  }

  async retry(number) {
    const row = await this.#rowUnder(number);
    if (!isUnresolved(row)) return this.check(number);
    return this.#shared(row.key, row, () =>
      this.#aloneWithBasket(row.basket, () => this.#ifOpen(row.key, number, (open) => this.#deliver(open))));
  }

  close() {
    this.#closing.abort();
  }

  // --- placing ---

  /** However often a button is clicked, the same order is under way once. */
  #shared(key, { basket, acknowledgements }, begin) {
    const name = JSON.stringify([key, basket, acknowledgements]);
    if (!this.#flights.has(name)) {
      this.#flights.set(name, begin().finally(() => this.#flights.delete(name)));
    }
    return this.#flights.get(name);
  }

  /** While the same basket is unresolved under another number, none is sent under this one. */
  #place(order) {
    return this.#aloneWithBasket(order.basket, async () => {
      const twins = await this.#unresolvedRows((row) => row.basket === order.basket && row.key !== this.#key);
      for (const { key } of twins) {
        const outcome = await this.#alone(key, () => this.#settleAgain(key));
        if (outcome && outcome.outcome !== 'not-placed') return outcome;
      }
      return this.#alone(this.#key, () => this.#placeHere(order));
    });
  }

  async #placeHere(order) {
    let row = await this.#ownRow();
    if (isUnresolved(row) && row.basket !== order.basket) {
      // Another basket went out under this number. What became of that comes first.
      const outcome = await this.#settle(row);
      if (outcome.outcome === 'unknown') return outcome;
      row = await this.#ownRow();
    }
    return row.state === 'placed' ? this.#placed(row, order.basket) : this.#deliver({ ...row, ...order });
  }

  /** Sends the row's order until it is answered for good, under new numbers if the service says so. */
  async #deliver(row) {
    let current = row;
    for (let numbers = 1; ; numbers++) {
      if (!isUsable(current)) {
        const issued = await this.#repeat(current, (latest) => this.#askNumber(latest));
        if (issued.row.state === 'placed') return placedOutcome(issued.row);
        if (issued.reply.kind !== 'answer') return withoutNumber(issued.reply);
        current = issued.row;
      }
      const sent = await this.#repeat(current, (latest) => this.#post(latest));
      if (sent.row.state !== 'not-placed' || numbers === MOST_NUMBERS) return outcomeOf(sent);
      current = sent.row;
    }
  }

  /** The row is kept before its request leaves, and again when the request is answered or is not. */
  async #post(row) {
    const sending = await this.#keep({ ...row, state: 'sending', tries: row.tries + 1 });
    const reply = await this.#service.place(sending);
    const answered = { ...sending, state: stateAfter(reply, isUnresolved(row)) };
    if (reply.kind === 'answer') return { reply, row: await this.#keep({ ...answered, order: reply.body }) };
    return { reply, row: await (answered.state === 'placed' ? this.#keepPlaced(answered) : this.#keep(answered)) };
  }

  /** Asks for the checkout's number, once. A number that is the same changes nothing about the row. */
  async #askNumber(row) {
    const reply = await this.#service.numberOf(row.checkoutId);
    if (reply.kind !== 'answer') return { reply, row };
    const { number, state } = reply.body;
    if (state === 'PLACED') return this.#askPlaced(row, reply);
    if (number === row.number && isUsable(row)) return { reply, row };
    return { reply, row: await this.#keep({ ...row, number, state: 'ready', tries: 0 }) };
  }

  /**
   * Reads the order of a checkout that was placed. The answer with its number does not name the checkout: if this buyer
   * has no such order, a proxy has mixed up two answers, and this one says nothing about this checkout.
   */
  async #askPlaced(row, reply) {
    const { number } = reply.body;
    const found = await this.#service.find(number);
    if (found.status === 404 && found.problem?.retry === 'never') return { reply: { kind: 'silence' }, row };
    return { reply, row: await this.#keep({ ...row, number, state: 'placed', order: found.body ?? null }) };
  }

  /** Takes one step again and again, with waits, until that would not help or takes too long. */
  async #repeat(row, step) {
    let latest = row;
    for (let tries = 1; ; tries++) {
      const done = await step(latest);
      const pause = this.#pauseAfter(done.reply, tries);
      if (pause === null) return done;
      await wait(this.#environment, pause);
      latest = done.row;
    }
  }

  #pauseAfter(reply, tries) {
    const wanted = reply.retryAfterMs ?? 0;
    if (!isRepeatable(reply) || tries >= this.#settings.maxTries || wanted > LONGEST_RETRY_AFTER_MS) return null;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
    return wanted + longest * this.#environment.random();
  }

  /** The order that stands is the result, whatever was asked for. */
  async #placed(row, basket) {
    return placedOutcome(row.order ? row : await this.#keepPlaced(row), basket);
  }

  async #keepPlaced(row) {
    return this.#keep({ ...row, state: 'placed', order: await this.#service.order(row.number) });
  }

  // --- finding out ---

  async #begin() {
    await this.#reconcile(true);
    await this.#prune();
  }

  /** Coming online and getting the focus often happen together: one look is enough. */
  #reconcile(isLoading) {
    this.#reconciling ??= this.#lookAtAll(isLoading).finally(() => {
      this.#reconciling = undefined;
    });
    return this.#reconciling;
  }

  /** Rows that somebody holds the lock of are under way, here or in another tab, and are left alone. */
  async #lookAtAll(isLoading) {
    const others = await this.#unresolvedRows((row) => row.key !== this.#key);
    const outcomes = await Promise.all([
      this.#ifFree(this.#key, () => this.#lookAtOwn(isLoading)),
      ...others.map(({ key }) => this.#ifFree(key, () => this.#settleAgain(key))),
    ]);
    await this.#catchUp();
    return outcomes.filter(Boolean);
  }

  /** On load the service is asked even if a number is kept: the checkout may have been placed on another device. */
  async #lookAtOwn(isLoading) {
    const row = await this.#ownRow();
    if (isUnresolved(row)) return this.#settle(row);
    if (row.state === 'placed') {
      if (!row.order) await this.#keepPlaced(row);
    } else if (isLoading || !isUsable(row)) {
      await this.#askNumber(row);
    }
    return undefined;
  }

  /** The row may have been settled while its lock was waited for. */
  async #settleAgain(key) {
    const row = await this.#rows.get(key);
    if (isUnresolved(row)) return this.#settle(row);
    return row?.state === 'placed' ? this.#placed(row) : undefined;
  }

  /**
   * Finds out what became of a row's number, which is voided if nothing did. That is safe while a lost request is still
   * on its way: of the two the service lets one win. Only then this checkout gets its next number.
   */
  async #settle(row) {
    const { number } = row;
    const fate = await this.#service.decide(number);
    if (fate === 'placed') return placedOutcome(await this.#keepPlaced(row));
    if (fate === 'not-placed') {
      const settled = await this.#keep({ ...row, state: 'not-placed' });
      if (row.key === this.#key) await this.#askNumber(settled);
      return { outcome: 'not-placed', number };
    }
    if (row.state !== 'unknown') await this.#keep({ ...row, state: 'unknown' });
    return { outcome: 'unknown', number };
  }

  /** Acts on a row that is still unresolved under the number; else tells what became of it. */
  #ifOpen(key, number, act) {
    return this.#alone(key, async () => {
      const row = await this.#rows.get(key);
      return isUnresolved(row) && row.number === number ? act(row) : this.#fate(row, number);
    });
  }

  /** What became of a number that is not unresolved here: looked up, and left as it is. */
  async #fate(row, number) {
    if (row?.number === number && row.state === 'placed') return this.#placed(row);
    const fate = await this.#service.fateOf(number);
    if (fate !== 'placed') return { outcome: fate === 'not-placed' ? fate : 'unknown', number };
    return placedOutcome({ number, order: await this.#service.order(number) });
  }

  // --- rows, locks and news ---

  async #ours() {
    const { baseUrl, buyer } = this.#settings;
    return (await this.#rows.all()).filter((row) => row.service === baseUrl && row.buyer === buyer);
  }

  async #ownRow() {
    const { baseUrl: service, buyer, checkoutId } = this.#settings;
    const blank = { key: this.#key, service, buyer, checkoutId, number: null, state: 'no-number', tries: 0 };
    return (await this.#rows.get(this.#key)) ?? blank;
  }

  async #unresolvedRows(isMeant = () => true) {
    return (await this.#ours()).filter((row) => isUnresolved(row) && isMeant(row));
  }

  async #rowUnder(number) {
    return (await this.#ours()).find((row) => row.number === number);
  }

  async #keep(row) {
    // The time is for showing and tidying up only: a clock that is wrong by a day does no harm.
    const kept = { ...row, updatedAt: this.#environment.now() };
    await this.#rows.put(kept.key, kept);
    this.#show(kept);
    this.#bell(kept);
    return kept;
  }

  async #prune() {
    const finished = (await this.#ours()).filter((row) => !isUnresolved(row) && row.key !== this.#key);
    finished.sort((one, other) => other.updatedAt - one.updatedAt);
    for (const { key } of finished.slice(KEPT_ROWS)) {
      await this.#ifFree(key, async () => {
        if (!isUnresolved(await this.#rows.get(key))) await this.#rows.delete(key);
      });
    }
  }

  #alone(name, work) {
    return this.#locks.request(name, {}, work);
  }

  #ifFree(name, work) {
    return this.#locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  }

  /**
   * One tab at a time sends a basket, whatever the checkout. Locks are taken in one order, a basket's before a
   * checkout's, and who holds a checkout's waits for no other: tabs cannot wait for each other in a circle.
   */
  #aloneWithBasket(basket, work) {
    return this.#alone(JSON.stringify([this.#settings.baseUrl, this.#settings.buyer, 'basket', basket]), work);
  }

  #hear(row) {
    if (row?.service === this.#settings.baseUrl && row.buyer === this.#settings.buyer) this.#show(row);
  }

  #show(row) {
    if (row.key === this.#key) this.#current = row;
    this.dispatchEvent(new CustomEvent('change', { detail: shown(row) }));
  }

  /** For news that were missed: the other tab could not tell, or this one was asleep. */
  async #catchUp() {
    const row = await this.#ownRow();
    if (row.state !== this.#current.state || row.number !== this.#current.number) this.#show(row);
  }

  #listen() {
    const { window, document } = this.#environment;
    const { signal } = this.#closing;
    const look = () => this.reconcile();
    window?.addEventListener('online', look, { signal });
    window?.addEventListener('focus', look, { signal });
    // A page that comes back from the back/forward cache is not loaded again.
    window?.addEventListener('pageshow', (event) => event.persisted && look(), { signal });
    // Phones switch between apps without a focus event.
    document?.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && look(), { signal });
  }
}

// --- what a page gives and gets ---

function settingsOf({ baseUrl, checkoutId, token, buyer, timeoutMs = TIMEOUT_MS, maxTries = MOST_TRIES }) {
  const demand = (isMet, text) => {
    if (!isMet) throw new TypeError(text);
  };
  demand(typeof baseUrl === 'string', 'baseUrl must be a string');
  const isId = typeof checkoutId === 'string' && /^[!-~]{1,128}$/.test(checkoutId);
  demand(isId, 'checkoutId must be 1 to 128 visible ASCII characters');
  demand(typeof token === 'function' || typeof token === 'string', 'token must be a string or a function');
  demand(buyer === undefined || (typeof buyer === 'string' && buyer), 'buyer must be a string that is not empty');
  demand(timeoutMs > 0, 'timeoutMs must be more than 0');
  demand(Number.isInteger(maxTries) && maxTries > 0, 'maxTries must be a whole number from 1');
  return { baseUrl: baseUrl.replace(/\/+$/, ''), checkoutId, buyer, timeoutMs, maxTries };
}

/** A copy as it will be sent: what the page does to its draft afterwards does not change the order. */
function orderOf(draft, acknowledgements) {
  if (!Array.isArray(draft?.lines) || !draft.lines.every((line) => line && typeof line === 'object')) {
    throw new TypeError('a draft is { currency, total, lines: [{ productCode, name?, quantity, unitPrice }] }');
  }
  if (!Array.isArray(acknowledgements)) throw new TypeError('acknowledgements must be an array');
  return { ...JSON.parse(JSON.stringify({ draft, acknowledgements })), basket: basketOf(draft) };
}

/** Equal exactly for what the service calls the same content: names and the order of lines do not count. */
function basketOf({ currency, total, lines }) {
  const items = lines.map(({ productCode, quantity, unitPrice }) => JSON.stringify([productCode, quantity, unitPrice]));
  return JSON.stringify([currency, total, items.sort()]);
}

function shown({ checkoutId, number, state, draft, order, tries, updatedAt }) {
  return { checkoutId, number, state, draft, order, tries, updatedAt };
}

/** `differs` tells a page that the order that stands holds something else than it was about to send. */
function placedOutcome({ number, order, basket: kept }, basket = kept) {
  const differs = Boolean(order && basket) && basketOf(order) !== basket;
  return { outcome: 'placed', number, order, duplicated: true, differs };
}

function outcomeOf({ reply, row }) {
  const { number, state } = row;
  const { kind, body, problem, retryAfterMs } = reply;
  if (kind === 'answer') return { ...placedOutcome(row), duplicated: body.duplicated === true };
  if (kind === 'silence') return { outcome: 'unknown', number, retryAfterMs };
  return questionIn(problem, row) ?? { outcome: state === 'unknown' ? state : 'refused', number, problem, retryAfterMs };
}

function questionIn(problem, { number, draft, acknowledgements }) {
  if (problem.retry !== 'after-change') return undefined;
  const asked = (kind, members, acknowledgement) => ({
    outcome: 'question', kind, number, ...members, problem, acknowledgement,
    acknowledgements: [...acknowledgements, acknowledgement],
  });
  if (isType(problem, 'lookalike') && typeof problem.earlier === 'string') {
    const { earlier, order, state, age } = problem;
    return asked('lookalike', { earlier, order, state, age }, { kind: 'SECOND_ORDER', earlier });
  }
  if (isType(problem, 'large-amount')) {
    const { total = draft.total, currency = draft.currency } = problem;
    return asked('large-amount', { total, currency }, { kind: 'LARGE_AMOUNT', total });
  }
  return undefined;
}

/** A gateway may make the type an absolute address. */
function isType({ type }, name) {
  return typeof type === 'string' && type.endsWith(`/problems/${name}`);
}

/** No number was had, so nothing can have been ordered: that is not unknown, whatever the answer was. */
function withoutNumber({ kind, status, problem, retryAfterMs }) {
  const told = kind === 'refusal' && status < 500;
  return { outcome: 'refused', number: null, problem: told ? problem : NO_NUMBER, retryAfterMs };
}

// --- judging rows and replies ---

function isUnresolved(row) {
  return row?.state === 'sending' || row?.state === 'unknown';
}

/** Whether an order may be sent under the row's number. */
function isUsable(row) {
  return row.state === 'ready' || isUnresolved(row);
}

/** Whether repeating the same request helps: nothing final happened, or a possible duplicate is still being placed. */
function isRepeatable({ kind, problem, retryAfterMs }) {
  if (kind !== 'refusal') return kind === 'silence';
  return problem.retry === 'same-request' || (retryAfterMs !== undefined && isLookalikeInProgress(problem));
}

/** The earlier order has no state yet: a repeat finds it placed, and asks about it, or not placed. */
function isLookalikeInProgress(problem) {
  return problem.retry === 'after-change' && isType(problem, 'lookalike') && problem.state === undefined;
}

/**
 * Where a reply to an order leaves its row.
 *
 * @param wasOpen whether an earlier try is unanswered: it may still arrive, so a refusal of this one settles nothing
 */
function stateAfter({ kind, problem, status }, wasOpen) {
  if (kind === 'answer') return 'placed';
  if (kind === 'silence') return 'unknown';
  if (isSpent(problem)) return 'not-placed';
  if (isStanding(problem)) return 'placed';
  return wasOpen || status >= 500 ? 'unknown' : 'ready';
}

/** The service says that no order exists under the number, and that none can be placed under it. */
function isSpent({ retry }) {
  return retry === 'new-number' || retry === 'new-key';
}

/** A final refusal that links to an order: it exists under this number. (A lookalike links to another number's.) */
function isStanding({ retry, order }) {
  return retry === 'never' && typeof order === 'string';
}

/** Whether two are one number, as the service reads them: any case, hyphens and spaces, I and L for 1, O for 0. */
function isSame(one, other) {
  return typeof one === 'string' && typeof other === 'string' && symbolsOf(one) === symbolsOf(other);
}

function symbolsOf(number) {
  return number.replaceAll(/[- ]/g, '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
}

// --- the service ---

/**
 * The service over HTTP. Every request ends in a reply: an `answer` with a body as expected, a `refusal` with a readable
 * `retry`, or `silence`, which is everything else: no answer in time, a lost connection, what a proxy makes up, and what
 * is said of another number than the one that was asked about.
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
    return this.#ask('GET', `/order-numbers?checkout=${encodeURIComponent(checkoutId)}`, { isExpected });
  }

  place({ number, draft, acknowledgements }) {
    const body = { ...draft, orderNumber: number, acknowledgements };
    return this.#ask('POST', '/orders', { number, body, isExpected: isOrder });
  }

  find(number) {
    return this.#ask('GET', `/orders/${encodeURIComponent(number)}`, { number, isExpected: isOrder });
  }

  /** The order as it is now, or null if it cannot be read just now. */
  async order(number) {
    return (await this.find(number)).body ?? null;
  }

  /** What became of a number: `placed`, `not-placed`, `issued` or `unknown`. */
  fateOf(number) {
    return this.#askFate('GET', number);
  }

  /** The same, but a number under which there is nothing yet is voided, so that it is decided. */
  async decide(number) {
    const fate = await this.fateOf(number);
    if (fate !== 'issued') return fate;
    const decided = await this.#askFate('DELETE', number);
    return decided === 'issued' ? 'unknown' : decided;
  }

  async #askFate(method, number) {
    const fates = { PLACED: 'placed', VOIDED: 'not-placed', EXPIRED: 'not-placed', ISSUED: 'issued' };
    const isExpected = ({ state }) => typeof state === 'string' && Object.hasOwn(fates, state);
    const path = `/order-numbers/${encodeURIComponent(number)}`;
    const { kind, body, problem } = await this.#ask(method, path, { number, isExpected });
    if (kind === 'answer') return fates[body.state];
    if (kind === 'refusal' && isSpent(problem)) return 'not-placed';
    return kind === 'refusal' && isStanding(problem) ? 'placed' : 'unknown';
  }

  /**
   * If the page has a way to refresh its token, a refused one is asked for again, once.
   *
   * @param question `number` if the request is about one, `body` if it has one, and `isExpected`, which judges an answer
   */
  async #ask(method, path, question) {
    const reply = await this.#askOnce(method, path, question, false);
    const canRefresh = reply.status === 401 && typeof this.#token === 'function';
    return canRefresh ? this.#askOnce(method, path, question, true) : reply;
  }

  async #askOnce(method, path, question, wasRefused) {
    const { body } = question;
    try {
      return await within(this.#environment, this.#settings.timeoutMs, async (signal) => {
        const { token, problem } = await this.#bearer(wasRefused);
        if (problem) return { kind: 'refusal', status: 0, problem };
        const headers = { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) };
        const request = { method, headers, body: body && JSON.stringify(body), cache: 'no-store', signal };
        const response = await this.#environment.fetch(this.#settings.baseUrl + path, request);
        return replyOf(response, await response.text(), question);
      });
    } catch {
      return { kind: 'silence' };
    }
  }

  /**
   * Another buyer's token is not used: the service would say that the number was never theirs, which is true, and says
   * nothing about the buyer whose rows these are.
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

/** Whether everything that is read of an order is there. */
function isOrder({ currency, total, lines }) {
  return typeof currency === 'string' && typeof total === 'number' && Array.isArray(lines) && lines.every(isLine);
}

function isLine(line) {
  return typeof line?.productCode === 'string' && typeof line.quantity === 'number' && typeof line.unitPrice === 'number';
}

function replyOf(response, text, { number, isExpected }) {
  const { status } = response;
  const body = objectIn(text);
  const retryAfterMs = retryAfterOf(response.headers);
  if (response.ok && body && isExpected(body) && isAnswerAbout(number, body)) return { kind: 'answer', status, body };
  if (!response.ok && RETRIES.has(body?.retry) && isRefusalAbout(number, body)) {
    return { kind: 'refusal', status, problem: body, retryAfterMs };
  }
  return { kind: 'silence', status, retryAfterMs };
}

/** @param asked undefined if the request was not about one number */
function isAnswerAbout(asked, { number }) {
  return asked === undefined || isSame(number, asked);
}

/** Not every refusal names its number; one that names another, or says that another order stands, is not an answer. */
function isRefusalAbout(asked, problem) {
  const { number = asked, order } = problem;
  return asked === undefined || (isSame(number, asked) && (!isStanding(problem) || isSame(order.split('/').at(-1), asked)));
}

/** In milliseconds; 0 if it cannot be read, because that it is there asks for a repeat; undefined without one. */
function retryAfterOf(headers) {
  const text = headers.get('Retry-After');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // A date is by the service's clock, and is compared with that one, not with the browser's.
  const milliseconds = Date.parse(text) - Date.parse(headers.get('Date') ?? '');
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds);
}

async function tokenFrom(token, wasRefused) {
  return typeof token === 'function' ? token({ wasRefused }) : token;
}

/** Read, not verified: it only keeps the rows of two people at one browser apart. Null if the token is not a JWT. */
function subjectOf(token) {
  try {
    const payload = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
    const { sub } = JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, (symbol) => symbol.charCodeAt(0))));
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
