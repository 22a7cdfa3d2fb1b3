/**
 * Two orders that may have been meant as one: found in PostgreSQL after they were placed, and put
 * before support.
 *
 * <pre>
 *   ScanOrders (follows the event log) ──▶ FindAlike (neighbours) ──▶ Comparison (score, reasons)
 *       ──▶ SuspicionStore (each pair once)
 *
 *   support: ListSuspicions ──▶ DismissSuspicion
 *                           └─▶ ConfirmSuspicion ──▶ CancelOrder (the order's life)
 * </pre>
 *
 * <p>Possible duplicates are detected before an order is placed, in Redis: see {@code admission.AdmitNumber} and {@code
 * orders.DuplicateCheck}.
 */
@NullMarked
package dev.orderonce.duplicates;

import org.jspecify.annotations.NullMarked;
