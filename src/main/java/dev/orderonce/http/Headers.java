package dev.orderonce.http;

/** Names and values of HTTP headers that several operations share. */
public final class Headers {
    /** Request: the client's own key for what it creates. */
    public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** Request: the subject of the buyer for whom a program of the shop acts. */
    public static final String ON_BEHALF_OF = "On-Behalf-Of";

    /** Response: the id of the request. */
    public static final String REQUEST_ID = "Request-Id";

    /** Response: the limits that apply to the request, and what is left of them. */
    public static final String RATE_LIMIT_POLICY = "RateLimit-Policy";

    public static final String RATE_LIMIT = "RateLimit";

    /** Response: {@code true} if the request repeats an earlier one and changed nothing. */
    public static final String REPLAYED = "Idempotent-Replayed";

    /** Value of {@code Cache-Control}: what the service returns about a caller is current once, and private. */
    public static final String NO_STORE = "no-store";

    private Headers() {}

    /** The value of {@code ETag}: strong. */
    public static String entityTag(String opaque) {
        return '"' + opaque + '"';
    }
}
