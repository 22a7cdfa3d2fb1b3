/*
 * Browser services for order-once.js: timers, storage, locks and messages between tabs. Some browsers lack, deny or
 * break each of them, so each has a fallback.
 */

/** Timeout of a storage operation: some browsers' databases hang. */
const STORAGE_TIMEOUT_MS = 2_000;
/** Timeout of a lock: its holder may be suspended. Longer than five attempts of 15 s with their back-off. */
const LOCK_TIMEOUT_MS = 120_000;
/** Lease duration. Renewed after a third of it: timers of hidden pages run at least once a second. */
const LEASE_MS = 10_000;
/** Polling interval for a lease that another tab holds. */
const LEASE_POLL_MS = 1_000;
/** After this, tabs that claimed a lease at the same time have all written; the last one holds it. */
const CLAIM_SETTLE_MS = 50;

/** Name of the database and the channel; prefix of locks and localStorage keys. */
const NAME = 'order-once';

// --- storage ---

/** Stores rows durably, or in memory if that fails; reports the first failure to `onLoss`. */
export class RowStore {
  #environment;
  #storage;
  #memory = new Map();
  #onLoss;
  isDurable;

  /** @param storage null if the browser has no durable storage */
  constructor(environment, storage, onLoss) {
    this.#environment = environment;
    this.#storage = storage;
    this.isDurable = storage !== null;
    this.#onLoss = onLoss;
  }

  async get(key) {
    return this.#memory.get(key) ?? (await this.#attempt((storage) => storage.get(key))).result;
  }

  async put(key, value) {
    const { isDone } = await this.#attempt((storage) => storage.put(key, value));
    if (isDone) this.#memory.delete(key);
    else this.#memory.set(key, value);
  }

  async delete(key) {
    this.#memory.delete(key);
    await this.#attempt((storage) => storage.delete(key));
  }

  async all() {
    const stored = (await this.#attempt((storage) => storage.all())).result ?? [];
    return [...new Map([...stored.map((value) => [value.key, value]), ...this.#memory]).values()];
  }

  async #attempt(act) {
    if (!this.#storage) return { isDone: false };
    try {
      const result = await withTimeout(this.#environment, STORAGE_TIMEOUT_MS, () => act(this.#storage));
      return { isDone: true, result };
    } catch {
      if (this.isDurable) {
        this.isDurable = false;
        this.#onLoss();
      }
      return { isDone: false };
    }
  }
}

export async function durableStorage(environment) {
  for (const open of [openIndexedDb, openLocalStorage]) {
    try {
      return await withTimeout(environment, STORAGE_TIMEOUT_MS, () => open(environment));
    } catch {
      // Missing, denied or broken: try the next kind.
    }
  }
  return null;
}

async function openIndexedDb({ indexedDB }) {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  database.onversionchange = () => database.close();

  // "strict" completes the transaction only after the write to disk, so that the row survives a crash.
  const inRows = (mode, act) => new Promise((resolve, reject) => {
    const transaction = database.transaction('rows', mode, { durability: 'strict' });
    const request = act(transaction.objectStore('rows'));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
  return {
    get: (key) => inRows('readonly', (rows) => rows.get(key)),
    put: (key, value) => inRows('readwrite', (rows) => rows.put(value, key)),
    delete: (key) => inRows('readwrite', (rows) => rows.delete(key)),
    all: () => inRows('readonly', (rows) => rows.getAll()),
  };
}

async function openLocalStorage({ localStorage }) {
  const named = (key) => `${NAME} ${key}`;
  // Some browsers have it but refuse to store anything.
  localStorage.setItem(named('probe'), '');
  localStorage.removeItem(named('probe'));
  return {
    get: async (key) => objectIn(localStorage.getItem(named(key))) ?? undefined,
    put: async (key, value) => localStorage.setItem(named(key), JSON.stringify(value)),
    delete: async (key) => localStorage.removeItem(named(key)),
    all: async () => Array.from(localStorage, (_, index) => localStorage.key(index))
      .filter((key) => key.startsWith(named('')))
      .map((key) => objectIn(localStorage.getItem(key)))
      .filter(Boolean),
  };
}

// --- between tabs ---

/**
 * Web Locks, or leases in the row store (owner and expiry, by the clock that all tabs share) where they are missing or
 * denied. Advisory: if two tabs hold a lock at once, the service still places at most one order per number.
 */
export class Locks {
  #environment;
  #rows;
  #webLocks;

  constructor(environment, rows) {
    this.#environment = environment;
    this.#rows = rows;
    this.#webLocks = environment.locks;
  }

  /** Runs the work with the lock; with null if it is held (`ifAvailable`) or not free within the timeout. */
  async request(what, { ifAvailable = false }, work) {
    const name = `${NAME}-lock ${what}`;
    if (!this.#webLocks) return this.#requestLease(name, ifAvailable, work);
    const { setTimeout, clearTimeout } = this.#environment;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), LOCK_TIMEOUT_MS);
    let isStarted = false;
    const start = (lock) => {
      isStarted = true;
      clearTimeout(timer);
      return work(lock);
    };
    try {
      return await this.#webLocks.request(name, ifAvailable ? { ifAvailable } : { signal: timeout.signal }, start);
    } catch (failure) {
      if (isStarted) throw failure;
      clearTimeout(timer);
      if (timeout.signal.aborted) return work(null);
      // Denied to this origin: its other tabs use leases too.
      this.#webLocks = undefined;
      return this.#requestLease(name, ifAvailable, work);
    }
  }

  async #requestLease(name, ifAvailable, work) {
    const owner = crypto.getRandomValues(new Uint32Array(4)).join('-');
    // Bounded: a holder's attempts are, and a closed tab renews nothing.
    while (!(await this.#claim(name, owner))) {
      if (ifAvailable) return work(null);
      await wait(this.#environment, LEASE_POLL_MS);
    }
    const holding = { isOver: false };
    this.#renew(name, owner, holding);
    try {
      return await work({ name });
    } finally {
      holding.isOver = true;
      if (await this.#isHeldBy(name, owner)) await this.#rows.delete(name);
    }
  }

  async #claim(name, owner) {
    const lease = await this.#rows.get(name);
    const left = lease ? lease.until - this.#environment.now() : 0;
    // More than a full lease left: the clock was set back, so the lease is void.
    if (left > 0 && left <= LEASE_MS) return false;
    await this.#write(name, owner);
    await wait(this.#environment, CLAIM_SETTLE_MS);
    return this.#isHeldBy(name, owner);
  }

  async #renew(name, owner, holding) {
    for (;;) {
      await wait(this.#environment, LEASE_MS / 3);
      if (!(await this.#isHeldBy(name, owner)) || holding.isOver) return;
      await this.#write(name, owner);
    }
  }

  async #isHeldBy(name, owner) {
    return (await this.#rows.get(name))?.owner === owner;
  }

  #write(name, owner) {
    return this.#rows.put(name, { key: name, owner, until: this.#environment.now() + LEASE_MS });
  }
}

/**
 * Sends changed rows to the other tabs, by BroadcastChannel or else by localStorage's `storage` event. A tab that
 * receives neither reconciles when it gets the focus.
 *
 * @returns the function that sends a row
 */
export function openBroadcast(environment, closed, receive) {
  const { BroadcastChannel, localStorage, window } = environment;
  const key = `${NAME}-news`;
  try {
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = ({ data }) => receive(data);
    // Node's keeps the process alive otherwise.
    channel.unref?.();
    closed.addEventListener('abort', () => channel.close());
    return (row) => {
      // After close, what a request in flight has to say is for its own page too, which may have opened it again.
      let sender = channel;
      try {
        if (closed.aborted) sender = new BroadcastChannel(NAME);
        sender.postMessage(row);
      } catch {
        // Nested too deeply to be cloned: the others reconcile on focus.
      } finally {
        if (sender !== channel) sender.close();
      }
    };
  } catch {
    const listen = (event) => event.key === key && receive(objectIn(event.newValue));
    window?.addEventListener('storage', listen, { signal: closed });
    return (row) => {
      try {
        localStorage.setItem(key, JSON.stringify(row));
        localStorage.removeItem(key);
      } catch {
        // Storage denied or full.
      }
    };
  }
}

// --- timers and environment ---

export function wait({ setTimeout }, milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs the work; after the timeout, rejects and aborts the work's signal. */
export async function withTimeout({ setTimeout, clearTimeout }, milliseconds, work) {
  const controller = new AbortController();
  let timer;
  const timeout = new Promise((resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`timeout after ${milliseconds} ms`));
      controller.abort();
    }, milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The browser's own environment, or Node's. A denied property may throw when it is read: it counts as missing. */
export function browser() {
  const unlessDenied = (read) => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  return {
    fetch: (...request) => globalThis.fetch(...request),
    setTimeout: (...timer) => globalThis.setTimeout(...timer),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    now: () => Date.now(),
    random: () => Math.random(),
    window: globalThis.window,
    document: globalThis.document,
    locks: unlessDenied(() => globalThis.navigator.locks),
    BroadcastChannel: unlessDenied(() => globalThis.BroadcastChannel),
    indexedDB: unlessDenied(() => globalThis.indexedDB),
    localStorage: unlessDenied(() => globalThis.localStorage),
  };
}

/** The object in a JSON text, or null. */
export function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
