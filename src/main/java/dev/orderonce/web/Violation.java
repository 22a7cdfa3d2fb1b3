package dev.orderonce.web;

/**
 * One thing that is wrong with a request.
 *
 * @param field where, as a path: {@code lines[2].quantity}
 * @param message what, as the rest of a sentence that begins with the field
 */
public record Violation(String field, String message) {}
