/*
 * What happens to the buyer's orders, while it happens: GET /events, server-sent. Read with `fetch`, because
 * EventSource cannot send a token.
 *
 *   listening ──no answer, ended, silent──▶ waiting ──▶ listening again, from the last event that was read
 *                                             │
 *                                three times in a row: `ask` every 10 s, until listening works again
 *
 * A hidden page does not listen: a browser opens six connections to one service, and six tabs would leave none for
 * orders. What it missed comes first when it is looked at again.
 */

import { keep, recall } from '../shared/keep.js';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The service gives a sign of life every 15 s; three missing ones are a dead connection. */
const SILENT_AFTER_MS = 45_000;
const FAILURES_UNTIL_ASKING = 3;
const ASK_EVERY_MS = 10_000;
/** Orders whose latest event is remembered, so that what comes twice is told once. */
const MOST_REMEMBERED = 100;

/** Tells by the events `order` (with what happened as its detail), `ask` and `state`. */
export class OrderEvents extends EventTarget {
  #session;
  #name;
  #lastId;
  #seen;
  #stopping = new AbortController();
  #asking;
  #wake = () => {};
  /** `listening`, `waiting` or `asking`. */
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
    this.#goOn();
  }

  stop() {
    this.#stopping.abort();
    this.#wake();
    clearInterval(this.#asking);
  }

  async #goOn() {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      if (document.hidden) {
        await this.#sleep(null);
        continue;
      }
      const wasOpen = await this.#listen();
      failures = wasOpen ? 0 : failures + 1;
      if (failures >= FAILURES_UNTIL_ASKING) this.#ask();
      else if (this.state === 'listening') this.#setState('waiting');
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      // Random, so that the pages of a service that was away do not come back all at once.
      if (!document.hidden) await this.#sleep(longest * (0.5 + Math.random() / 2));
    }
  }

  /** Resolves when the stream has ended, to whether there was one. */
  async #listen() {
    const ending = new AbortController();
    const end = () => ending.abort();
    const watch = { timer: 0 };
    const isAlive = () => {
      clearTimeout(watch.timer);
      watch.timer = setTimeout(end, SILENT_AFTER_MS);
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
      clearInterval(this.#asking);
      this.#setState('listening');
      // What happened before the stream began, and is not told again, is found by looking.
      this.dispatchEvent(new Event('ask'));
      await this.#read(response.body, isAlive);
    } catch {
      // Aborted, lost, or no token: the same thing here.
    } finally {
      clearTimeout(watch.timer);
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
      messages.forEach((message) => this.#take(message));
    }
  }

  #take(message) {
    const fields = { data: '' };
    for (const line of message.split('\n')) {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === 'data') fields.data += value;
      else if (name) fields[name] = value;
    }
    if (fields.event === 'order') this.#tell(JSON.parse(fields.data));
    // The service cannot tell what was missed.
    if (fields.event === 'reset') this.dispatchEvent(new Event('ask'));
    if (fields.id) this.#remember(fields.id);
  }

  #tell(happened) {
    const { number, sequence } = happened;
    // The service tells some events once more when we come back; an order's own events are numbered.
    if (sequence <= (this.#seen[number] ?? 0)) return;
    delete this.#seen[number];
    this.#seen[number] = sequence;
    this.dispatchEvent(new CustomEvent('order', { detail: happened }));
  }

  #remember(id) {
    this.#lastId = id;
    this.#seen = Object.fromEntries(Object.entries(this.#seen).slice(-MOST_REMEMBERED));
    keep(this.#name, { lastId: this.#lastId, seen: this.#seen });
  }

  #ask() {
    if (this.state === 'asking') return;
    this.#setState('asking');
    clearInterval(this.#asking);
    this.#asking = setInterval(() => document.hidden || this.dispatchEvent(new Event('ask')), ASK_EVERY_MS);
    this.dispatchEvent(new Event('ask'));
  }

  #setState(state) {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  /** For so long, or until the page is looked at or online again. */
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
