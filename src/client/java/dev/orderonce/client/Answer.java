package dev.orderonce.client;

import java.util.Optional;

/**
 * What is known after a request and its repeats.
 *
 * @param <T> what the service returns
 */
public sealed interface Answer<T> {
    /**
     * The service did it, now or before.
     *
     * @param isReplayed whether an earlier request had done it
     */
    record Success<T>(T value, boolean isReplayed) implements Answer<T> {}

    /** The service did not do it, and no repeat of this request is in transit that could. */
    record Refused<T>(Problem problem) implements Answer<T> {}

    /**
     * It may or may not have been done, and may still be: repeat the request with the same number or key. It never
     * means that another number or key may be used.
     *
     * @param reason why there is no answer, for a log
     * @param problem the last refusal, if there was one
     */
    record Unknown<T>(String reason, Optional<Problem> problem) implements Answer<T> {}
}
