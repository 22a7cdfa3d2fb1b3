/*
 * Who is at the page. The service lets anybody be anybody (POST /demo/sign-in) until an issuer of tokens is configured.
 * With one it answers 404: then the page needs a token of the shop's own sign-in, and asks for one.
 */

import { keep, keepForTab, recall, recallForTab } from './keep.js';

/** A service that is being started again is back after some seconds: 0.5 + 1 + 2 + 4. */
const SIGN_IN_TRIES = 5;
const FIRST_WAIT_MS = 500;
const WITHIN_MS = 10_000;

/** Tells by the event `change` that somebody else is at the page, or that a token is needed. */
export class Session extends EventTarget {
  #role;
  #token = null;
  #signingIn = null;
  /** Who is at the page: null until that is known. */
  subject;
  isDemo = false;
  needsToken = false;

  constructor(role) {
    super();
    this.#role = role;
    this.#token = recallForTab(`token ${role}`);
    this.subject = this.#token ? subjectOf(this.#token) : recall(`name ${role}`);
  }

  /** Finds out who is at the page. `suggested` is their name if they have not had one yet. */
  async begin(suggested) {
    if (this.#token) return;
    await this.#signIn(this.subject ?? suggested).catch(() => {});
  }

  /** A token for a request; a refused one is replaced. Rejects if there is none. */
  async token({ wasRefused = false } = {}) {
    if (wasRefused) this.#token = null;
    if (!this.#token && this.needsToken) throw new Error('no token');
    if (!this.#token) await this.#signIn(this.subject);
    return this.#token;
  }

  /** The demonstration: be somebody else from now on. */
  async become(subject) {
    await this.#signingIn?.catch(() => {});
    this.#token = null;
    await this.#signIn(subject);
  }

  /** A token of the shop's own sign-in. */
  useToken(token) {
    this.#token = token;
    this.needsToken = false;
    keepForTab(`token ${this.#role}`, token);
    this.#setSubject(subjectOf(token));
  }

  #signIn(subject) {
    this.#signingIn ??= this.#askForToken(subject).finally(() => {
      this.#signingIn = null;
    });
    return this.#signingIn;
  }

  async #askForToken(subject) {
    const body = JSON.stringify({ subject, roles: [this.#role] });
    for (let tries = 1; ; tries++) {
      const response = await fetch('/demo/sign-in', {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(WITHIN_MS),
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
        throw new Error('a token is needed');
      }
      if (tries === SIGN_IN_TRIES) throw new Error('the sign-in does not answer');
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (tries - 1)));
    }
  }

  #setSubject(subject) {
    this.subject = subject;
    this.dispatchEvent(new Event('change'));
  }
}

/** Read, not verified: it names the basket that belongs to this person, nothing else. */
function subjectOf(token) {
  try {
    const { sub } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return String(sub);
  } catch {
    return 'anonymous';
  }
}
