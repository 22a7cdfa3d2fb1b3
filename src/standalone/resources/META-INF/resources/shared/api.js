// Requests to the service besides those that order-once.js makes. None of them rejects: no answer is an answer too.

import { hasText, text } from './language.js';

const WITHIN_MS = 15_000;
/** What became of the request is not known. */
export const NO_ANSWER = { isOk: false, status: 0, body: null };

export class Api {
  #session;
  #send;

  /** @param send a `fetch`: the demonstration's may be a bad one */
  constructor(session, send) {
    this.#session = session;
    this.#send = send;
  }

  get(path) {
    return this.#ask('GET', path);
  }

  /** @param key the Idempotency-Key of what must happen once */
  post(path, body, key) {
    return this.#ask('POST', path, body, key);
  }

  async #ask(method, path, body, key) {
    const reply = await this.#askOnce(method, path, body, key, false);
    return reply.status === 401 ? this.#askOnce(method, path, body, key, true) : reply;
  }

  /**
   * `{ isOk, status, body }`: with `isOk` the body is an object, without it a problem or null. The status is 0 without an
   * answer, and for a success without an object, which is no answer of the service's.
   */
  async #askOnce(method, path, body, key, wasRefused) {
    try {
      const headers = { Authorization: `Bearer ${await this.#session.token({ wasRefused })}` };
      if (body) headers['Content-Type'] = 'application/json';
      if (key) headers['Idempotency-Key'] = key;
      const response = await this.#send(path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        cache: 'no-store',
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      const answer = await response.json().catch(() => null);
      const isAnswer = !response.ok || (answer !== null && typeof answer === 'object');
      return isAnswer ? { isOk: response.ok, status: response.status, body: answer } : NO_ANSWER;
    } catch {
      return NO_ANSWER;
    }
  }
}

const FINAL = new Set(['new-number', 'new-key', 'never']);

/** Whether a refusal is final. After `same-request`, `after-change` or no advice the number or key stays usable. */
export function isFinal(problem) {
  return FINAL.has(problem?.retry);
}

/** What a refusal, or no answer, means to the person, in their language if it is a usual one. */
export function explain(problem) {
  if (!problem?.type) return text('problem.silence');
  const key = `problem.${problem.type.split(/[/:]/).at(-1)}`;
  return hasText(key) ? text(key) : `${problem.title}. ${problem.detail ?? ''}`;
}
