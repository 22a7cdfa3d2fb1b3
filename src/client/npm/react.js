'use client';
/*
 * A checkout as a React hook. react.d.ts documents the public API.
 *
 * The checkout is opened by an effect and closed by its clean-up, so nothing runs while the server renders. Closing ends
 * listeners and look-ups; a request in flight continues, and its outcome is stored and reaches the next mount.
 */

import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

import { openCheckout } from './order-once.js';

/** What is shown until the checkout is open, and by the server. */
const NOT_OPEN = Object.freeze({
  checkout: null, state: 'no-number', number: null, order: null, isDurable: true, isReady: false, isSubmitting: false,
  outcome: null, error: null,
});

/** Uses the checkout of a buyer. Documented in react.d.ts. */
export function useCheckout(options) {
  const { baseUrl, checkoutId, buyer } = options;
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  // Another of these is another checkout; a new token or storage is not.
  const session = useMemo(() => new Session(), [baseUrl, checkoutId, buyer]);
  useEffect(() => session.open(latest), [session]);
  const view = useSyncExternalStore(session.subscribe, session.view, notOpen);
  return useMemo(() => ({ ...view, ...session.actions, question: questionIn(view.outcome) }), [view, session]);
}

function notOpen() {
  return NOT_OPEN;
}

function questionIn(outcome) {
  return outcome?.outcome === 'question' ? outcome : null;
}

/** One checkout as a store that React reads. It can be opened again after it was closed. */
class Session {
  #view = NOT_OPEN;
  #listeners = new Set();
  #opened = { checkout: notMounted(), signal: AbortSignal.abort(), running: 0 };
  #draft;

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  view = () => this.#view;

  /** The same functions for as long as the checkout is the same. */
  actions = {
    submit: (draft, options) => {
      this.#draft = draft;
      return this.#run((checkout) => checkout.submit(draft, options));
    },
    confirm: () => {
      const question = questionIn(this.#view.outcome);
      if (!question) return Promise.reject(new Error('no confirmation is required'));
      return this.#run((checkout) => checkout.submit(this.#draft, question));
    },
    dismiss: () => this.#show({ outcome: null }),
    check: (number) => this.#run((checkout) => checkout.check(number)),
    retry: (number) => this.#run((checkout) => checkout.retry(number)),
    lookUp: async (number) => (await this.#opened.checkout).lookUp(number),
  };

  /** Opens the checkout with the latest options; returns the function that closes it. */
  open(latest) {
    const closing = new AbortController();
    const { signal } = closing;
    const opened = { checkout: undefined, signal, running: 0 };
    this.#opened = opened;
    let source = latest;
    // Not at once: strict mode mounts, unmounts and mounts in one turn, and only the last mount is to send requests.
    opened.checkout = Promise.resolve().then(async () => {
      if (signal.aborted) return notMounted();
      const checkout = await openCheckout({ ...latest.current, token: (context) => tokenFrom(source.current, context) });
      this.#listen(checkout, signal);
      return checkout;
    });
    opened.checkout.catch((error) => signal.aborted || this.#show({ error }));
    return () => {
      // A request in flight keeps its own buyer's token: the component may get another buyer now.
      source = { current: latest.current };
      closing.abort();
      this.#view = NOT_OPEN;
    };
  }

  #listen(checkout, signal) {
    if (signal.aborted) {
      checkout.close();
      return;
    }
    signal.addEventListener('abort', () => checkout.close());
    const show = (more) => {
      const { state, number, order, isDurable } = checkout;
      this.#show({ checkout, state, number, order, isDurable, ...more });
    };
    checkout.addEventListener('change', ({ detail }) => show(this.#isSettledBy(detail) && { outcome: null }), { signal });
    checkout.addEventListener('not-durable', () => show(), { signal });
    checkout.ready.then(() => signal.aborted || show({ isReady: true }));
    show();
  }

  /** Whether the order of the last outcome has been placed or given up since, by another request or tab. */
  #isSettledBy({ number, state }) {
    const { outcome } = this.#view;
    return outcome?.number === number && outcome.outcome !== 'placed' && (state === 'placed' || state === 'not-placed');
  }

  /** Runs an action and shows its outcome, unless the component is unmounted by then. */
  async #run(act) {
    const opened = this.#opened;
    const show = (change) => opened.signal.aborted || this.#show(change);
    opened.running++;
    show({ isSubmitting: true, outcome: null });
    try {
      const outcome = await act(await opened.checkout);
      show({ outcome });
      return outcome;
    } finally {
      opened.running--;
      show({ isSubmitting: opened.running > 0 });
    }
  }

  #show(change) {
    this.#view = Object.freeze({ ...this.#view, ...change });
    this.#listeners.forEach((listener) => listener());
  }
}

function notMounted() {
  const rejected = Promise.reject(new Error('the component that uses the checkout is not mounted'));
  rejected.catch(() => {});
  return rejected;
}

/** The latest token, or of the latest function: a component makes a new one for each rendering. */
function tokenFrom({ token }, context) {
  return typeof token === 'function' ? token(context) : token;
}
