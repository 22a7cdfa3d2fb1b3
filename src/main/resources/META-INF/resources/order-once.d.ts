/**
 * One order per checkout, whatever happens between the page and the service.
 *
 * ```js
 * import { openCheckout } from '/order-once.js';
 *
 * const checkout = await openCheckout({ baseUrl: 'https://shop.example', checkoutId, token: () => session.token() });
 * checkout.addEventListener('change', () => show(checkout.state));
 *
 * let outcome = await checkout.submit(draft);
 * while (outcome.outcome === 'question' && (await ask(outcome))) {
 *   outcome = await checkout.submit(draft, outcome);   // carries the acknowledgements
 * }
 * ```
 *
 * Needs a browser of 2022 or newer. If `baseUrl` is another origin, the service has to allow it (CORS), with
 * `Access-Control-Expose-Headers: Retry-After, Date`; without these two the module chooses its own waits.
 */

/**
 * Opens a checkout when the page loads.
 *
 * Resolves as soon as it is known what is kept in this browser, so that a page can be shown while the network is slow.
 * What the service is then asked (the number, and what became of unresolved orders) is told by events; `ready` resolves
 * when that is done.
 *
 * Rejects with a `TypeError` for options that are not what is described here, and with whatever `token` rejects with if
 * that is needed to know whose page it is.
 */
export function openCheckout(options: CheckoutOptions): Promise<Checkout>;

export interface CheckoutOptions {
  /**
   * Where the service is: `https://shop.example`, or `''` for the page's own origin. Kept rows belong to one service, so
   * write it the same way on every page.
   */
  baseUrl: string;

  /** The page's own id for this checkout, the same after a reload: 1 to 128 visible ASCII characters. */
  checkoutId: string;

  /**
   * The buyer's token, or a function that gives it. The function is called for each request, and once more with
   * `wasRefused: true` after a 401, so that it can refresh the token.
   */
  token: string | ((context: { wasRefused: boolean }) => string | Promise<string>);

  /**
   * Whose rows these are, if the token is not a JWT whose `sub` says so. With neither, everybody at this browser counts
   * as one buyer, `anonymous`.
   */
  buyer?: string;

  /** Where rows are kept. By default IndexedDB, or localStorage where that is missing, or memory where both are. */
  storage?: RowStorage;

  /** How long one answer is waited for, in milliseconds. Default: 15 000. After that it is unknown, never failed. */
  timeoutMs?: number;

  /** How often one request is sent before its order stays unresolved. Default: 5. */
  maxTries?: number;

  /** What is used of the browser, for tests. What is not given is the browser's own; `undefined` is a browser without. */
  environment?: Partial<Environment>;
}

/** Keeps values that `structuredClone` can copy. A failure makes the checkout go on in memory. */
export interface RowStorage {
  get(key: string): Promise<StoredValue | undefined>;
  put(key: string, value: StoredValue): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** Everything that was put and not deleted, and nothing else. */
  all(): Promise<StoredValue[]>;
}

/** `key` is the one under which it was put; the rest is the module's own. */
export interface StoredValue {
  readonly key: string;
  readonly [member: string]: unknown;
}

export interface Environment {
  fetch: typeof fetch;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Milliseconds since 1970. Only for showing, tidying up and leases: the service's times are not compared with it. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** Where `online`, `focus`, `pageshow` and `storage` happen. */
  window: EventTarget | undefined;
  /** Where `visibilitychange` happens. */
  document: (EventTarget & { readonly visibilityState: string }) | undefined;
  locks: LockManager | undefined;
  BroadcastChannel: typeof BroadcastChannel | undefined;
  indexedDB: IDBFactory | undefined;
  localStorage: Storage | undefined;
}

/**
 * One checkout in one tab. Other tabs of the same checkout know of each other: one sends, the others wait and show its
 * result.
 *
 * Nothing here rejects because of the network or the storage. An answer that is not one to the request (another number's,
 * or not what is described here) counts as no answer: it never makes an order placed, or not placed.
 */
export interface Checkout extends EventTarget {
  /** The state of this checkout. */
  readonly state: CheckoutState;

  /** Its order number, once there is one. */
  readonly number: string | null;

  /** Its order as it was last seen, if it is placed. `null` also while a placed order could not be read. */
  readonly order: Order | null;

  /** Whether rows outlive this page. False where the browser denies storage: warn the buyer not to reload. */
  readonly isDurable: boolean;

  /** Resolves when everything that is asked on load has been answered, or has not. */
  readonly ready: Promise<void>;

  /**
   * Places the order, once. Number and draft are kept before the request leaves; without an answer it is sent again
   * under the same number; a number that is spent is replaced by the checkout's next one.
   *
   * A click while the same draft is under way gets the same promise. Another draft waits for the one under way: if that
   * is placed, the checkout is done, and its order is the outcome (`differs`).
   *
   * While the same basket is unresolved under another checkout of this buyer, that one is settled first. If it was
   * placed, it is the outcome; if that stays unknown, nothing is sent and the outcome is `unknown` with that number.
   *
   * Rejects with a `TypeError` if the draft is not one.
   */
  submit(draft: Draft, options?: SubmitOptions): Promise<SubmitOutcome>;

  /**
   * The buyer's orders, of whatever checkout, whose fate is not known: oldest first. One that is being sent in this
   * moment is among them, with the state `sending`.
   */
  unresolved(): Promise<Row[]>;

  /**
   * Looks every unresolved order up. What was not placed is voided, so that it stays so, and this checkout gets a new
   * number. Also done by itself on load, on coming online and on focus. What is being sent in this moment is left alone.
   *
   * Resolves to what was found; orders that were left alone are not in it.
   */
  reconcile(): Promise<SettledOutcome[]>;

  /** The same for one number: the "was it placed?" button. A number that is not unresolved is looked up, not voided. */
  check(number: string): Promise<SettledOutcome>;

  /** Sends an unresolved order again, under the same number and with the draft that was kept: the "try again" button. */
  retry(number: string): Promise<SubmitOutcome | NotPlaced>;

  /** Listens to nothing any more. What is under way goes on. */
  close(): void;

  addEventListener<K extends keyof CheckoutEvents>(
    type: K,
    listener: (event: CheckoutEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export interface CheckoutEvents {
  /** A row of this buyer changed its state, in this tab or another: this checkout's, or another's (`checkoutId`). */
  change: CustomEvent<Row>;
  /** Storage failed for the first time: `isDurable` is false from now on. */
  'not-durable': Event;
}

export interface SubmitOptions {
  /** What the buyer said yes to: a question's `acknowledgements`. A question itself may be given as these options. */
  acknowledgements?: readonly Acknowledgement[];
}

export interface Draft {
  /** ISO 4217. */
  currency: string;
  /** What the lines add up to, in minor units of the currency. */
  total: number;
  lines: Line[];
  /** The catalogue's signature of currency and lines, where the shop signs its prices. */
  quote?: string;
}

export interface Line {
  productCode: string;
  name?: string | null;
  quantity: number;
  /** In minor units of the currency. */
  unitPrice: number;
}

export type Acknowledgement =
  | { kind: 'SECOND_ORDER'; /** The earlier order's number. */ earlier: string }
  | { kind: 'LARGE_AMOUNT'; /** The total that is meant. */ total: number };

/**
 * - `no-number`: the service has not given a number yet
 * - `ready`: nothing is in progress
 * - `sending`: sent, and an answer is waited for, in this tab or another
 * - `unknown`: not answered; it may have been placed
 * - `placed`: the order exists
 * - `not-placed`: the number can never become an order; the next number follows
 */
export type CheckoutState = 'no-number' | 'ready' | 'sending' | 'unknown' | 'placed' | 'not-placed';

/** What is kept of a checkout. */
export interface Row {
  readonly checkoutId: string;
  readonly number: string | null;
  readonly state: CheckoutState;
  /** What was last submitted under it. */
  readonly draft?: Draft;
  readonly order?: Order | null;
  /** How often the order was sent under this number. */
  readonly tries: number;
  /** When the row changed, by the browser's clock, in milliseconds since 1970. */
  readonly updatedAt: number;
}

/** The order as the service shows it. */
export interface Order extends Draft {
  number: string;
  state: 'CREATED' | 'PAYING' | 'PAID' | 'SHIPPED' | 'COMPLETED' | 'CANCELLED' | 'REFUNDING' | 'REFUNDED';
  /** The moves that are open now. */
  next: string[];
  acknowledgements: Acknowledgement[];
  placedAt: string;
  [member: string]: unknown;
}

/** Every way a submit can end. */
export type SubmitOutcome = Placed | Question | Refused | Unknown;

/** Every way looking up can end. */
export type SettledOutcome = Placed | NotPlaced | Unknown;

/** The order exists: lead the buyer to it. */
export interface Placed {
  outcome: 'placed';
  number: string;
  /** `null` if it exists and cannot be read at present. */
  order: Order | null;
  /** It was placed by an earlier request: a repeat, another tab, another device. Also a success. */
  duplicated: boolean;
  /** What was placed is known to be another basket than the one submitted: say so when showing it. */
  differs: boolean;
}

/** The number can never become an order. */
export interface NotPlaced {
  outcome: 'not-placed';
  number: string;
}

/** It may have been placed. Say that it will be found out, and offer `check` and `retry`; never a new order. */
export interface Unknown {
  outcome: 'unknown';
  number: string;
  /** The last thing the service said, if it said something. */
  problem?: Problem;
  /** When the service wants to be asked again. */
  retryAfterMs?: number;
}

/**
 * Not placed, and the module does not repeat it any more. Unless `problem.retry` is final, the number stays usable:
 * correct the order, sign in, or wait for `retryAfterMs`, and submit again. With `problem.order` (422) another order
 * exists under the number: lead there.
 */
export interface Refused {
  outcome: 'refused';
  /** `null` if no number was had. */
  number: string | null;
  /**
   * What the service said; or one of our own, when nothing was sent: `order-once:no-number`, `order-once:no-token` (with
   * `cause`, if the token function failed), `order-once:another-buyer`.
   */
  problem: Problem;
  retryAfterMs?: number;
}

/** The service asks the buyer something. To say yes, submit again with `acknowledgements`; to say no, do nothing. */
export type Question = LookalikeQuestion | LargeAmountQuestion;

interface Asked {
  outcome: 'question';
  number: string;
  problem: Problem;
  /** The answer to this question. */
  acknowledgement: Acknowledgement;
  /** The answers to this question and to those before it: what to submit with. */
  acknowledgements: Acknowledgement[];
}

/** "You have just ordered the same: is this a second order?" */
export interface LookalikeQuestion extends Asked {
  kind: 'lookalike';
  /** The earlier order's number. */
  earlier: string;
  /** The service's link to it. */
  order?: string;
  /** Its state; missing while it is still being placed. */
  state?: string;
  /** How long ago it was placed, in seconds. */
  age?: number;
}

/** "This is a large amount: is it meant?" */
export interface LargeAmountQuestion extends Asked {
  kind: 'large-amount';
  total: number;
  currency: string;
}

/** A refusal (RFC 9457). What its type adds is explained on the page that `type` names. */
export interface Problem {
  type: string;
  title: string;
  detail: string;
  /**
   * What a program does next:
   *
   * - `same-request`: repeat the identical request, after `Retry-After` if present; nothing final happened
   * - `after-change`: the number stays usable, but this request never succeeds: correct it, sign in, or add the
   *   confirmation that is asked for
   * - `new-number`, `new-key`: final; take a new one
   * - `never`: final; follow `order` if present
   */
  retry: 'same-request' | 'after-change' | 'new-number' | 'new-key' | 'never';
  status?: number;
  number?: string;
  order?: string;
  violations?: { field: string; message: string }[];
  mismatch?: { field: string; placed?: unknown; submitted?: unknown }[];
  [member: string]: unknown;
}
