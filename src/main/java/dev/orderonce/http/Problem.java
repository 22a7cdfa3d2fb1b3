package dev.orderonce.http;

import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One refusal as RFC 9457 defines it: {@code type}, {@code title}, {@code status}, {@code detail}, {@code instance},
 * the member {@code retry}, and the members that the type adds.
 */
public final class Problem implements Answer {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** {@code instance} is a path, as {@code type} is; nothing is served there. */
    private static final String INSTANCES = "/requests/";

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final ProblemType type;
    private final Map<String, Object> members = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Problem(ProblemType type, String detail) {
        this.type = type;
        members.put("type", type.uri());
        members.put("title", type.title());
        members.put("status", type.status());
        members.put("detail", detail);
        members.put("retry", type.retry().text());
    }

    public static Problem of(ProblemType type) {
        return new Problem(type, type.explanation());
    }

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail);
    }

    /** The body has invalid members. */
    public static Problem ofBody(List<Violation> violations) {
        return of(ProblemType.BODY_INVALID).with("violations", violations);
    }

    /** A query or path parameter is invalid; the detail names it. */
    public static Problem ofParameter(String detail) {
        return of(ProblemType.PARAMETER_INVALID, detail);
    }

    /** A header of a conditional request is malformed. */
    public static Problem ofEntityTags(String header) {
        return ofParameter("The header %s must be * or a list of entity tags such as \"3\".".formatted(header));
    }

    /** A limit is reached, and it is not known for how long. */
    public static Problem ofLimit(LimitPolicy policy) {
        return of(ProblemType.LIMIT_REACHED).with("limit", policy.limit()).within(policy.left(0));
    }

    /**
     * A limit is reached.
     *
     * @param retryAfter when one more request fits
     */
    public static Problem ofLimit(LimitPolicy policy, Duration retryAfter) {
        return of(ProblemType.LIMIT_REACHED)
                .with("limit", policy.limit())
                .after(retryAfter)
                .within(policy.left(0, retryAfter));
    }

    /** {@code Idempotency-Key} is invalid. */
    public static Problem ofKey(String reason) {
        return of(ProblemType.KEY_UNUSABLE, "The Idempotency-Key is invalid: " + reason + ".");
    }

    /** Adds a member that this type of problem has. */
    public Problem with(String member, Object value) {
        members.put(member, value);
        return this;
    }

    /** Adds {@code Retry-After}, in whole seconds as RFC 9110 requires, at least one. */
    public Problem after(Duration wait) {
        return header(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(wait)));
    }

    /** Adds another header that this type of problem has. */
    public Problem header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    @Override
    public Problem within(Quota quota) {
        headers.putIfAbsent(Headers.RATE_LIMIT_POLICY, quota.policies());
        headers.putIfAbsent(Headers.RATE_LIMIT, quota.left());
        return this;
    }

    public ProblemType type() {
        return type;
    }

    /** Besides those that every problem has. */
    Map<String, String> headers() {
        return headers;
    }

    /** Rounded up, at least 1: a client that repeats a moment too early repeats in vain. */
    public static long wholeSeconds(Duration time) {
        return Math.max(1, time.plusNanos(NANOS_PER_SECOND - 1).toSeconds());
    }

    @Override
    public Response toResponse() {
        Response.ResponseBuilder response = Response.status(type.status())
                .type(MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, Headers.NO_STORE)
                .entity(this);
        headers.forEach(response::header);
        return response.build();
    }

    /** The body, without the id of a request. */
    String toJson() {
        return new JsonObject(members).encode();
    }

    /** The body of the response to a request. */
    String toJson(String requestId) {
        return new JsonObject(new LinkedHashMap<>(members))
                .put("instance", INSTANCES + requestId)
                .encode();
    }
}
