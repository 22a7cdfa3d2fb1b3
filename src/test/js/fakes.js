// Fakes of the module's environment: a service that keeps the contract and injects faults on request, and a browser with
// tabs, whose clock advances only when a test advances it.

import { openCheckout } from '../../main/resources/META-INF/resources/order-once.js';

export const DRAFT = {
  currency: 'EUR',
  total: 4200,
  lines: [{ productCode: 'tea-1', name: 'Green tea', quantity: 2, unitPrice: 2100 }],
};

export const OTHER_DRAFT = { currency: 'EUR', total: 900, lines: [{ productCode: 'mug-1', quantity: 1, unitPrice: 900 }] };

export function tokenOf(subject) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ sub: subject, groups: ['buyer'] })}.signature`;
}

/** Runs everything that does not wait for a timer. */
export async function quiet() {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that advances only when a test advances it. */
export class FakeClock {
  #timers = new Map();
  #names = 0;
  #started = Date.parse('2026-11-21T10:00:00Z');
  elapsed = 0;

  get now() {
    return this.#started + this.elapsed;
  }

  get timers() {
    return this.#timers.size;
  }

  setBackBy(milliseconds) {
    this.#started -= milliseconds;
  }

  setTimeout = (run, milliseconds = 0) => {
    this.#timers.set(++this.#names, { run, at: this.elapsed + milliseconds });
    return this.#names;
  };

  clearTimeout = (name) => this.#timers.delete(name);

  async pass(milliseconds) {
    const end = this.elapsed + milliseconds;
    await quiet();
    for (let next = this.#next(); next && next[1].at <= end; next = this.#next()) await this.#fire(next);
    this.elapsed = end;
    await quiet();
  }

  /** Advances the time from timer to timer until the promise is settled. */
  async until(promise) {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let timers = 0; ; timers++) {
      await quiet();
      if (isSettled) return promise;
      const next = this.#next();
      if (!next || timers > 10_000) throw new Error('it waits for something that will not come');
      await this.#fire(next);
    }
  }

  #next() {
    return [...this.#timers].sort(([, one], [, other]) => one.at - other.at)[0];
  }

  async #fire([name, timer]) {
    this.#timers.delete(name);
    this.elapsed = Math.max(this.elapsed, timer.at);
    timer.run();
    await quiet();
  }
}

/** The service, as the README and the API description define it. */
export class FakeService {
  numbers = new Map();
  orders = new Map();
  requests = [];
  isDown = false;
  /** Refusals of new orders: each gets the request and the buyer and may return a reply. */
  rules = [];
  #checkouts = new Map();
  #faults = [];
  #issued = 0;

  /** The faults of the next requests of a route: `offline`, `lost` (processed, but not answered), `hang`, `late`, or a reply. */
  next(route, ...faults) {
    faults.forEach((fault) => this.#faults.push({ route, fault }));
  }

  sent(route) {
    return this.requests.filter((request) => request.route === route);
  }

  /** Places under a number as another device of the buyer would. */
  placeElsewhere(number, draft = DRAFT) {
    this.#place(this.numbers.get(number).buyer, { ...draft, orderNumber: number, acknowledgements: [] });
  }

  /** Places the checkout of a number under another number, as a replica without Redis would have issued it. */
  placeUnderAnotherNumber(number, other) {
    const { buyer, checkout } = this.numbers.get(number);
    this.numbers.set(other, { buyer, checkout });
    this.placeElsewhere(other);
  }

  /** As after checkout-ttl has passed. */
  forgetCheckouts() {
    this.#checkouts.clear();
  }

  spend(number, why) {
    this.numbers.get(number).spent = why;
  }

  fetch = async (url, { method, headers, body, signal }) => {
    const { pathname, searchParams } = new URL(url);
    const route = `${method} ${pathname.replace(/\/[0-9]{6}-.*$/, '/{number}')}`;
    const request = {
      route, url, method, pathname, searchParams, token: headers.Authorization, headers, signal,
      body: body && JSON.parse(body),
    };
    this.requests.push(request);
    const position = this.#faults.findIndex((each) => each.route === route);
    const fault = this.isDown ? 'offline' : position < 0 ? undefined : this.#faults.splice(position, 1)[0].fault;
    return this.#reply(request, fault, signal);
  };

  async #reply(request, fault, signal) {
    if (fault === 'offline') throw new TypeError('Failed to fetch');
    if (fault === 'hang') return unanswered(signal);
    if (typeof fault === 'function') return fault(request);
    if (fault instanceof Response) return fault;
    const response = this.#answer(request);
    if (fault === 'lost') throw new TypeError('Failed to fetch');
    if (fault === 'late') return unanswered(signal);
    return response;
  }

  #answer({ route, token, searchParams, pathname, body }) {
    const buyer = subjectIn(token);
    if (!buyer) return problem(401, 'not-signed-in', 'after-change');
    const number = decodeURIComponent(pathname.split('/').at(-1));
    switch (route) {
      case 'GET /order-numbers':
        return this.#issue(buyer, searchParams.get('checkout'));
      case 'POST /orders':
        return this.#place(buyer, body);
      case 'GET /orders/{number}':
        return this.orders.has(number) ? json(200, this.orders.get(number)) : problem(404, 'order-not-found', 'never');
      case 'GET /order-numbers/{number}':
        return this.#find(buyer, number);
      case 'DELETE /order-numbers/{number}':
        return this.#void(buyer, number);
      default:
        return problem(404, 'not-found', 'never');
    }
  }

  #issue(buyer, checkout) {
    const key = `${buyer} ${checkout}`;
    let number = this.#checkouts.get(key);
    if (!number || this.numbers.get(number).spent) {
      number = `${String(++this.#issued).padStart(6, '0')}-AAAAAA-AAAAAA`;
      this.numbers.set(number, { buyer, checkout });
      this.#checkouts.set(key, number);
    }
    return json(200, this.#view(number));
  }

  #view(number) {
    const { spent } = this.numbers.get(number);
    const isPlaced = this.orders.has(number);
    // By a clock that is wrong by a day, or whose browser's is: expired long ago.
    const times = { issuedAt: '2026-11-20T09:00:00Z', expiresAt: '2026-11-20T11:00:00Z' };
    return { number, state: isPlaced ? 'PLACED' : spent ?? 'ISSUED', ...times, ...(isPlaced && { order: `/orders/${number}` }) };
  }

  #find(buyer, number) {
    if (this.numbers.get(number)?.buyer !== buyer) return problem(404, 'number-not-found', 'new-number');
    return json(200, this.#view(number));
  }

  #void(buyer, number) {
    if (this.numbers.get(number)?.buyer !== buyer) return problem(404, 'number-not-found', 'new-number');
    if (this.orders.has(number)) {
      return problem(409, 'number-already-placed', 'never', { number, order: `/orders/${number}` });
    }
    this.numbers.get(number).spent ??= 'VOIDED';
    return json(200, this.#view(number));
  }

  #place(buyer, { orderNumber: number, checkout: named, acknowledgements, ...draft }) {
    if (this.numbers.get(number)?.buyer !== buyer) return problem(400, 'number-unknown', 'new-number');
    const { spent, checkout = named } = this.numbers.get(number);
    const standing = this.orders.get(number);
    if (standing) return replay(standing, draft, number);
    if (spent) return problem(410, `number-${spent.toLowerCase()}`, 'new-number', { number });
    const completing = [...this.orders.values()].find((order) =>
      checkout && order.checkout === checkout && this.numbers.get(order.number)?.buyer === buyer);
    if (completing) return replay(completing, draft, number);
    const refusal = this.rules.map((rule) => rule({ number, acknowledgements, ...draft }, buyer)).find(Boolean);
    if (refusal) return refusal;
    const order = { number, state: 'CREATED', next: ['pay', 'cancel'], checkout, ...draft, acknowledgements, placedAt: '2026-11-20T10:00:00Z' };
    this.orders.set(number, order);
    return json(201, { ...order, duplicated: false });
  }
}

function replay(order, draft, number) {
  if (order.total === draft.total && order.currency === draft.currency) return json(200, { ...order, duplicated: true });
  const mismatch = [{ field: 'total', placed: order.total, submitted: draft.total }];
  if (order.number !== number) {
    return problem(409, 'checkout-completed', 'never', { checkout: order.checkout, order: `/orders/${order.number}`, mismatch });
  }
  return problem(422, 'order-differs', 'never', { number: order.number, order: `/orders/${order.number}`, mismatch });
}

function subjectIn(authorization) {
  try {
    return JSON.parse(Buffer.from(authorization.split('.')[1], 'base64url')).sub;
  } catch {
    return undefined;
  }
}

function unanswered(signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
}

export function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

export function problem(status, type, retry, members = {}, headers = {}) {
  const body = { type: `/problems/${type}`, title: type, status, detail: type, retry, ...members };
  return json(status, body, { 'Content-Type': 'application/problem+json', ...headers });
}

export function proxyError(status = 502, headers = {}) {
  return new Response('<html><h1>Bad Gateway</h1></html>', { status, headers: { 'Content-Type': 'text/html', ...headers } });
}

/** What a page may give as `storage`. */
export class FakeStorage {
  values = new Map();
  isDenied = false;

  async get(key) {
    this.#demand();
    return structuredClone(this.values.get(key));
  }

  async put(key, value) {
    this.#demand();
    this.values.set(key, structuredClone(value));
  }

  async delete(key) {
    this.#demand();
    this.values.delete(key);
  }

  async all() {
    this.#demand();
    return structuredClone([...this.values.values()]);
  }

  get rows() {
    return [...this.values.values()].filter((value) => 'state' in value);
  }

  #demand() {
    if (this.isDenied) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
  }
}

/** Web Locks: exclusive ones, in the order of the requests. */
export class FakeLocks {
  #queues = new Map();

  /** The locks of one tab, which are released if the tab crashes. */
  ofTab() {
    const mine = new Set();
    const locks = { request: (name, options, work) => this.#request(name, options, work, mine) };
    return { locks, die: () => mine.forEach((release) => release()) };
  }

  async #request(name, { ifAvailable, signal }, work, mine) {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if (ifAvailable && queue.length > 0) return work(null);
    const turn = Promise.withResolvers?.() ?? withResolvers();
    queue.push(turn);
    const release = () => {
      mine.delete(release);
      const position = queue.indexOf(turn);
      if (position >= 0) queue.splice(position, 1);
      queue[0]?.resolve();
    };
    mine.add(release);
    if (queue[0] === turn) turn.resolve();
    signal?.addEventListener('abort', () => turn.reject(new DOMException('aborted', 'AbortError')));
    try {
      await turn.promise;
      return await work({ name });
    } finally {
      release();
    }
  }
}

function withResolvers() {
  const turn = {};
  turn.promise = new Promise((resolve, reject) => Object.assign(turn, { resolve, reject }));
  return turn;
}

/** The class BroadcastChannel of one browser. */
export function fakeBroadcastChannel() {
  const channels = new Set();
  return class {
    constructor(name) {
      this.name = name;
      channels.add(this);
    }

    postMessage(message) {
      const data = structuredClone(message);
      const others = [...channels].filter((other) => other !== this && other.name === this.name);
      others.forEach((other) => setImmediate(() => channels.has(other) && other.onmessage?.({ data })));
    }

    close() {
      channels.delete(this);
    }
  };
}

/** One localStorage for all tabs; each tab's view of it notifies the other tabs' windows of its writes. */
export class FakeLocalStorage {
  values = new Map();
  #windows = new Set();

  ofTab(window) {
    this.#windows.add(window);
    const { values } = this;
    const notify = (key, newValue) => [...this.#windows].filter((other) => other !== window).forEach((other) => {
      other.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }));
    });
    return {
      get length() { return values.size; },
      key: (index) => [...values.keys()][index] ?? null,
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => {
        values.set(key, String(value));
        notify(key, String(value));
      },
      removeItem: (key) => {
        values.delete(key);
        notify(key, null);
      },
    };
  }
}

/** The part of IndexedDB that one object store with explicit keys needs. */
export class FakeIndexedDb {
  values = new Map();
  opened = 0;

  open() {
    const opening = {};
    setImmediate(() => {
      opening.result = { createObjectStore: () => {}, transaction: () => this.#transaction(), close: () => {} };
      if (++this.opened === 1) opening.onupgradeneeded();
      opening.onsuccess();
    });
    return opening;
  }

  #transaction() {
    const transaction = {};
    const request = (work) => {
      const result = work();
      setImmediate(() => transaction.oncomplete());
      return { result };
    };
    const { values } = this;
    transaction.objectStore = () => ({
      get: (key) => request(() => structuredClone(values.get(key))),
      put: (value, key) => request(() => void values.set(key, structuredClone(value))),
      delete: (key) => request(() => void values.delete(key)),
      getAll: () => request(() => structuredClone([...values.values()])),
    });
    return transaction;
  }
}

/** One browser: its tabs share time, storage, locks and channels, unless a test disables some of them. */
export class FakeBrowser {
  clock = new FakeClock();
  service = new FakeService();
  storage = new FakeStorage();
  localStorage = new FakeLocalStorage();
  #locks = new FakeLocks();
  #without;
  #BroadcastChannel = fakeBroadcastChannel();

  /** @param without names of what this browser lacks: locks, BroadcastChannel, localStorage, storage */
  constructor({ without = [] } = {}) {
    this.#without = new Set(without);
  }

  /** Opens the checkout in a new tab, and waits until everything that does not wait for a timer has run. */
  async open(options = {}) {
    const tab = this.newTab(options);
    tab.checkout = await this.clock.until(openCheckout(tab.options));
    tab.checkout.addEventListener('change', ({ detail }) => tab.changes.push(detail));
    await quiet();
    return tab;
  }

  /** As above, and waits for all work on load. */
  async openAndLoad(options) {
    const tab = await this.open(options);
    await this.clock.until(tab.checkout.ready);
    return tab;
  }

  newTab({ environment, buyerToken = tokenOf('alice'), ...options } = {}) {
    const window = new EventTarget();
    const { locks, die } = this.#locks.ofTab();
    const tab = { window, changes: [], isAlive: true };
    tab.states = () => tab.changes.map(({ state }) => state);
    tab.crash = () => {
      tab.isAlive = false;
      die();
    };
    const whileAlive = (work) => (...args) => (tab.isAlive ? work(...args) : new Promise(() => {}));
    const has = (name, value) => (this.#without.has(name) ? undefined : value);
    tab.options = {
      baseUrl: 'https://shop.example',
      checkoutId: 'c1',
      token: buyerToken,
      ...(!this.#without.has('storage') && { storage: aliveStorage(this.storage, whileAlive) }),
      ...options,
      environment: {
        fetch: whileAlive(async (...request) => {
          const response = await this.service.fetch(...request);
          return tab.isAlive ? response : new Promise(() => {});
        }),
        setTimeout: (run, milliseconds) => this.clock.setTimeout(() => tab.isAlive && run(), milliseconds),
        clearTimeout: this.clock.clearTimeout,
        now: () => this.clock.now,
        random: () => 0.5,
        window,
        document: undefined,
        locks: has('locks', locks),
        BroadcastChannel: has('BroadcastChannel', this.#BroadcastChannel),
        localStorage: has('localStorage', this.localStorage.ofTab(window)),
        indexedDB: undefined,
        ...environment,
      },
    };
    return tab;
  }
}

/** The storage of a tab, which writes nothing after the tab has crashed. */
function aliveStorage(storage, whileAlive) {
  return Object.fromEntries(['get', 'put', 'delete', 'all'].map((name) => [name, whileAlive((...args) => storage[name](...args))]));
}
