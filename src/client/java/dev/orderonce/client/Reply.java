package dev.orderonce.client;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What came of one request. */
sealed interface Reply {
    record Success(int status, Map<String, Object> body) implements Reply {}

    record Refusal(Problem problem) implements Reply {}

    /**
     * Everything else: a timeout, a lost connection, a proxy's own response, or a response about something else than
     * was asked.
     */
    record NoResponse(String reason, Optional<Duration> retryAfter) implements Reply {}
}
