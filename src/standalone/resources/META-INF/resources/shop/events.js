/*
 * Live events of the buyer's orders: GET /events. A stream continues from the last event read, also after a reload.
 *
 *   listening ──failed, ended, timeout──▶ waiting ──▶ listening again
 *                                           │
 *                              three failures in a row: `polling` every 10 s, until the stream is back
 */

import { EventStream } from '../shared/event-stream.js';
import { keep, recall } from '../shared/keep.js';

const FAILURES_UNTIL_POLLING = 3;
const POLLING_INTERVAL_MS = 10_000;
/** Number of orders whose last sequence is stored, to skip repeated events. */
const MAX_SEQUENCES = 100;

/** Dispatches `order` (detail: the event), `poll` when orders must be read again, and `state`. */
export class OrderEvents extends EventStream {
  #name;
  #lastId;
  #seen;
  #polling;
  /** `listening`, `waiting` or `polling`. */
  state = 'waiting';

  constructor(session) {
    super(session, '/events');
    this.#name = `events ${session.subject}`;
    ({ lastId: this.#lastId = null, seen: this.#seen = {} } = recall(this.#name) ?? {});
  }

  headers() {
    return this.#lastId === null ? {} : { 'Last-Event-ID': this.#lastId };
  }

  opened() {
    clearInterval(this.#polling);
    this.#setState('listening');
    // Events before the start of the stream are not delivered: read the orders once.
    this.dispatchEvent(new Event('poll'));
  }

  closed(failures) {
    if (failures >= FAILURES_UNTIL_POLLING) this.#poll();
    else if (this.state === 'listening') this.#setState('waiting');
  }

  receive({ event, data, id }) {
    if (event === 'order') this.#deliver(JSON.parse(data));
    // Missed events are no longer available.
    if (event === 'reset') this.dispatchEvent(new Event('poll'));
    if (id) this.#remember(id);
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
}
