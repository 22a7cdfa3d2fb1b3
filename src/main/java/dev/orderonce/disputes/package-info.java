/**
 * Disputes: a buyer's claim about an order, the evidence, the messages, and the decision of support.
 *
 * <p>A <b>claim</b> says that an order is a duplicate of another one, or that the buyer did not place it.
 * <b>Evidence</b> is gathered when a dispute is opened and never changes: both orders with their state, events,
 * resubmissions and confirmations, and when their numbers were issued. The <b>parties</b> (buyer, merchant, support)
 * take turns with messages, each with a due date. Support gives one <b>verdict</b>: refund, cancel or reject. A granted
 * claim cancels the order, or refunds it if it was shipped, which happens once however often it is requested; therefore
 * a duplicate is refunded once. An undecided dispute holds its order: it is not shipped.
 *
 * <pre>
 *   open     buyer      OpenDispute         Redis   PostgreSQL
 *             ├─────────▶│                   │        │
 *             │          ├────────────────────────────▶│ both orders with their events
 *             │          ├────────────────────────────▶│ the order's latest disputes
 *             │◀── 200 ──┤◀─ AlreadyOpen ──────────────┤ the same claim is undecided
 *             │◀── 409 ──┤◀─ OtherOpen ────────────────┤ another claim is undecided
 *             │          ├──────────────────▶│ resubmissions (unavailable: "unknown")
 *             │          ├────────────────────────────▶│ one insert: the dispute, its evidence, the buyer's message
 *             │◀── 201 ──┤◀─ Opened ───────────────────┤ one row
 *
 *   resolve  support    ResolveDispute      CancelOrder   PostgreSQL
 *             ├─────────▶│                     │            │
 *             │          ├─────────────────────────────────▶│ dispute → RESOLVING, with the time to resume
 *             │          ├────────────────────▶│ order → CANCELLED or REFUNDING
 *     done    │◀── 200 ──┤◀─ Resolved ─────────────────────▶│ dispute → RESOLVED
 *     shipped │          ├────────────────────▶│ RefundOrder: all that is left, or the amount
 *     too late│◀── 409 ──┤◀─ OrderNotOpen ─────────────────▶│ dispute → OPEN, with a message that says so
 *     not yet │◀── 202 ──┤◀─ UnderWay           ✗ locked, or unavailable
 *             │        ResumeResolutions ──────────────────▶│ granted disputes that are due
 *             │          ├────────────────────▶│ again
 * </pre>
 */
@NullMarked
package dev.orderonce.disputes;

import org.jspecify.annotations.NullMarked;
