/**
 * The order number: what it looks like, who signs it, how it is issued, found and voided.
 *
 * <pre>
 *   IssueNumber ──▶ SigningKeys (mint)    ──▶ NumberCache (Redis: remember it, one per checkout)
 *   AdmitNumber ──▶ its own time stamp    ──▶ NumberCache (is it still there?)
 *   FindNumber  ──▶ Ledger (PostgreSQL: placed? voided?) ──▶ AdmitNumber
 *   VoidNumber  ──▶ Ledger (a tombstone under the primary key)
 * </pre>
 *
 * <p>Only {@link dev.orderonce.numbers.Ledger} decides: everything before it makes the decision
 * fast and polite.
 */
@NullMarked
package dev.orderonce.numbers;

import org.jspecify.annotations.NullMarked;
