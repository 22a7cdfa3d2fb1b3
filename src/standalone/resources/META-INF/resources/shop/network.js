/*
 * A bad network, for the demonstration: requests are lost or duplicated, responses are late or a proxy's. It replaces
 * `fetch`, so order-once.js sees exactly what a real network would show it.
 */

/** The faults, in the order of the panel. */
export const FAULTS = ['none', 'drop-request', 'drop-reply', 'delay', 'duplicate', 'gateway'];

/** Maximum length of the log. */
const LOG_LINES = 50;

/** Dispatches `change` when a setting or a request changes. */
export class BadNetwork extends EventTarget {
  fault = 'none';
  /** Whether the chosen fault has affected all its requests. */
  isOver = false;
  /** Number of requests still to be affected. */
  left = 1;
  /** Whether only requests to place an order are affected. */
  isOrdersOnly = true;
  seconds = 20;
  copies = 10;
  /** Requests to place an order: sent by the page, arrived at the service, and orders placed (201). */
  counts = { tried: 0, arrived: 0, made: 0 };
  log = [];
  #send;

  constructor(send) {
    super();
    this.#send = send;
    this.fetch = (path, request) => this.#pass(path, request);
  }

  set(chosen) {
    Object.assign(this, chosen, { isOver: false });
    this.#changed();
  }

  async #pass(path, request) {
    const isOrder = request.method === 'POST' && path === '/orders';
    const fault = this.#faultFor(isOrder);
    const line = {
      at: Date.now(),
      what: `${request.method} ${path.replace(/\?.*/, '')}`,
      fault,
      statuses: [],
      isOver: false,
    };
    this.log = [...this.log, line].slice(-LOG_LINES);
    if (isOrder) this.counts.tried++;
    this.#changed();
    try {
      return await this.#apply(fault, request.signal, (bound) => this.#deliver(path, request, line, isOrder, bound));
    } finally {
      line.isOver = true;
      this.#changed();
    }
  }

  #faultFor(isOrder) {
    const { fault } = this;
    if (fault === 'none' || (this.isOrdersOnly && !isOrder)) return 'none';
    this.left--;
    if (this.left === 0) {
      this.fault = 'none';
      this.isOver = true;
    }
    return fault;
  }

  /** Applies the fault. A sent request arrives even if the page has stopped waiting. */
  async #apply(fault, signal, deliver) {
    if (fault === 'none') return deliver(true);
    if (fault === 'drop-request') throw lost();
    if (fault === 'duplicate')
      return (await Promise.all(Array.from({ length: this.copies }, () => deliver(false)))).at(-1);
    const response = await deliver(false);
    if (fault === 'drop-reply') throw lost();
    if (fault === 'gateway') return new Response('<h1>Bad gateway</h1>', { status: 502 });
    await untilLate(this.seconds, signal);
    return response;
  }

  async #deliver(path, { signal, ...request }, line, isOrder, isBound) {
    const response = await this.#send(path, isBound ? { ...request, signal } : request);
    line.statuses.push(response.status);
    if (isOrder) this.counts.arrived++;
    if (isOrder && response.status === 201) this.counts.made++;
    this.#changed();
    return response;
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** The error of a failed `fetch`. */
function lost() {
  return new TypeError('Failed to fetch');
}

function untilLate(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
