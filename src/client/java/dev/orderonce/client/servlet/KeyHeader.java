package dev.orderonce.client.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The header {@code Idempotency-Key}, by the rules of the service. */
final class KeyHeader {
    static final String NAME = "Idempotency-Key";

    /** 20 to 255 visible ASCII characters: a shorter key was probably counted. */
    private static final Pattern KEY = Pattern.compile("[!-~]{20,255}");

    /** A string of structured fields (RFC 9651). */
    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"");

    /** Without quotes: a comma would join two keys, and a semicolon begin a parameter. */
    private static final Pattern BARE = Pattern.compile("[^\",;\\\\]*");

    private KeyHeader() {}

    /** Returns the key; empty if the header is missing, is no key, or is there with different values. */
    static Optional<String> read(HttpServletRequest request) {
        List<String> keys = Collections.list(request.getHeaders(NAME)).stream()
                .map(String::strip)
                .distinct()
                .toList();
        return keys.size() == 1
                ? value(keys.get(0)).filter(key -> KEY.matcher(key).matches())
                : Optional.empty();
    }

    private static Optional<String> value(String text) {
        var quoted = QUOTED.matcher(text);
        if (quoted.matches()) {
            return Optional.of(quoted.group(1).replaceAll("\\\\(.)", "$1"));
        }
        return BARE.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }
}
