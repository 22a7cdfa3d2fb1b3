package dev.orderonce.disputes;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import java.time.Instant;

/**
 * Something that is to be said in a dispute.
 *
 * @param key the author's own: one message stands under it, however often it is sent
 */
record NewMessage(Party party, Buyer author, IdempotencyKey key, String text, Instant at) {}
