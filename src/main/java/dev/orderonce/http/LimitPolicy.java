package dev.orderonce.http;

import java.time.Duration;

/**
 * A limit, as responses name it.
 *
 * @param limit its name in headers, problems and metrics
 * @param item of the header {@code RateLimit-Policy}
 * @see <a href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10">RateLimit header fields
 *     for HTTP</a>
 */
public record LimitPolicy(String limit, String item) {
    /** So many requests in each window, in the long run. */
    public static LimitPolicy of(String limit, long count, Duration window) {
        return new LimitPolicy(limit, "\"%s\";q=%d;w=%d".formatted(limit, count, Problem.wholeSeconds(window)));
    }

    /** So many requests at the same time; there is no window. */
    public static LimitPolicy concurrent(String limit, long count) {
        return new LimitPolicy(limit, "\"%s\";q=%d;qu=\"concurrent-requests\"".formatted(limit, count));
    }

    /** How many more requests the limit allows. */
    public Quota left(long requests) {
        return new Quota(item, '"' + limit + "\";r=" + Math.max(0, requests));
    }

    /**
     * The same.
     *
     * @param next how long until it allows one more than that
     */
    public Quota left(long requests, Duration next) {
        Quota left = left(requests);
        return new Quota(item, left.left() + ";t=" + Problem.wholeSeconds(next));
    }
}
