package dev.orderonce.idempotency;

/**
 * The result of creating something once.
 *
 * @param <T> what is created
 */
public sealed interface Created<T> {
    /** An earlier request has created it. */
    record Existing<T>(T value) implements Created<T> {}

    /** An earlier request with this key is still in progress. */
    record InFlight<T>() implements Created<T> {}

    /** It does not exist, and the request is refused. */
    record Refused<T>(T refusal) implements Created<T> {}

    /** This request has created it. */
    record Made<T>(T value) implements Created<T> {}
}
