package dev.orderonce.disputes;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.Optional;

/**
 * A dispute as it is stored, without its messages and evidence.
 *
 * @param number of the disputed order
 * @param buyer of the order
 * @param dueAt when the party whose turn it is should have answered
 * @param messages their number
 * @param resolution the decision, from RESOLVING on
 * @param endedAt when the dispute was resolved or withdrawn
 */
public record Dispute(
        DisputeId id,
        OrderNumber number,
        Buyer buyer,
        Claim claim,
        DisputeState state,
        Instant openedAt,
        Instant dueAt,
        int messages,
        Optional<Resolution> resolution,
        Optional<Instant> endedAt) {}
