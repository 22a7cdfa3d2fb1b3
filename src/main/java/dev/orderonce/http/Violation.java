package dev.orderonce.http;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * One invalid member of a request.
 *
 * @param field the member as a JSON Pointer (RFC 6901) into the body: {@code /lines/2/quantity}
 * @param message the reason, as the rest of a sentence that begins with the field
 */
@RegisterForReflection // serialised as a part of a map, where a native build does not find it
public record Violation(String field, String message) {}
