/*
 * What order-once.js uses of the browser: time, storage, and what goes between tabs. Each of these is missing, denied or
 * broken in some browser, and each has something to fall back on.
 */

/** Some browsers' databases hang now and then; the buyer's order does not wait for them longer than this. */
const STORAGE_WITHIN_MS = 2_000;
/** A tab may have been put to sleep with a lock. Five tries of 15 s and the usual waits end before this. */
const LOCK_WITHIN_MS = 120_000;
/** How long a lease outlives its tab. Renewed at a third of it: hidden pages' timers run once a second at least. */
const LEASE_MS = 10_000;
/** How often a tab looks whether a lease has ended. */
const LOOK_AGAIN_MS = 1_000;
/** Two tabs that claim a lease in the same instant have both written after this; the later one has it. */
const CLAIM_SETTLES_MS = 50;

/** Names the database, the channel and the locks; the keys of localStorage begin with it. */
const NAME = 'order-once';

// --- where rows are kept ---

/** Keeps values where a reload finds them. What cannot be kept there is kept in memory, and that is told once. */
export class Kept {
  #environment;
  #storage;
  #memory = new Map();
  #tellLoss;
  isDurable;

  /** @param storage null if the browser has none for us */
  constructor(environment, storage, tellLoss) {
    this.#environment = environment;
    this.#storage = storage;
    this.isDurable = storage !== null;
    this.#tellLoss = tellLoss;
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
      return { isDone: true, result: await within(this.#environment, STORAGE_WITHIN_MS, () => act(this.#storage)) };
    } catch {
      if (this.isDurable) {
        this.isDurable = false;
        this.#tellLoss();
      }
      return { isDone: false };
    }
  }
}

export async function durableStorage(environment) {
  for (const open of [openIndexedDb, openLocalStorage]) {
    try {
      return await within(environment, STORAGE_WITHIN_MS, () => open(environment));
    } catch {
      // Missing, denied or broken: the next kind.
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

  // Done is done when the transaction is: "strict" asks for the disk, so that a crash of the machine finds the row too.
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
  // It may be there and refuse to keep anything.
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
 * Web Locks, or where they are missing or denied a lease beside the rows: an owner and an end, by the clock that all
 * tabs share. A lock is a courtesy between tabs; if two hold one at once, the service still makes one order per number.
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

  /** With `ifAvailable` the work gets null instead of a lock that is held; else it waits, but not for ever. */
  async request(what, { ifAvailable = false }, work) {
    const name = `${NAME}-lock ${what}`;
    if (!this.#webLocks) return this.#requestLease(name, ifAvailable, work);
    const { setTimeout, clearTimeout } = this.#environment;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), LOCK_WITHIN_MS);
    let isBegun = false;
    const begin = (lock) => {
      isBegun = true;
      clearTimeout(timer);
      return work(lock);
    };
    try {
      return await this.#webLocks.request(name, ifAvailable ? { ifAvailable } : { signal: giveUp.signal }, begin);
    } catch (failure) {
      if (isBegun) throw failure;
      clearTimeout(timer);
      if (giveUp.signal.aborted) return work(null);
      // Denied to this page, as it will be to the others of its kind: they use leases too.
      this.#webLocks = undefined;
      return this.#requestLease(name, ifAvailable, work);
    }
  }

  async #requestLease(name, ifAvailable, work) {
    const owner = crypto.getRandomValues(new Uint32Array(4)).join('-');
    // This ends: who holds a lease tries a bounded number of times, and a tab that is gone renews nothing.
    while (!(await this.#claim(name, owner))) {
      if (ifAvailable) return work(null);
      await wait(this.#environment, LOOK_AGAIN_MS);
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
    // More left than a lease has: the clock was set back since, and the lease means nothing.
    if (left > 0 && left <= LEASE_MS) return false;
    await this.#write(name, owner);
    await wait(this.#environment, CLAIM_SETTLES_MS);
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
 * Tells other tabs of a row that changed: by BroadcastChannel, or else by the event that localStorage makes of a write.
 * A tab that hears of neither finds out when it gets the focus.
 *
 * @returns what tells them
 */
export function openBell(environment, closed, hear) {
  const { BroadcastChannel, localStorage, window } = environment;
  const key = `${NAME}-news`;
  try {
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = ({ data }) => hear(data);
    closed.addEventListener('abort', () => channel.close());
    return (row) => {
      try {
        if (!closed.aborted) channel.postMessage(row);
      } catch {
        // An order can be nested too deeply to be copied. It stands all the same.
      }
    };
  } catch {
    const listen = (event) => event.key === key && hear(objectIn(event.newValue));
    window?.addEventListener('storage', listen, { signal: closed });
    return (row) => {
      try {
        localStorage.setItem(key, JSON.stringify(row));
        localStorage.removeItem(key);
      } catch {
        // No storage, or it is full.
      }
    };
  }
}

// --- time and the browser ---

export function wait({ setTimeout }, milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs the work; rejects, and aborts the signal that the work was given, if it takes too long. */
export async function within({ setTimeout, clearTimeout }, milliseconds, work) {
  const late = new AbortController();
  let timer;
  const timeout = new Promise((resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds} ms`));
      late.abort();
    }, milliseconds);
  });
  try {
    return await Promise.race([work(late.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is used of the browser. A browser that denies something may throw when it is only looked at. */
export function browser() {
  const unlessDenied = (look) => {
    try {
      return look();
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

/** The object that a JSON text holds, or null. */
export function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
