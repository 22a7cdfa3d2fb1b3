package dev.orderonce.client.servlet;

import dev.orderonce.client.Json;
import dev.orderonce.client.Retry;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A response of the filter in place of the application's, a problem (RFC 9457) as the service sends them.
 *
 * @param name the last part of its type
 */
record Refusal(int status, String name, Retry retry, String title, String detail) {
    static final Refusal NO_KEY = new Refusal(
            400,
            "idempotency-key-invalid",
            Retry.AFTER_CHANGE,
            "Idempotency-Key required",
            "Send one Idempotency-Key of 20 to 255 visible ASCII characters.");
    static final Refusal TOO_LARGE = new Refusal(
            413,
            "body-too-large",
            Retry.AFTER_CHANGE,
            "Request too large",
            "A request with an Idempotency-Key has a body of 1 MiB at most.");
    static final Refusal MULTIPART = new Refusal(
            415,
            "media-type-unsupported",
            Retry.AFTER_CHANGE,
            "Media type not supported",
            "A request with an Idempotency-Key cannot be multipart.");
    static final Refusal HELD = new Refusal(
            409,
            "claim-held",
            Retry.SAME_REQUEST,
            "Request in progress",
            "A request with this Idempotency-Key is in progress. Repeat the request.");
    static final Refusal DIFFERS = new Refusal(
            422,
            "request-differs",
            Retry.NEVER,
            "Another request has this key",
            "The Idempotency-Key was sent with another request. Take a new key for this one.");
    static final Refusal UNAVAILABLE = new Refusal(
            503,
            "store-unavailable",
            Retry.SAME_REQUEST,
            "Temporarily unavailable",
            "Nothing was done. Repeat the request with the same Idempotency-Key.");
    static final Refusal NOT_KEPT = new Refusal(
            409,
            "response-not-kept",
            Retry.NEVER,
            "Response not kept",
            "The request was carried out before. Its response was too large to be kept.");

    /** Sends it. */
    void send(HttpServletResponse response, long retryAfterSeconds) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "order-once:" + name);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        members.put("retry", retry.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setHeader("Cache-Control", "no-store");
        if (retry == Retry.SAME_REQUEST) {
            response.setHeader("Retry-After", Long.toString(Math.max(1, retryAfterSeconds)));
        }
        response.getOutputStream().write(Json.write(members).getBytes(StandardCharsets.UTF_8));
    }
}
