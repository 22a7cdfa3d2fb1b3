package dev.orderonce.orders;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One business field in which a repeated request differs from the order it repeats.
 *
 * @param field {@code currency}, {@code total}, {@code lines[CODE].quantity}, {@code lines[CODE].unitPrice}, or
 *     {@code lines[CODE]} for a line that only one of the two has
 * @param placed the order's value, {@code null} if it has no such line
 * @param submitted the request's value, {@code null} if it has no such line
 */
@Schema(description = "One business field in which the request differs from the existing order")
public record Difference(
        String field,

        @Schema(nullable = true, description = "The order's value: a text or a number") @Nullable Object placed,

        @Schema(nullable = true, description = "The request's value: a text or a number") @Nullable Object submitted) {}
