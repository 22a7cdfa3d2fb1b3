package dev.orderonce.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sends requests and repeats them, as the service advises. */
final class Transport {
    /** Exponential back-off with jitter, so that programs do not retry in step after an outage. */
    private static final Duration INITIAL_BACKOFF = Duration.ofMillis(500);

    private static final Duration MAX_BACKOFF = Duration.ofSeconds(8);

    /** The library shows a header that it refuses; a token must not get into a log. */
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    private static final int UNAUTHORIZED = 401;
    private static final int FIRST_SERVER_ERROR = 500;

    private final HttpClient http;
    private final String baseUrl;
    private final TokenSource tokens;
    private final Duration timeout;
    private final Optional<String> buyer;

    Transport(HttpClient http, String baseUrl, TokenSource tokens, Duration timeout, Optional<String> buyer) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.tokens = tokens;
        this.timeout = timeout;
        this.buyer = buyer;
    }

    Transport onBehalfOf(Optional<String> named) {
        return new Transport(http, baseUrl, tokens, timeout, named);
    }

    /**
     * The last reply of a request and its repeats.
     *
     * @param isUnresolved whether one of them had no response: it may still arrive, so that a refusal which is not
     *     final says nothing
     */
    record Outcome(Reply last, boolean isUnresolved) {}

    /** Sends a request until its reply is not repeatable, or the next repeat would be after the deadline. */
    Outcome repeat(Call call, Deadline deadline, Predicate<Problem> isRepeatable) throws InterruptedException {
        boolean isUnresolved = false;
        // The deadline bounds it: a pause has at least half of its back-off.
        for (int tries = 1; ; tries++) {
            Reply reply = send(call, deadline);
            Optional<Duration> retryAfter;
            if (reply instanceof Reply.NoResponse none) {
                isUnresolved = true;
                retryAfter = none.retryAfter();
            } else if (reply instanceof Reply.Refusal refusal && isRepeatable.test(refusal.problem())) {
                isUnresolved |= refusal.problem().status() >= FIRST_SERVER_ERROR;
                retryAfter = refusal.problem().retryAfter();
            } else {
                return new Outcome(reply, isUnresolved);
            }
            Duration pause = retryAfter.orElse(Duration.ZERO).plus(backoff(tries));
            if (deadline.isBefore(pause)) {
                return new Outcome(reply, isUnresolved);
            }
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        }
    }

    private static Duration backoff(int tries) {
        long longest = Math.min(MAX_BACKOFF.toMillis(), INITIAL_BACKOFF.toMillis() << Math.min(tries - 1, 16));
        return Duration.ofMillis(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
    }

    /** Sends a request once, and once more with a new token after a 401. */
    Reply send(Call call, Deadline deadline) throws InterruptedException {
        Reply reply = send(call, deadline, false);
        boolean isTokenRefused =
                reply instanceof Reply.Refusal refusal && refusal.problem().status() == UNAUTHORIZED;
        return isTokenRefused ? send(call, deadline, true) : reply;
    }

    private Reply send(Call call, Deadline deadline, boolean wasRefused) throws InterruptedException {
        @Nullable String token; // of the program's own code, which may not know of null annotations
        try {
            token = tokens.token(wasRefused);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception noToken) {
            return noResponse("no token: " + noToken);
        }
        if (token == null || !TOKEN.matcher(token).matches()) {
            return noResponse("no token: it is empty or has other than visible ASCII characters");
        }
        HttpRequest request = requestOf(call, token);
        Duration left = deadline.remaining();
        Duration atMost = left.compareTo(timeout) < 0 ? left : timeout;
        CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(request, headers -> new BoundedBody());
        try {
            // The timeout of an HttpRequest ends with the headers of the response; this one covers the body.
            return replyOf(call, sent.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException late) {
            return noResponse("no response within " + atMost.toMillis() + " ms");
        } catch (ExecutionException failure) {
            return noResponse(String.valueOf(failure.getCause()));
        } finally {
            sent.cancel(true);
        }
    }

    private HttpRequest requestOf(Call call, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + call.path()))
                .method(
                        call.method(),
                        call.body()
                                .map(json -> BodyPublishers.ofByteArray(json.getBytes(StandardCharsets.UTF_8)))
                                .orElseGet(BodyPublishers::noBody))
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + token);
        call.body().ifPresent(json -> request.header("Content-Type", "application/json"));
        buyer.ifPresent(subject -> request.header("On-Behalf-Of", subject));
        call.headers().forEach(request::header);
        return request.build();
    }

    private static Reply replyOf(Call call, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        Optional<Duration> retryAfter = retryAfterOf(response.headers());
        Map<String, Object> body;
        try {
            // Strictly: a name that is not UTF-8 would otherwise be stored with replacement characters.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(response.body()))
                    .toString();
            body = text.isEmpty() ? Map.of() : Json.readObject(text);
        } catch (CharacterCodingException | IllegalArgumentException notJson) {
            return new Reply.NoResponse("status " + status + " without JSON", retryAfter);
        }
        boolean isSuccess = status >= 200 && status < 300;
        if (isSuccess && call.isExpected().test(body)) {
            return new Reply.Success(status, body);
        }
        Optional<Retry> advice = Optional.ofNullable(body.get("retry")).flatMap(Retry::of);
        if (!isSuccess && advice.isPresent()) {
            Problem problem = new Problem(status, advice.get(), retryAfter, body);
            if (call.isAbout().test(problem)) {
                return new Reply.Refusal(problem);
            }
        }
        return new Reply.NoResponse("status " + status + " with another body than expected", retryAfter);
    }

    private static Optional<Duration> retryAfterOf(HttpHeaders headers) {
        return headers.firstValue("Retry-After").map(text -> {
            // Nine digits are thirty years.
            if (text.matches("\\d{1,9}")) {
                return Duration.ofSeconds(Long.parseLong(text));
            }
            try {
                // A date is by the service's clock: compare it with `Date`, not with this one's.
                Duration until =
                        Duration.between(dateOf(headers.firstValue("Date").orElse("")), dateOf(text));
                return until.isNegative() ? Duration.ZERO : until;
            } catch (DateTimeException unreadable) {
                return Duration.ZERO;
            }
        });
    }

    private static Instant dateOf(String text) {
        return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
    }

    private static Reply noResponse(String reason) {
        return new Reply.NoResponse(reason, Optional.empty());
    }
}
