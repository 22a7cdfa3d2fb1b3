package dev.orderonce.disputes;

import java.util.List;

/**
 * A dispute with its messages and its evidence.
 *
 * @param messages by sequence, ascending
 */
public record DisputeDetails(Dispute dispute, List<Message> messages, StoredEvidence evidence) {}
