/**
 * {@code GET}, {@code POST} and {@code DELETE /order-numbers}: a number is issued, looked up, voided.
 *
 * <pre>
 *   IssueNumber ──▶ SigningKeys (mint)   ──▶ RegisterNumber (Redis: cached, one per checkout)
 *   FindNumber  ──▶ NumberRegistry (PostgreSQL: placed? voided?) ──▶ AdmitNumber (Redis)
 *   VoidNumber  ──▶ NumberRegistry (a tombstone under the primary key)
 * </pre>
 *
 * <p>Only {@link NumberRegistry} decides: every check before it makes the decision fast and polite.
 */
@NullMarked
package dev.orderonce.issuing;

import org.jspecify.annotations.NullMarked;
