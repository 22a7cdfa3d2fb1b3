/*
 * A bad network, for the demonstration: what the page sends is lost, comes twice, or is answered late or by a proxy. It
 * stands in for `fetch`, so order-once.js is told nothing that a real bad network would not tell it.
 */

/** What can go wrong, in the order in which it is offered. */
export const FAULTS = ['none', 'drop-request', 'drop-reply', 'delay', 'duplicate', 'gateway'];

/** More is no news. */
const LOG_LINES = 50;

/** Tells by the event `change` that something was chosen or happened. */
export class BadNetwork extends EventTarget {
  fault = 'none';
  /** Whether what was chosen has happened, as often as it should. */
  isOver = false;
  /** How many more requests are hit. */
  left = 1;
  /** Whether only requests to place an order are hit. */
  isOrdersOnly = true;
  seconds = 20;
  copies = 10;
  /** Of requests to place: tried by the page, arrived at the service, and orders that the service made of them. */
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
      return await this.#suffer(fault, request.signal, (bound) => this.#deliver(path, request, line, isOrder, bound));
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

  /** What has left the page arrives, whether or not the page still waits for it. */
  async #suffer(fault, signal, deliver) {
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

/** As `fetch` says it. */
function lost() {
  return new TypeError('Failed to fetch');
}

function untilLate(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
