/*
 * A stream of server-sent events, read with `fetch` because EventSource cannot send a token.
 *
 *   open ──failed, ended, timeout──▶ closed ──back-off──▶ open again
 *
 * A hidden page closes the stream: a browser opens at most six connections to one origin, and six tabs would leave none
 * for other requests. When the page is visible again, the stream is opened again.
 */

const INITIAL_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;
/** The service sends a heartbeat every 15 s; three missing ones mean a dead connection. */
const IDLE_TIMEOUT_MS = 45_000;

/** Calls its methods `headers`, `opened`, `closed` and `receive`, which subclasses define. */
export class EventStream extends EventTarget {
  #session;
  #path;
  #wake = () => {};

  constructor(session, path) {
    super();
    this.#session = session;
    this.#path = path;
  }

  begin() {
    document.addEventListener('visibilitychange', () => this.#wake());
    window.addEventListener('online', () => this.#wake());
    this.#run();
  }

  /** Returns the headers of the next request besides the token. */
  headers() {
    return {};
  }

  opened() {}

  /** @param failures how many attempts in a row have not opened a stream; 0 after an open stream has ended */
  closed() {}

  /** @param message the fields of one message, such as `event`, `data` and `id` */
  receive() {}

  async #run() {
    let failures = 0;
    for (;;) {
      if (document.hidden) {
        await this.#sleep(null);
        continue;
      }
      const wasOpen = await this.#listen();
      failures = wasOpen ? 0 : failures + 1;
      this.closed(failures);
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
    isAlive();
    let wasOpen = false;
    try {
      const response = await this.#open(ending.signal);
      if (!response.ok) return false;
      wasOpen = true;
      this.opened();
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
    const open = async (wasRefused) =>
      fetch(this.#path, {
        headers: {
          Accept: 'text/event-stream',
          Authorization: `Bearer ${await this.#session.token({ wasRefused })}`,
          ...this.headers(),
        },
        cache: 'no-store',
        signal,
      });
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
    this.receive(fields);
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
