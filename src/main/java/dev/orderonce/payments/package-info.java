/**
 * Payments of orders: one capture, however often a client requests it, and no money held for a cancelled order.
 *
 * <p>A payment and its order are two rows, changed by one conditional statement where both change.
 * {@link dev.orderonce.payments.SettlePayment} is the one place that decides which step follows from the states of the
 * two; requests, notifications and the job {@code resume-payments} all call it; if a process crashes in the middle, the
 * job resumes its work.
 *
 * <pre>
 *   pay      buyer      PayOrder            Redis   PostgreSQL                         provider
 *             ├─────────▶│ order, key        │        │                                  │
 *             │          ├──────────────────▶│ lock   │                                  │
 *             │          ├────────────────────────────▶│ payment ASKED, due at a time     │
 *             │          ├────────────────────────────▶│ order CREATED → PAYING           │
 *             │          ├───────────────────────────────────────────────────────────────▶│ capture
 *     ok      │          │◀──────────────────────────────────────────────── captured ─────┤
 *             │          ├────────────────────────────▶│ payment CAPTURED; order → PAID   │
 *             │◀── 201 ──┤                             │                                  │
 *     refused │          │◀──────────────────────────────────────────────── declined ─────┤
 *             │          ├────────────────────────────▶│ payment DECLINED; order → CREATED│
 *             │◀── 201 ──┤ with the reason             │                                  │
 *     none    │          │                                          ✗ no answer ──────────┤
 *             │◀── 202 ──┤ still PAYING                │                                  │
 *             │        job ───────────────────────────▶│ payments that are due            │
 *             │          ├───────────────────────────────────────────────────────────────▶│ query
 *
 *   cancel   buyer      CancelOrder
 *     unpaid  ├─────────▶├────────────────────────────▶│ order CREATED → CANCELLED        │
 *     paid    ├─────────▶├────────────────────────────▶│ order PAID → REFUNDING           │
 *             │          ├────────────────────────────▶│ payment CAPTURED → REFUNDING     │
 *             │          ├───────────────────────────────────────────────────────────────▶│ refund
 *     ok      │          ├────────────────────────────▶│ payment, order → REFUNDED        │
 *             │◀── 200 ──┤                             │                                  │
 *     none    │◀── 202 ──┤ REFUNDING; the job requests it again                           │
 *     busy    │◀── 409 ──┤ a payment is in progress, or the lock was not acquired         │
 *
 *   refund   support    RefundOrder
 *             ├─────────▶├────────────────────────────▶│ refund, sums of the payment, due │
 *             │          ├───────────────────────────────────────────────────────────────▶│ refund, by its own reference
 *     ok      │          ├────────────────────────────▶│ refund REFUNDED; with all of it  │
 *             │◀── 201 ──┤                             │ payment, order → REFUNDED        │
 *     none    │◀── 202 ──┤ the job requests it again                                      │
 *     too much│◀── 409 ──┤ no row: the amount exceeds what is left                        │
 *
 *   notified  provider ─▶ ReceiveNotification ────────▶│ payment ASKED → CAPTURED | DECLINED
 *                        │ then as above; captured after the order was cancelled: refunded
 * </pre>
 */
@NullMarked
package dev.orderonce.payments;

import org.jspecify.annotations.NullMarked;
