/**
 * Disputes: what a buyer says of an order of theirs, what was known of it, what was said since, and
 * how support decided.
 *
 * <p>A <b>claim</b> says that an order is a duplicate of another one, or that the buyer did not
 * place it. <b>Evidence</b> is gathered when a claim is made and never changes: both orders as they
 * stood, their events, when their numbers were issued, each time they were submitted again, what
 * the buyer said yes to. The <b>parties</b> (buyer, merchant, support) take turns with messages,
 * each with a due date. A <b>verdict</b> is support's, once: refund, cancel or reject. What is
 * granted is done by cancelling the order, which is done once however often it is asked for; a
 * confirmed duplicate is refunded once because of that.
 *
 * <pre>
 *   open     buyer      OpenDispute         Redis   PostgreSQL
 *             ├─────────▶│                   │        │
 *             │          ├────────────────────────────▶│ both orders, their events
 *             │          ├──────────────────▶│ submits (silent: "not known")
 *             │          ├────────────────────────────▶│ one insert: the dispute, its evidence, its first message
 *             │◀── 201 ──┤◀─ Opened ───────────────────┤ one row
 *             │◀── 200 ──┤◀─ AlreadyOpen ──────────────┤ none, and the same claim is open
 *             │◀── 409 ──┤◀─ OtherOpen ────────────────┤ none, and another claim is open
 *
 *   resolve  support    ResolveDispute      CancelOrder   PostgreSQL
 *             ├─────────▶│                     │            │
 *             │          ├─────────────────────────────────▶│ dispute → RESOLVING, to be looked at
 *             │          ├────────────────────▶│ order → CANCELLED or REFUNDING, as for anybody
 *     done    │◀── 200 ──┤◀─ Resolved ─────────────────────▶│ dispute → RESOLVED
 *     shipped │◀── 409 ──┤◀─ OrderNotOpen ─────────────────▶│ dispute → OPEN, with a message that says so
 *     silent  │◀── 202 ──┤◀─ UnderWay           ✗ busy, or no answer
 *             │        FinishResolutions ──────────────────▶│ what is due to be looked at
 *             │          ├────────────────────▶│ again
 * </pre>
 */
@NullMarked
package dev.orderonce.disputes;

import org.jspecify.annotations.NullMarked;
