/**
 * Suspected duplicates: pairs of orders that may have been meant as one. A scan finds them after the orders were
 * placed, and support decides about them.
 *
 * <pre>
 *   ScanOrders (consumes the event log) ──▶ FindSimilarOrders ──▶ Comparison (score, reasons)
 *       ──▶ SuspicionStore (each pair once)
 *
 *   support: ListSuspicions ──▶ DismissSuspicion
 *                           └─▶ ConfirmSuspicion ──▶ CancelOrder
 * </pre>
 *
 * <p>Possible duplicates are detected before an order is placed, in Redis: see {@code admission.AdmitNumber} and
 * {@code orders.DuplicateCheck}.
 */
@NullMarked
package dev.orderonce.duplicates;

import org.jspecify.annotations.NullMarked;
