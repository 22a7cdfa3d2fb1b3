package dev.orderonce.idempotency;

/**
 * Every way to create something once can end.
 *
 * @param <T> what stands there when it is created
 */
public sealed interface Created<T> {
    /** It stands, by an earlier request. */
    record Stands<T>(T what) implements Created<T> {}

    /** An earlier request is still at it. */
    record InFlight<T>() implements Created<T> {}

    /** It does not stand, and is not to be made as it was asked for. */
    record Refused<T>(T why) implements Created<T> {}

    /** It stands, by this request. */
    record Made<T>(T what) implements Created<T> {}
}
