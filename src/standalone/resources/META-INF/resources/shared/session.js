/*
 * The signed-in user. Until a token issuer is configured, the service issues a token for any name (POST /demo/sign-in).
 * With an issuer it returns 404: the page then requires a token of the shop's own sign-in service.
 */

import { keep, keepForTab, recall, recallForTab } from './keep.js';

/** Attempts of the sign-in: with back-off they last 7.5 s, enough for a restart of the service. */
const SIGN_IN_TRIES = 5;
const INITIAL_BACKOFF_MS = 500;
const TIMEOUT_MS = 10_000;

/** Dispatches `change` when the user changes or a token is required. */
export class Session extends EventTarget {
  #role;
  #token = null;
  #signingIn = null;
  /** Id of the signed-in user; null until it is known. */
  subject;
  isDemo = false;
  needsToken = false;

  constructor(role) {
    super();
    this.#role = role;
    this.#token = recallForTab(`token ${role}`);
    this.subject = this.#token ? subjectOf(this.#token) : recall(`name ${role}`);
  }

  /** Signs in under the stored name, or under `suggested` if there is none. */
  async begin(suggested) {
    if (this.#token) return;
    await this.#signIn(this.subject ?? suggested).catch(() => {});
  }

  /** Returns a token for a request; replaces a refused one. Rejects if there is none. */
  async token({ wasRefused = false } = {}) {
    if (wasRefused) this.#token = null;
    if (!this.#token && this.needsToken) throw new Error('no token');
    if (!this.#token) await this.#signIn(this.subject);
    return this.#token;
  }

  /** Signs in under another name (demonstration only). */
  async become(subject) {
    await this.#signingIn?.catch(() => {});
    this.#token = null;
    await this.#signIn(subject);
  }

  /** Uses a token of the shop's own sign-in service. */
  useToken(token) {
    this.#token = token;
    this.needsToken = false;
    keepForTab(`token ${this.#role}`, token);
    this.#setSubject(subjectOf(token));
  }

  #signIn(subject) {
    this.#signingIn ??= this.#requestToken(subject).finally(() => {
      this.#signingIn = null;
    });
    return this.#signingIn;
  }

  async #requestToken(subject) {
    const body = JSON.stringify({ subject, roles: [this.#role] });
    for (let tries = 1; ; tries++) {
      const response = await fetch('/demo/sign-in', {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch(() => null);
      if (response?.ok) {
        this.#token = (await response.json()).token;
        this.isDemo = true;
        keep(`name ${this.#role}`, subject);
        return this.#setSubject(subject);
      }
      if (response?.status === 404) {
        this.needsToken = true;
        this.#setSubject(null);
        throw new Error('a token is required');
      }
      if (tries === SIGN_IN_TRIES) throw new Error('the sign-in is unavailable');
      await new Promise((resolve) => setTimeout(resolve, INITIAL_BACKOFF_MS * 2 ** (tries - 1)));
    }
  }

  #setSubject(subject) {
    this.subject = subject;
    this.dispatchEvent(new Event('change'));
  }
}

/** The token's `sub`, unverified: it only selects the user's basket. */
function subjectOf(token) {
  try {
    const { sub } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return String(sub);
  } catch {
    return 'anonymous';
  }
}
