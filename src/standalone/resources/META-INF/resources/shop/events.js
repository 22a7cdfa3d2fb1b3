/*
 * Live events of the buyer's orders: GET /events (server-sent events), read with `fetch` because EventSource cannot
 * send a token.
 *
 *   listening ──failed, ended, timeout──▶ waiting ──▶ listening again, from the last event read
 *                                           │
 *                              three failures in a row: `polling` every 10 s, until the stream is back
 *
 * A hidden page closes the stream: a browser opens at most six connections to one origin, and six tabs would leave none
 * for orders. When the page is visible again, it first receives the events that it missed.
 */

import { keep, recall } from '../shared/keep.js';

const INITIAL_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;
/** The service sends a heartbeat every 15 s; three missing ones mean a dead connection. */
const IDLE_TIMEOUT_MS = 45_000;
const FAILURES_UNTIL_POLLING = 3;
const POLLING_INTERVAL_MS = 10_000;
/** Number of orders whose last sequence is stored, to skip repeated events. */
const MAX_SEQUENCES = 100;

/** Dispatches `order` (detail: the event), `poll` when orders must be read again, and `state`. */
export class OrderEvents extends EventTarget {
  #session;
  #name;
  #lastId;
  #seen;
  #stopping = new AbortController();
  #polling;
  #wake = () => {};
  /** `listening`, `waiting` or `polling`. */
  state = 'waiting';

  constructor(session) {
    super();
    this.#session = session;
    this.#name = `events ${session.subject}`;
    ({ lastId: this.#lastId = null, seen: this.#seen = {} } = recall(this.#name) ?? {});
  }

  begin() {
    const { signal } = this.#stopping;
    document.addEventListener('visibilitychange', () => this.#wake(), { signal });
    window.addEventListener('online', () => this.#wake(), { signal });
    this.#run();
  }

  stop() {
    this.#stopping.abort();
    this.#wake();
    clearInterval(this.#polling);
  }

  async #run() {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      if (document.hidden) {
        await this.#sleep(null);
        continue;
      }
      const wasOpen = await this.#listen();
      failures = wasOpen ? 0 : failures + 1;
      if (failures >= FAILURES_UNTIL_POLLING) this.#poll();
      else if (this.state === 'listening') this.#setState('waiting');
      const backoff = Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** failures);
      // Jitter: after an outage not all pages reconnect at once.
      if (!document.hidden) await this.#sleep(backoff * (0.5 + Math.random() / 2));
    }
  }

  /** Reads the stream to its end. Resolves to whether it was opened. */
  async #listen() {
    const ending = new AbortController();
    const end = () => ending.abort();
    const idle = { timer: 0 };
    const isAlive = () => {
      clearTimeout(idle.timer);
      idle.timer = setTimeout(end, IDLE_TIMEOUT_MS);
    };
    const onHidden = () => document.hidden && end();
    document.addEventListener('visibilitychange', onHidden, { signal: ending.signal });
    this.#stopping.signal.addEventListener('abort', end, { signal: ending.signal });
    isAlive();
    let wasOpen = false;
    try {
      const response = await this.#open(ending.signal);
      if (!response.ok) return false;
      wasOpen = true;
      clearInterval(this.#polling);
      this.#setState('listening');
      // Events before the start of the stream are not delivered: read the orders once.
      this.dispatchEvent(new Event('poll'));
      await this.#read(response.body, isAlive);
    } catch {
      // Aborted, lost, or no token: handled alike.
    } finally {
      clearTimeout(idle.timer);
      end();
    }
    return wasOpen;
  }

  async #open(signal) {
    const open = async (wasRefused) => {
      const headers = {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${await this.#session.token({ wasRefused })}`,
      };
      if (this.#lastId !== null) headers['Last-Event-ID'] = this.#lastId;
      return fetch('/events', { headers, cache: 'no-store', signal });
    };
    const response = await open(false);
    return response.status === 401 ? open(true) : response;
  }

  async #read(body, isAlive) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      isAlive();
      const messages = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
      rest = messages.pop();
      messages.forEach((message) => this.#parse(message));
    }
  }

  #parse(message) {
    const fields = { data: '' };
    for (const line of message.split('\n')) {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === 'data') fields.data += value;
      else if (name) fields[name] = value;
    }
    if (fields.event === 'order') this.#deliver(JSON.parse(fields.data));
    // Missed events are no longer available.
    if (fields.event === 'reset') this.dispatchEvent(new Event('poll'));
    if (fields.id) this.#remember(fields.id);
  }

  #deliver(event) {
    const { number, sequence } = event;
    // After a reconnect the service repeats some events; their sequence per order identifies them.
    if (sequence <= (this.#seen[number] ?? 0)) return;
    delete this.#seen[number];
    this.#seen[number] = sequence;
    this.dispatchEvent(new CustomEvent('order', { detail: event }));
  }

  #remember(id) {
    this.#lastId = id;
    this.#seen = Object.fromEntries(Object.entries(this.#seen).slice(-MAX_SEQUENCES));
    keep(this.#name, { lastId: this.#lastId, seen: this.#seen });
  }

  #poll() {
    if (this.state === 'polling') return;
    this.#setState('polling');
    clearInterval(this.#polling);
    this.#polling = setInterval(() => document.hidden || this.dispatchEvent(new Event('poll')), POLLING_INTERVAL_MS);
    this.dispatchEvent(new Event('poll'));
  }

  #setState(state) {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  /** Waits this long, or until the page becomes visible or online; null means no limit. */
  #sleep(milliseconds) {
    return new Promise((resolve) => {
      const timer = milliseconds === null ? undefined : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
