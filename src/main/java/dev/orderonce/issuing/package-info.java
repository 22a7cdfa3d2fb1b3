/**
 * {@code GET}, {@code POST} and {@code DELETE /order-numbers}: issues, finds and voids order numbers.
 *
 * <pre>
 *   IssueNumber ──▶ SigningKeys (mint)   ──▶ RegisterNumber (Redis: cached, one per checkout)
 *   FindNumber  ──▶ NumberRegistry (PostgreSQL: placed? voided?) ──▶ AdmitNumber (Redis)
 *   VoidNumber  ──▶ NumberRegistry (a tombstone under the primary key)
 * </pre>
 *
 * <p>Only {@link NumberRegistry} decides: the checks before it save statements and return better refusals.
 */
@NullMarked
package dev.orderonce.issuing;

import org.jspecify.annotations.NullMarked;
