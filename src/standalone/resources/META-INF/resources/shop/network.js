/*
 * A bad network, for the demonstration: requests are lost or duplicated, responses are late or a proxy's. It replaces
 * `fetch`, so order-once.js sees exactly what a real network would show it.
 */

import { keepForTab, recallForTab } from '../shared/keep.js';

/** The faults, in the order of the panel. */
export const FAULTS = ['none', 'drop-request', 'drop-reply', 'delay', 'duplicate', 'gateway'];

/** Name of what is kept for this tab: a reload continues with the same network and the same counts. */
const KEPT = 'network';
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
  /** Requests to place an order: sent by the page, and answered by the service. */
  #tried = 0;
  #arrived = 0;
  /** Numbers under which the page has sent orders, and those that exist. */
  #sent = [];
  #made = [];
  log = [];
  #send;

  constructor(send) {
    super();
    this.#send = send;
    this.#recall();
    this.fetch = (path, request) => this.#pass(path, request);
  }

  /** Requests to place an order that the page has sent and that arrived, and the orders that exist. */
  get counts() {
    // A reload loses a response, not the order.
    return { tried: this.#tried, arrived: Math.max(this.#arrived, this.#made.length), made: this.#made.length };
  }

  /** Notes that an order exists: it counts if this page has sent it. */
  found(number) {
    if (!this.#sent.includes(number) || this.#made.includes(number)) return;
    this.#made.push(number);
    this.#changed();
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
    if (isOrder) {
      this.#tried++;
      this.#sent.push(JSON.parse(request.body).orderNumber);
    }
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
    if (isOrder) this.#arrived++;
    if (isOrder && response.ok) this.found(JSON.parse(request.body).orderNumber);
    this.#changed();
    return response;
  }

  #recall() {
    const { setting, tried, arrived, sent, made } = JSON.parse(recallForTab(KEPT)) ?? {};
    if (!setting) return;
    Object.assign(this, setting);
    [this.#tried, this.#arrived, this.#sent, this.#made] = [tried, arrived, sent, made];
  }

  #changed() {
    const { fault, left, isOrdersOnly, seconds, copies } = this;
    const setting = { fault, left, isOrdersOnly, seconds, copies };
    const counts = { tried: this.#tried, arrived: this.#arrived, sent: this.#sent, made: this.#made };
    keepForTab(KEPT, JSON.stringify({ setting, ...counts }));
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
