package dev.orderonce.idempotency;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.config.Spelling;
import dev.orderonce.http.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of a claim's work, as its client sends it. It is read here and not by the framework, whose numbers round:
 * two different results would be equal.
 *
 * @param result any JSON value, null included
 * @param timeToLive of the result; empty: it never expires
 */
record Completion(String claim, JsonNode result, Optional<Duration> timeToLive) {
    /** In bytes of UTF-8. A result says what came of the work; documents belong elsewhere. */
    static final int LONGEST_RESULT = 64 * 1024;

    /** As many as of other bodies. */
    private static final int MOST_VIOLATIONS = 20;

    private static final List<String> MEMBERS = List.of("claim", "result", "ttl");

    /** What a body is. */
    sealed interface Reading {
        /** Not a JSON object that can be returned as it was sent. */
        record Unreadable() implements Reading {}

        record Invalid(List<Violation> violations) implements Reading {}

        /** The result is longer than {@value Completion#LONGEST_RESULT} bytes. */
        record TooLarge() implements Reading {}

        record Read(Completion completion) implements Reading {}
    }

    static Reading read(String body) {
        return RecordBody.read(body).map(Completion::read).orElseGet(Reading.Unreadable::new);
    }

    private static Reading read(ObjectNode body) {
        List<Violation> violations = violations(body);
        if (!violations.isEmpty()) {
            return new Reading.Invalid(violations);
        }
        JsonNode result = body.get("result");
        return result.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_RESULT
                ? new Reading.TooLarge()
                : new Reading.Read(new Completion(
                        body.get("claim").textValue(),
                        result,
                        body.hasNonNull("ttl")
                                ? Optional.of(Duration.ofSeconds(body.get("ttl").longValue()))
                                : Optional.empty()));
    }

    private static List<Violation> violations(ObjectNode body) {
        List<Violation> violations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> member : body.properties()) {
            if (!MEMBERS.contains(member.getKey()) && violations.size() < MOST_VIOLATIONS) {
                violations.add(unknown(member.getKey()));
            }
        }
        JsonNode claim = body.path("claim");
        if (!claim.isTextual() || !ClaimName.isClaim(claim.textValue())) {
            violations.add(new Violation("/claim", body.hasNonNull("claim") ? ClaimName.CLAIM_RULE : "is missing"));
        }
        if (!body.has("result")) {
            violations.add(new Violation("/result", "is missing; it may be null"));
        }
        JsonNode ttl = body.path("ttl");
        if (body.hasNonNull("ttl") && !isTimeToLive(ttl)) {
            violations.add(new Violation("/ttl", "must be a number of seconds from 1 to " + PutRecord.LONGEST_TTL));
        }
        return List.copyOf(violations);
    }

    private static boolean isTimeToLive(JsonNode ttl) {
        return ttl.isIntegralNumber()
                && ttl.canConvertToInt()
                && ttl.intValue() >= 1
                && ttl.intValue() <= PutRecord.LONGEST_TTL;
    }

    private static Violation unknown(String member) {
        return new Violation(
                JsonPointer.empty().appendProperty(member).toString(),
                "is not a known member"
                        + Spelling.nearest(member, MEMBERS)
                                .map("; did you mean %s?"::formatted)
                                .orElse(""));
    }
}
