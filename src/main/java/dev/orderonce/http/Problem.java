package dev.orderonce.http;

import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One refusal as RFC 9457 has it: {@code type}, {@code title}, {@code status}, {@code detail}, our
 * {@code retry}, and what the type adds.
 */
public final class Problem {
    public static final String MEDIA_TYPE = "application/problem+json";

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

    /** Adds a member that this type of problem has. */
    public Problem with(String member, Object value) {
        members.put(member, value);
        return this;
    }

    /** Adds {@code Retry-After}, in whole seconds as RFC 9110 wants, at least one. */
    public Problem after(Duration wait) {
        return header(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(wait)));
    }

    /** Adds another header that this type of problem has. */
    public Problem header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    public ProblemType type() {
        return type;
    }

    /** What the type of problem has beside what every problem has. */
    Map<String, String> headers() {
        return headers;
    }

    /** As headers want it: rounded up, because a client that comes a moment early came in vain. */
    public static long wholeSeconds(Duration time) {
        return Math.max(1, time.plusNanos(NANOS_PER_SECOND - 1).toSeconds());
    }

    public Response toResponse() {
        Response.ResponseBuilder response = Response.status(type.status())
                .type(MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(members);
        headers.forEach(response::header);
        return response.build();
    }

    /** For answers that are given before there is a resource. */
    String toJson() {
        return new JsonObject(members).encode();
    }
}
