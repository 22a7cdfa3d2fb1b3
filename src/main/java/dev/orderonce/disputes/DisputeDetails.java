package dev.orderonce.disputes;

import java.util.List;

/** A dispute with all that was said in it and all that was known when it was opened. */
public record DisputeDetails(Dispute dispute, List<Message> messages, Evidence evidence) {}
