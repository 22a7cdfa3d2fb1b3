package dev.orderonce.campaign;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all clients share: the service's address, the history, and how often each answer was received.
 *
 * @param run the name of the run, which makes keys, checkouts and names of records its own
 */
record Exchange(
        URI service,
        History history,
        Pulse pulse,
        String run,
        HttpClient http,
        ExecutorService threads,
        Map<String, LongAdder> counts)
        implements AutoCloseable {
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    /** The service's answer, or none: then the status is 0. */
    record Answer(int status, JsonObject body, Optional<String> retryAfter) {
        private static final Answer NONE = new Answer(0, new JsonObject(), Optional.empty());

        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /**
         * A refusal is an answer, unless the service could not decide, or has forgotten what it had issued: the buyer
         * has to begin again then.
         */
        boolean isServed() {
            return status >= 200
                    && status < 500
                    && status != 408
                    && status != 429
                    && !problem().equals("/problems/number-forgotten");
        }

        String retry() {
            return body.getString("retry", "same-request");
        }

        String problem() {
            return isSuccess() ? "" : body.getString("type", "");
        }

        /** The number of the order that it names by its path. */
        String order() {
            String path = body.getValue("order") instanceof String text ? text : "";
            return plain(path.substring(path.lastIndexOf('/') + 1));
        }
    }

    static Exchange with(URI service, History history, Pulse pulse, String run) {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(ANSWER_WITHIN)
                .executor(threads)
                .build();
        return new Exchange(service, history, pulse, run, http, threads, new ConcurrentHashMap<>());
    }

    /** A number without its hyphens. */
    static String plain(String number) {
        return number.replace("-", "");
    }

    Answer send(HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    new JsonObject(response.body().isEmpty() ? "{}" : response.body()),
                    response.headers().firstValue("Retry-After"));
        } catch (IOException | DecodeException unanswered) {
            return Answer.NONE;
        }
    }

    void count(String name) {
        counts.computeIfAbsent(name, _ -> new LongAdder()).increment();
    }

    /** How often each answer was received, by operation. */
    Map<String, Long> answers() {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((answer, count) -> sums.put(answer, count.sum()));
        return sums;
    }

    @Override
    public void close() {
        http.shutdownNow();
        threads.shutdownNow();
        http.close();
        threads.close();
    }
}
