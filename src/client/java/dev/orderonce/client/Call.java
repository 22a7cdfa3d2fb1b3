package dev.orderonce.client;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A request that may be repeated, and which responses are responses to it.
 *
 * @param path encoded, with its query
 * @param body JSON
 * @param isExpected whether the body of a success is about what was asked
 * @param isAbout whether a refusal is
 */
record Call(
        String method,
        String path,
        Map<String, String> headers,
        Optional<String> body,
        Predicate<Map<String, Object>> isExpected,
        Predicate<Problem> isAbout) {

    static Call of(String method, String path, Predicate<Map<String, Object>> isExpected) {
        return new Call(method, path, Map.of(), Optional.empty(), isExpected, problem -> true);
    }

    /** Issuing is one too: the number is the checkout's, however often it is asked for. */
    boolean isRead() {
        return method.equals("GET");
    }

    Call with(Map<String, ?> json) {
        return new Call(method, path, headers, Optional.of(Json.write(json)), isExpected, isAbout);
    }

    Call header(String name, String value) {
        return new Call(method, path, Map.of(name, value), body, isExpected, isAbout);
    }

    Call refusedIf(Predicate<Problem> isRefusalAbout) {
        return new Call(method, path, headers, body, isExpected, isRefusalAbout);
    }
}
