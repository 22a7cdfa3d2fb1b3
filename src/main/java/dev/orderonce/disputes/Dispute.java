package dev.orderonce.disputes;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.Optional;

/**
 * A dispute as it stands in the store.
 *
 * @param number the order that is disputed
 * @param buyer whose order it is
 * @param openedAt to the microsecond, which is what PostgreSQL keeps
 * @param dueAt until when whoever's turn it is should have answered
 * @param messages how many there are
 * @param resolution what was decided, if anything was
 * @param endedAt when it was resolved or withdrawn
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
