/// <reference lib="dom" />
/**
 * Places at most one order per checkout, across retries, reloads, crashes and tabs.
 *
 * ```js
 * import { openCheckout } from '/order-once.js';   // from the npm package: 'order-once'
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
 * Requires a browser of 2022 or newer, or Node 20; Node has no storage of its own, so rows are in memory unless `storage`
 * is given. A `baseUrl` on another origin requires that origin in the service's setting `cors.origins`.
 */

/**
 * Opens a checkout. Call it when the page loads.
 *
 * Resolves once the stored state is read, without waiting for the service. The order number and the outcome of
 * unresolved orders are then requested; `change` events report them, and `ready` resolves at the end.
 *
 * Rejects with a `TypeError` for invalid options, and with the error of `token` if the buyer must be read from the
 * token.
 */
export function openCheckout(options: CheckoutOptions): Promise<Checkout>;

export interface CheckoutOptions {
  /**
   * Base URL of the service: `https://shop.example`, or `''` for the page's own origin. Stored rows are keyed by it, so
   * use the same value on every page.
   */
  baseUrl: string;

  /** The page's id for this checkout, stable across reloads: 1 to 128 visible ASCII characters. */
  checkoutId: string;

  /**
   * The buyer's bearer token, or a function that returns it. The function is called for each request, and once more
   * with `wasRefused: true` after a 401, to refresh the token.
   */
  token: string | ((context: { wasRefused: boolean }) => string | Promise<string>);

  /**
   * Id of the buyer who owns the stored rows. Default: the `sub` of the token if it is a JWT, otherwise `anonymous` for
   * every user of the browser.
   */
  buyer?: string;

  /** Storage for rows. Default: IndexedDB, or localStorage if it is missing, or memory if both are. */
  storage?: RowStorage;

  /** Request timeout in milliseconds. Default: 15 000. An order that times out is `unknown`, never failed. */
  timeoutMs?: number;

  /** Maximum attempts of one request, at least 1. Default: 5. After the last one the order stays unresolved. */
  maxTries?: number;

  /** Replaces parts of the browser, for tests. An omitted member is the browser's own; `undefined` is a missing one. */
  environment?: Partial<Environment>;
}

/** Stores values that `structuredClone` supports. If an operation fails, the checkout continues in memory. */
export interface RowStorage {
  get(key: string): Promise<StoredValue | undefined>;
  put(key: string, value: StoredValue): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** All values that were put and not deleted, and no others. */
  all(): Promise<StoredValue[]>;
}

/** A stored value. `key` is the key it was put under; the other members are private to the module. */
export interface StoredValue {
  readonly key: string;
  readonly [member: string]: unknown;
}

export interface Environment {
  fetch: typeof fetch;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Milliseconds since 1970. Used for display, pruning and leases; never compared with the service's times. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** Target of `online`, `focus`, `pageshow` and `storage` events. */
  window: EventTarget | undefined;
  /** Target of `visibilitychange` events. */
  document: (EventTarget & { readonly visibilityState: string }) | undefined;
  locks: LockManager | undefined;
  BroadcastChannel: typeof BroadcastChannel | undefined;
  indexedDB: IDBFactory | undefined;
  localStorage: Storage | undefined;
}

/**
 * A checkout in one tab. Tabs of the same checkout coordinate: one sends, the others wait and report its result.
 *
 * No method rejects because of the network or the storage. A response about another number, or of another shape than
 * described here, counts as no response: it never makes an order placed, or not placed.
 */
export interface Checkout extends EventTarget {
  /** The current state. */
  readonly state: CheckoutState;

  /** The order number, or `null` until one is issued. */
  readonly number: string | null;

  /** The order as last read. `null` if it is not placed, or could not be read yet. */
  readonly order: Order | null;

  /** Whether rows survive a reload. `false` if the browser denies storage: warn the buyer not to reload. */
  readonly isDurable: boolean;

  /** Resolves when the requests made on load are finished, with or without a response. */
  readonly ready: Promise<void>;

  /**
   * Places the order, at most once. Stores the number and the draft before it sends the request, repeats a request
   * without a response under the same number, and replaces a retired number by the checkout's next one.
   *
   * Returns the same promise while an identical submit is in flight. A different draft waits for the one in flight; if
   * that one is placed, its order is the outcome (see `differs`).
   *
   * If the same basket is unresolved in another checkout of this buyer, that order is settled first. If it was placed,
   * it is the outcome; if it stays unknown, nothing is sent and the outcome is `unknown` with its number.
   *
   * Rejects with a `TypeError` if the draft or the acknowledgements have the wrong shape.
   */
  submit(draft: Draft, options?: SubmitOptions): Promise<SubmitOutcome>;

  /**
   * Returns the buyer's unresolved orders, of every checkout, oldest first. Includes orders that are being sent (state
   * `sending`).
   */
  unresolved(): Promise<Row[]>;

  /**
   * Looks up every unresolved order. If an order was not placed, voids its number; this checkout then gets a new one.
   * Skips orders that are being sent. Runs automatically on load, when the browser comes online, on focus, and while an
   * order is unresolved and the page visible after 5, 10 and 20 s, then every 20 s. Call it also when a live connection
   * to the service is back.
   *
   * Resolves to the outcomes of the orders that were not skipped.
   */
  reconcile(): Promise<SettledOutcome[]>;

  /** Reconciles one number, for a "Check" button. A number that is not unresolved is looked up, not voided. */
  check(number: string): Promise<SettledOutcome>;

  /** Sends an unresolved order again, with the same number and the stored draft, for a "Try again" button. */
  retry(number: string): Promise<SubmitOutcome | NotPlaced>;

  /**
   * Reads the order of a number. Call it when a live event, a list or a push message says that the order exists: a
   * `submit` that still waits for its response, in any tab, then resolves with the order at once, and an unknown order
   * becomes placed. An order that does not exist yet, or cannot be read, changes nothing: `unknown`.
   */
  lookUp(number: string): Promise<Placed | Unknown>;

  /** Removes all listeners and ends further look-ups. Requests in flight continue; other checkouts learn the outcome. */
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
  /** A row of this buyer changed, in this tab or another. `checkoutId` identifies its checkout. */
  change: CustomEvent<Row>;
  /** Storage failed: `isDurable` is now `false`. Dispatched once. */
  'not-durable': Event;
}

export interface SubmitOptions {
  /** The buyer's confirmations: the `acknowledgements` of a `Question`, which itself can be passed as options. */
  acknowledgements?: readonly Acknowledgement[];
}

export interface Draft {
  /** ISO 4217 code. */
  currency: string;
  /** Sum of the lines and charges, in minor units of the currency. */
  total: number;
  lines: Line[];
  /** Up to 20. */
  charges?: Charge[];
  /** The catalogue's signature of currency, lines and charges, if the shop signs its prices. */
  quote?: string;
  /** The shop's own id of the order. */
  reference?: string;
  /** Texts that the shop keeps with the order. Not compared, like `delivery` and `contact`. */
  metadata?: Record<string, string>;
  delivery?: string;
  contact?: string;
}

export interface Charge {
  kind: 'SHIPPING' | 'TAX' | 'DISCOUNT' | 'FEE';
  label: string;
  /** In minor units of the currency; below 0 for a discount. */
  amount: number;
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
  | { kind: 'LARGE_AMOUNT'; /** The confirmed total. */ total: number };

/**
 * - `no-number`: no number is issued yet
 * - `ready`: a number is issued; no order request is in flight
 * - `sending`: sent, awaiting the response, in this tab or another
 * - `unknown`: no response; the order may have been placed
 * - `placed`: the order exists
 * - `not-placed`: no order exists under the number, and none can be placed; the next number follows
 */
export type CheckoutState = 'no-number' | 'ready' | 'sending' | 'unknown' | 'placed' | 'not-placed';

/** The stored state of a checkout. */
export interface Row {
  readonly checkoutId: string;
  readonly number: string | null;
  readonly state: CheckoutState;
  /** The last submitted draft. */
  readonly draft?: Draft;
  readonly order?: Order | null;
  /** Number of times the order was sent under this number. */
  readonly tries: number;
  /** Time of the last change by the browser's clock, in milliseconds since 1970. */
  readonly updatedAt: number;
}

/** The order as the service returns it. */
export interface Order extends Draft {
  number: string;
  state:
    | 'CREATED'
    | 'PAYING'
    | 'PAID'
    | 'SHIPPED'
    | 'COMPLETED'
    | 'RETURNING'
    | 'RETURNED'
    | 'CANCELLED'
    | 'REFUNDING'
    | 'REFUNDED';
  /** The transitions that are allowed now. */
  next: string[];
  acknowledgements: Acknowledgement[];
  placedAt: string;
  /** The checkout that the order completes, if the service knows it. */
  checkout?: string;
  [member: string]: unknown;
}

/** The outcomes of `submit`. */
export type SubmitOutcome = Placed | Question | Refused | Unknown;

/** The outcomes of a lookup. */
export type SettledOutcome = Placed | NotPlaced | Unknown;

/** The order exists. Show it to the buyer. */
export interface Placed {
  outcome: 'placed';
  number: string;
  /** `null` if the order exists but could not be read. */
  order: Order | null;
  /** Whether an earlier request placed it (a repeat, another tab, another device). Also a success. */
  duplicated: boolean;
  /** Whether the placed order is known to differ from the submitted basket. Tell the buyer. */
  differs: boolean;
}

/** No order exists under the number, and none can be placed. */
export interface NotPlaced {
  outcome: 'not-placed';
  number: string;
}

/** The order may have been placed. Offer `check` and `retry`; do not offer a new order. */
export interface Unknown {
  outcome: 'unknown';
  number: string;
  /** The last problem the service returned, if any. */
  problem?: Problem;
  /** The delay the service requested (`Retry-After`), in milliseconds. */
  retryAfterMs?: number;
}

/**
 * Not placed, and the module has stopped repeating. Unless `problem.retry` is final, the number stays usable: correct
 * the order, sign in, or wait for `retryAfterMs`, then submit again. If `problem.order` is present (422, 409), another order
 * exists under the number or for this checkout: show that one.
 */
export interface Refused {
  outcome: 'refused';
  /** `null` if no number was issued. */
  number: string | null;
  /**
   * The problem the service returned, or one of the module's own if nothing was sent: `order-once:no-number`,
   * `order-once:no-token` (with `cause` if the token function failed) or `order-once:another-buyer`.
   */
  problem: Problem;
  /** The delay to observe before the next attempt (`Retry-After`), in milliseconds. */
  retryAfterMs?: number;
}

/** Confirmation required. To confirm, submit again with `acknowledgements`; to decline, do nothing. */
export type Question = LookalikeQuestion | LargeAmountQuestion;

interface Asked {
  outcome: 'question';
  number: string;
  problem: Problem;
  /** The confirmation that is required. */
  acknowledgement: Acknowledgement;
  /** This confirmation and the earlier ones, for the next `submit`. */
  acknowledgements: Acknowledgement[];
}

/** Possible duplicate: the buyer recently ordered the same content. Is this a second order? */
export interface LookalikeQuestion extends Asked {
  kind: 'lookalike';
  /** The earlier order's number. */
  earlier: string;
  /** Link to the earlier order. */
  order?: string;
  /** State of the earlier order; absent while it is still being placed. */
  state?: string;
  /** Age of the earlier order, in seconds. */
  age?: number;
}

/** Large amount: is the total correct? */
export interface LargeAmountQuestion extends Asked {
  kind: 'large-amount';
  total: number;
  currency: string;
}

/** A problem (RFC 9457). Members beyond these depend on `type` and are documented at its address. */
export interface Problem {
  type: string;
  title: string;
  detail: string;
  /**
   * What the client does next:
   *
   * - `same-request`: not final; repeat the identical request, after `Retry-After` if present
   * - `after-change`: the number stays usable, but this request never succeeds; correct it, sign in, or add the
   *   required confirmation
   * - `new-number`, `new-key`: final; take a new number or key
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
