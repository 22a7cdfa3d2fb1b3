package dev.orderonce.disputes;

import dev.orderonce.identity.Subject;
import java.util.Optional;

/**
 * The decision of a dispute.
 *
 * @param reason for the buyer
 * @param by the member of support who decided
 * @param amount to refund, in minor units of the order's currency; empty for all that is left
 */
public record Resolution(Verdict verdict, String reason, Subject by, Optional<Long> amount) {}
