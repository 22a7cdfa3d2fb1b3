package dev.orderonce.http;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * One thing that is wrong with a request.
 *
 * @param field where, as a path: {@code lines[2].quantity}
 * @param message what, as the rest of a sentence that begins with the field
 */
@RegisterForReflection // it is written as a part of a map, where a native build does not see it
public record Violation(String field, String message) {}
