package dev.orderonce.campaign;

import dev.orderonce.campaign.Exchange.Answer;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import io.vertx.core.json.Json;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One client, with a token and choices of its own. It obeys {@code retry} and nothing else: it repeats what was not
 * answered or not decided, and records everything. Sometimes it gives up without an answer, as a buyer does who closes
 * the page. For one thread.
 */
final class Session {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** One operation in so many is given up when the first request is not answered. */
    private static final int HASTY_ONE_IN = 5;

    private final Exchange exchange;
    private final String token;
    private final Random random;

    /** What the latest answer asks to wait. */
    private long retryMillis;

    Session(Exchange exchange, String token, Random random) {
        this.exchange = exchange;
        this.token = token;
        this.random = random;
    }

    /** Another one with the same token, for another thread. */
    Session tab() {
        return as(token);
    }

    /** Another one with this token. */
    Session as(String other) {
        return new Session(exchange, other, new Random(random.nextLong()));
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    /** A number from 0 to one less than the bound. */
    int choice(int bound) {
        return random.nextInt(bound);
    }

    /** Does something on a thread of its own. */
    <T> Future<T> atTheSameTime(Callable<T> action) {
        return exchange.threads().submit(action);
    }

    /** Waits until it is done. */
    static <T> T await(Future<T> racing) throws InterruptedException {
        try {
            return racing.get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(exchange.service().resolve(path))
                .timeout(Exchange.ANSWER_WITHIN)
                .header("Authorization", "Bearer " + token);
    }

    /** An empty body is none. */
    HttpRequest.Builder post(String path, String body) {
        HttpRequest.Builder request = request(path);
        return body.isEmpty()
                ? request.POST(HttpRequest.BodyPublishers.noBody())
                : request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpRequest.Builder put(String path, String body) {
        return request(path).header("Content-Type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(body));
    }

    /** Records what is requested, and sends the identical request until it is decided, or until the client gives up. */
    Operation perform(
            Kind kind,
            String buyer,
            String purchase,
            String scope,
            String number,
            String key,
            long quantity,
            HttpRequest.Builder builder)
            throws InterruptedException {
        Operation operation = exchange.history().begin(kind, buyer, purchase, scope, number, key, quantity);
        HttpRequest request = builder.build();
        boolean isHasty = oneIn(HASTY_ONE_IN);
        List<History.Sent> sent = new ArrayList<>();
        long until = System.nanoTime() + PATIENCE.toNanos();
        int created = 0;
        Answer answer;
        Outcome outcome;
        do {
            if (!sent.isEmpty()) {
                waitBefore(sent.getLast());
            }
            long at = System.currentTimeMillis();
            Pulse.Request observed = exchange.pulse().send(kind.movesMoney());
            answer = send(request);
            sent.add(new History.Sent(at, observed.ended(answer.isServed()), answer.status()));
            exchange.count("%s %d %s"
                    .formatted(kind, answer.status(), answer.problem())
                    .strip());
            created += answer.status() == 201 ? 1 : 0;
            outcome = outcome(kind, answer);
        } while (outcome == Outcome.INDEFINITE && !isHasty && System.nanoTime() - until < 0);
        Operation ended = ended(operation, outcome, answer, created);
        exchange.history().end(ended, answer.problem(), sent);
        return ended;
    }

    private void waitBefore(History.Sent latest) throws InterruptedException {
        boolean isUnanswered = latest.status() == 0;
        TimeUnit.MILLISECONDS.sleep(isUnanswered ? 50 + random.nextInt(200) : retryMillis);
    }

    private Answer send(HttpRequest request) throws InterruptedException {
        Answer answer = exchange.send(request);
        retryMillis = 20
                + random.nextInt(50)
                + 1000 * answer.retryAfter().map(Long::parseLong).orElse(0L);
        return answer;
    }

    private static Outcome outcome(Kind kind, Answer answer) {
        if (answer.isSuccess()) {
            String state = answer.body().getString("state", "");
            if (kind != Kind.LOOK_UP || state.equals("PLACED")) {
                return Outcome.ACKNOWLEDGED;
            }
            return state.equals("ISSUED") ? Outcome.REFUSED : Outcome.DENIED;
        }
        return switch (answer.retry()) {
            case "new-number", "new-key" -> Outcome.DENIED;
            case "never", "after-change" -> Outcome.REFUSED;
            default -> Outcome.INDEFINITE;
        };
    }

    /** With what the answer says; an issued number becomes the operation's. */
    private static Operation ended(Operation operation, Outcome outcome, Answer answer, int created) {
        if (!answer.isSuccess()) {
            return operation.ended(outcome, answer.order(), "", created);
        }
        String state = answer.body().getString("state", "");
        return switch (operation.kind()) {
            case ISSUE ->
                state.equals("PLACED")
                        ? operation.ended(outcome, answer.order(), "", created)
                        : operation
                                .numbered(Exchange.plain(answer.body().getString("number")))
                                .ended(outcome, "", "", created);
            case LOOK_UP -> operation.ended(outcome, answer.order(), "", created);
            case PLACE -> operation.ended(outcome, Exchange.plain(answer.body().getString("number", "")), "", created);
            case PAY, CANCEL, REFUND, HOLD, RELEASE, SHIP, MESSAGE, RESOLVE ->
                operation.ended(outcome, operation.number(), state, created);
            case DISPUTE ->
                operation.ended(outcome, operation.number(), answer.body().getString("id", ""), created);
            case CLAIM, RENEW, COMPLETE ->
                operation.until(lease(state, answer)).ended(outcome, "", result(state, answer), created);
            case VOID, PUT, GIVE_UP -> operation.ended(outcome, "", "", created);
        };
    }

    private static long lease(String state, Answer answer) {
        return Optional.ofNullable(answer.body().getString("expiresAt"))
                .filter(_ -> !state.equals("DONE"))
                .map(text -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text)))
                .orElse(0L);
    }

    /** As JSON, so that it is never empty. */
    private static String result(String state, Answer answer) {
        return state.equals("DONE") ? Json.encode(answer.body().getValue("result")) : "";
    }
}
