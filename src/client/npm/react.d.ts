/**
 * A checkout as a React hook, for React 18 and newer.
 *
 * ```jsx
 * import { useCheckout } from 'order-once/react';
 *
 * function Pay({ draft, checkoutId, buyer, session }) {
 *   const { state, number, order, isSubmitting, outcome, question, submit, confirm, dismiss, check } = useCheckout({
 *     baseUrl: 'https://orders.shop.example', checkoutId, buyer, token: () => session.token(),
 *   });
 *   if (state === 'placed') return <Confirmation number={number} order={order} />;
 *   if (question) return <Ask question={question} onYes={confirm} onNo={dismiss} />;
 *   if (outcome?.outcome === 'unknown') return <button onClick={() => check(outcome.number)}>Check now</button>;
 *   return <button disabled={isSubmitting || state === 'sending'} onClick={() => submit(draft)}>Place order</button>;
 * }
 * ```
 */

import type {
  Checkout,
  CheckoutOptions,
  CheckoutState,
  Draft,
  NotPlaced,
  Order,
  Placed,
  Question,
  SettledOutcome,
  SubmitOptions,
  SubmitOutcome,
  Unknown,
} from './order-once.js';

/**
 * Opens the buyer's checkout when the component is mounted, and closes it when the component is unmounted. A request
 * that is in flight by then continues, and the next mount finds its outcome. On a server it opens nothing.
 *
 * Another `baseUrl`, `checkoutId` or `buyer` is another checkout: what was shown of the old one is gone at once. The
 * latest `token` is used for each request; the other options are read when the checkout is opened. Give the `buyer`:
 * without it the buyer is read from the token once, when the checkout is opened.
 */
export function useCheckout(options: CheckoutOptions): CheckoutView;

export interface CheckoutView {
  /** The checkout, for what is not here; `null` until it is open, and on a server. */
  readonly checkout: Checkout | null;

  /** The current state, whichever tab or request changed it. `no-number` until the checkout is open. */
  readonly state: CheckoutState;

  /** The order number, or `null` until one is issued. */
  readonly number: string | null;

  /** The order as last read. `null` if it is not placed, or could not be read yet. */
  readonly order: Order | null;

  /** Whether the state survives a reload. `false` if the browser denies storage: warn the buyer not to reload. */
  readonly isDurable: boolean;

  /** Whether the requests made on load are finished, with or without a response. */
  readonly isReady: boolean;

  /** Whether a `submit`, `confirm`, `check` or `retry` of this component is in progress. */
  readonly isSubmitting: boolean;

  /**
   * The outcome of the last `submit`, `confirm`, `check` or `retry`; `null` before the first one, while one is in
   * progress, after `dismiss`, and once its order was placed or given up in another way, which `state` then says.
   */
  readonly outcome: SubmitOutcome | NotPlaced | null;

  /** The outcome if it is a question that the buyer has to answer: `confirm` or `dismiss`. */
  readonly question: Question | null;

  /** Why the checkout could not be opened: invalid options, or the token function failed. */
  readonly error: unknown;

  /**
   * Places the order, at most once: `submit` of `Checkout`. Waits until the checkout is open. Rejects with `error` if it
   * cannot be opened.
   */
  submit(draft: Draft, options?: SubmitOptions): Promise<SubmitOutcome>;

  /** Submits the last draft again with the confirmation that `question` requires. Rejects if there is no question. */
  confirm(): Promise<SubmitOutcome>;

  /** Forgets the outcome: the buyer declined, or has read it. Nothing is sent. */
  dismiss(): void;

  /** Looks an unresolved order up, for a "Check" button. */
  check(number: string): Promise<SettledOutcome>;

  /** Sends an unresolved order again, for a "Try again" button. */
  retry(number: string): Promise<SubmitOutcome | NotPlaced>;

  /** Reads the order of a number that a live event says exists. Changes `state`, not `outcome`. */
  lookUp(number: string): Promise<Placed | Unknown>;
}
