// Requests to the service other than those of order-once.js. They never reject: a missing response is a reply too.

import { hasText, text } from './language.js';

const TIMEOUT_MS = 15_000;
/** The reply of a request without a response: its outcome is unknown. */
export const NO_RESPONSE = { isOk: false, status: 0, body: null };

export class Api {
  #session;
  #send;

  /** @param send `fetch`, or the demonstration's faulty network */
  constructor(session, send) {
    this.#session = session;
    this.#send = send;
  }

  get(path) {
    return this.#request('GET', path);
  }

  /**
   * @param key the `Idempotency-Key`, for an operation that must take effect once
   * @param version the `ETag` that the order must still have
   */
  post(path, body, key, version) {
    return this.#request('POST', path, { body, key, version });
  }

  async #request(method, path, content = {}) {
    const reply = await this.#sendOnce(method, path, content, false);
    return reply.status === 401 ? this.#sendOnce(method, path, content, true) : reply;
  }

  /**
   * Returns `{ isOk, status, body, version }`: with `isOk` the body is an object, otherwise a problem or null. The status is 0
   * without a response, and for a success without a JSON object, which did not come from the service.
   */
  async #sendOnce(method, path, { body, key, version }, wasRefused) {
    try {
      const headers = { Authorization: `Bearer ${await this.#session.token({ wasRefused })}` };
      if (body) headers['Content-Type'] = 'application/json';
      if (key) headers['Idempotency-Key'] = key;
      if (version) headers['If-Match'] = version;
      const response = await this.#send(path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const content = await response.json().catch(() => null);
      const isReply = !response.ok || (content !== null && typeof content === 'object');
      if (!isReply) return NO_RESPONSE;
      return { isOk: response.ok, status: response.status, body: content, version: response.headers.get('ETag') };
    } catch {
      return NO_RESPONSE;
    }
  }
}

const FINAL = new Set(['new-number', 'new-key', 'never']);

/** Whether a refusal is final. Otherwise, or without `retry`, the number or key stays usable. */
export function isFinal(problem) {
  return FINAL.has(problem?.retry);
}

/**
 * Explains a problem, or a missing response: in the page's language if it has a text, otherwise in the problem's.
 *
 * @param values of the text's placeholders
 */
export function explain(problem, values) {
  if (!problem?.type) return text('problem.no-response');
  const key = `problem.${problem.type.split(/[/:]/).at(-1)}`;
  return hasText(key) ? text(key, values) : `${problem.title}. ${problem.detail ?? ''}`;
}
