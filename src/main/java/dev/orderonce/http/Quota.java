package dev.orderonce.http;

/**
 * What is left of one limit or of several, as far as the service knows without asking a store for it.
 *
 * @param policies the value of the header {@code RateLimit-Policy}
 * @param left the value of the header {@code RateLimit}
 */
public record Quota(String policies, String left) {
    public Quota and(Quota other) {
        return new Quota(policies + ", " + other.policies, left + ", " + other.left);
    }
}
