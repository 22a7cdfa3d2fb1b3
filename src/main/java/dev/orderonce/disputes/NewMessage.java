package dev.orderonce.disputes;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Subject;
import java.time.Instant;

/**
 * A message to add to a dispute.
 *
 * @param key of the author: one message exists under it, however often it is sent
 */
record NewMessage(Party party, Subject author, IdempotencyKey key, String text, Instant at) {}
