package dev.orderonce.client.servlet;

import dev.orderonce.client.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The form in which a response is stored as the result of a claim. */
final class StoredResponse {
    /** The service stores results of up to 64 KiB of JSON. */
    private static final int LONGEST = 64 * 1024;

    /** Bodies that, in base 64 and beside headers of usual length, fit into it. */
    static final int BODY_LIMIT = 45_000;

    private static final String CONTENT_TYPE = "Content-Type";

    private StoredResponse() {}

    /**
     * Returns the form of a response. Of one that is too large it says only that it was sent.
     *
     * @param names the headers to keep
     */
    static Map<String, Object> of(HeldResponse response, Collection<String> names) {
        Map<String, Object> stored = new LinkedHashMap<>();
        stored.put("status", response.getStatus());
        stored.put("headers", headers(response, names));
        Optional<HeldResponse.SentError> error = response.error();
        if (error.isPresent()) {
            stored.put("error", error.get().message().orElse(""));
        } else {
            // The bytes, so that it does not matter what they mean.
            response.body()
                    .ifPresent(body -> stored.put("body", Base64.getEncoder().encodeToString(body)));
        }
        boolean isSmall = Json.write(stored).getBytes(StandardCharsets.UTF_8).length <= LONGEST;
        return isSmall ? stored : Map.of("status", response.getStatus(), "headers", List.of());
    }

    private static List<Object> headers(HeldResponse response, Collection<String> names) {
        List<Object> headers = new ArrayList<>();
        for (String name : names) {
            if (name.equalsIgnoreCase(CONTENT_TYPE)) {
                // Some containers keep it apart from the headers.
                if (response.getContentType() != null) {
                    headers.add(List.of(CONTENT_TYPE, response.getContentType()));
                }
            } else {
                response.getHeaders(name).forEach(value -> headers.add(List.of(name, value)));
            }
        }
        return headers;
    }

    /** Sends a stored response again. */
    static void replay(@Nullable Object stored, HttpServletResponse response) throws IOException {
        if (!(stored instanceof Map<?, ?> members)
                || !(members.get("status") instanceof Number status)
                || !(members.get("headers") instanceof List<?> headers)) {
            throw new IllegalStateException("the stored result is not a response: is the scope used by others?");
        }
        response.setHeader("Idempotent-Replayed", "true");
        for (Object header : headers) {
            if (header instanceof List<?> pair && pair.size() == 2) {
                add(String.valueOf(pair.get(0)), String.valueOf(pair.get(1)), response);
            }
        }
        if (members.get("error") instanceof String message) {
            if (message.isEmpty()) {
                response.sendError(status.intValue());
            } else {
                response.sendError(status.intValue(), message);
            }
        } else if (members.get("body") instanceof String body) {
            byte[] bytes = Base64.getDecoder().decode(body);
            response.setStatus(status.intValue());
            if (bytes.length > 0) {
                response.setContentLength(bytes.length);
                response.getOutputStream().write(bytes);
            }
        } else {
            Refusal.NOT_KEPT.send(response, 0);
        }
    }

    private static void add(String name, String value, HttpServletResponse response) {
        if (name.equalsIgnoreCase(CONTENT_TYPE)) {
            response.setContentType(value);
        } else if (!response.getHeaders(name).contains(value)) {
            // Another filter may have set it for every response.
            response.addHeader(name, value);
        }
    }
}
