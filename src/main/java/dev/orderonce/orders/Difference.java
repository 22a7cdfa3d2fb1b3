package dev.orderonce.orders;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/**
 * One business field in which a repeated request differs from the order it repeats.
 *
 * @param field a JSON Pointer (RFC 6901) into the request, for example {@code /total} or {@code /lines/0/quantity};
 *     {@code /lines/0} or {@code /charges/0} for a line or charge that only one of the two has, into the order if the
 *     request does not have it
 * @param placed the order's value: a text, a number, or an object of the fields of a line or charge; {@code null} if it
 *     has no such line or charge
 * @param submitted the request's value, as {@code placed}
 */
@RegisterForReflection // serialised as a part of a map, where a native build does not find it
public record Difference(
        String field, @Nullable Object placed, @Nullable Object submitted) {}
