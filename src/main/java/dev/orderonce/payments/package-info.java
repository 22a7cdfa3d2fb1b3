/**
 * Money for an order: one capture however often it is asked for, and every cancelled order without any.
 *
 * <p>A payment and its order are two rows, changed by one conditional statement where both change.
 * {@link dev.orderonce.payments.SettlePayment} is the one place that knows which step follows from where the two stand;
 * requests, notifications and the job {@code resume-payments} all call it; if a process crashes in the middle, the job
 * resumes its work.
 *
 * <pre>
 *   pay      buyer      PayOrder            Redis   PostgreSQL                         provider
 *             ├─────────▶│ order, key        │        │                                  │
 *             │          ├──────────────────▶│ lock   │                                  │
 *             │          ├────────────────────────────▶│ payment ASKED, to be looked at   │
 *             │          ├────────────────────────────▶│ order CREATED → PAYING           │
 *             │          ├───────────────────────────────────────────────────────────────▶│ capture
 *     ok      │          │◀──────────────────────────────────────────────── captured ─────┤
 *             │          ├────────────────────────────▶│ payment CAPTURED; order → PAID   │
 *             │◀── 201 ──┤                             │                                  │
 *     refused │          │◀──────────────────────────────────────────────── declined ─────┤
 *             │          ├────────────────────────────▶│ payment DECLINED; order → CREATED│
 *             │◀── 201 ──┤ with the reason             │                                  │
 *     silent  │          │                                          ✗ no answer ──────────┤
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
 *     silent  │◀── 202 ──┤ REFUNDING; the job asks again                                  │
 *     busy    │◀── 409 ──┤ a payment is under way, and the lock was not to be had         │
 *
 *   notified  provider ─▶ ReceiveNotification ────────▶│ payment ASKED → CAPTURED | DECLINED
 *                        │ then as above; captured after the order was cancelled: refunded
 * </pre>
 */
@NullMarked
package dev.orderonce.payments;

import org.jspecify.annotations.NullMarked;
