package dev.orderonce.webhooks;

import java.time.Instant;
import java.util.Optional;

/**
 * One attempt to deliver an event.
 *
 * @param id its place in the log of deliveries, ascending
 * @param number the order's number, canonical
 * @param attempt 1, and one more after each failure of the endpoint until it succeeds
 * @param status the HTTP status; empty without a response
 * @param nextAttemptAt when a failed one is repeated
 */
record Delivery(
        long id,
        String number,
        int sequence,
        String kind,
        int attempt,
        DeliveryResult result,
        Optional<Integer> status,
        int millis,
        Instant at,
        Optional<Instant> nextAttemptAt) {}
