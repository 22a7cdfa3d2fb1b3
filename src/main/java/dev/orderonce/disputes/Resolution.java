package dev.orderonce.disputes;

import dev.orderonce.identity.Buyer;

/**
 * What was decided.
 *
 * @param reason in words, for the buyer to read
 * @param by who of support answers for it
 */
public record Resolution(Verdict verdict, String reason, Buyer by) {}
