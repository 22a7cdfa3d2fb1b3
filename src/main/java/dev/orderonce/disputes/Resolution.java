package dev.orderonce.disputes;

import dev.orderonce.identity.Subject;

/**
 * The decision of a dispute.
 *
 * @param reason for the buyer
 * @param by the member of support who decided
 */
public record Resolution(Verdict verdict, String reason, Subject by) {}
