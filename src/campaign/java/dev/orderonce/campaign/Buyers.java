package dev.orderonce.campaign;

import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.packaged.Issuer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that order without a pause and obey {@code retry} and nothing else: they repeat what was not answered or not
 * decided, take a new number only when they are told to, and record everything. Some give up without an answer, as a
 * buyer does who closes the page.
 */
final class Buyers implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** One operation in so many is given up when the first request is not answered. */
    private static final int HASTY_ONE_IN = 5;

    /** A buyer whose numbers are refused more often leaves. */
    private static final int MOST_NUMBERS = 30;

    /** A buyer takes so much longer for each further number. */
    private static final int NUMBER_MILLIS = 20;

    /** A buyer's traces in Redis stay few. */
    private static final int PURCHASES_OF_A_BUYER = 50;

    private static final int MOST_QUANTITY = 9;

    private final URI service;
    private final History history;
    private final Pulse pulse;
    private final String run;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .executor(threads)
            .build();
    private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
    private final AtomicLong placed = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Future<?>> clients = new ArrayList<>();
    private volatile boolean ending;

    /** Orders at this address. The name of the run makes keys and checkouts its own. */
    Buyers(URI service, History history, Pulse pulse, String run) {
        this.service = service;
        this.history = history;
        this.pulse = pulse;
        this.run = run;
    }

    /** Starts so many clients, each with choices of its own that the seed repeats. */
    void start(int count, Duration pause, long seed) {
        Random seeds = new Random(seed);
        for (int i = 0; i < count; i++) {
            String name = run + "-" + i;
            Random random = new Random(seeds.nextLong());
            clients.add(threads.submit(() -> {
                for (int purchase = 0; !ending; purchase++) {
                    String buyer = name + "-" + purchase / PURCHASES_OF_A_BUYER;
                    try {
                        new Client(buyer, Issuer.token(buyer, Set.of("buyer")), random).buy(name + "-" + purchase);
                    } catch (RuntimeException | ExecutionException failure) {
                        // The other purchases go on; the run has failed.
                        failures.add(failure.toString());
                    }
                    TimeUnit.NANOSECONDS.sleep(pause.toNanos());
                }
                return null;
            }));
        }
    }

    /** What a client did not expect, such as an answer without a number. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    private void count(String name) {
        answers.computeIfAbsent(name, _ -> new LongAdder()).increment();
    }

    /** The purchases that were acknowledged. */
    long placed() {
        return placed.get();
    }

    /** How often each answer was received, by operation. */
    Map<String, Long> answers() {
        Map<String, Long> counts = new TreeMap<>();
        answers.forEach((answer, count) -> counts.put(answer, count.sum()));
        return counts;
    }

    /** Ends the clients after the purchase that each of them is making. */
    @Override
    public void close() {
        ending = true;
        for (Future<?> client : clients) {
            try {
                client.get();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            } catch (ExecutionException failure) {
                throw new IllegalStateException("a client failed", failure.getCause());
            }
        }
        threads.close();
    }

    /** A response; none is one with the status 0. */
    private record Answer(int status, JsonObject body, Optional<String> retryAfter) {
        static final Answer NONE = new Answer(0, new JsonObject(), Optional.empty());

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

    private static String plain(String number) {
        return number.replace("-", "");
    }

    /** One purchase after the other of one buyer. */
    private final class Client {
        private final String buyer;
        private final String token;
        private final Random random;

        /** What the latest answer asks to wait. */
        private long retryMillis;

        Client(String buyer, String token, Random random) {
            this.buyer = buyer;
            this.token = token;
            this.random = random;
        }

        private boolean oneIn(int count) {
            return random.nextInt(count) == 0;
        }

        private long quantity() {
            return 1L + random.nextInt(MOST_QUANTITY);
        }

        void buy(String purchase) throws InterruptedException, ExecutionException {
            String order = switch (random.nextInt(10)) {
                case 0, 1, 2 -> byKey(purchase, quantity());
                case 3 -> inTwoTabs(purchase);
                case 4 -> byNumber(purchase, "", quantity());
                default -> byNumber(purchase, "checkout-" + purchase, quantity());
            };
            if (order.isEmpty()) {
                return;
            }
            placed.incrementAndGet();
            if (oneIn(4)) {
                pay(purchase, order);
                if (oneIn(4)) {
                    perform(
                            history.begin(Kind.CANCEL, buyer, purchase, "", order, "", 0),
                            post("/orders/" + order + "/cancellation", "{}"));
                }
            }
        }

        /** The order's number, or nothing if it was given up. */
        private String byKey(String purchase, long quantity) throws InterruptedException {
            String key = "the-key-of-the-purchase-" + purchase;
            Operation placed = place(purchase, "", "", key, quantity);
            if (placed.outcome() == Outcome.INDEFINITE && oneIn(2)) {
                placed = place(purchase, "", "", key, quantity);
            }
            if (placed.outcome() == Outcome.ACKNOWLEDGED) {
                replay(placed);
            }
            return placed.order();
        }

        /** Two requests at the same time, for the same or for other content. */
        private String inTwoTabs(String purchase) throws InterruptedException, ExecutionException {
            long quantity = quantity();
            long other = oneIn(3) ? quantity() : quantity;
            String checkout = "checkout-" + purchase;
            Client tab = new Client(buyer, token, new Random(random.nextLong()));
            Future<String> second = threads.submit(() -> tab.byNumber(purchase, checkout, other));
            String order = byNumber(purchase, checkout, quantity);
            String others = second.get();
            return order.isEmpty() ? others : order;
        }

        private String byNumber(String purchase, String checkout, long quantity) throws InterruptedException {
            for (int i = 0; i < MOST_NUMBERS; i++) {
                Operation issued = issue(purchase, checkout);
                if (!issued.order().isEmpty() || issued.outcome() != Outcome.ACKNOWLEDGED) {
                    return issued.order();
                }
                Optional<Future<Operation>> racing = Optional.empty();
                if (oneIn(30)) {
                    Client tab = new Client(buyer, token, new Random(random.nextLong()));
                    racing = Optional.of(threads.submit(() -> tab.voidNumber(purchase, issued.number())));
                }
                Operation placed = place(purchase, checkout, issued.number(), "", quantity);
                awaitQuietly(racing);
                if (placed.outcome() == Outcome.ACKNOWLEDGED) {
                    replay(placed);
                    return placed.order();
                }
                if (placed.outcome() == Outcome.REFUSED
                        || (placed.outcome() == Outcome.INDEFINITE && !isDenied(purchase, issued.number()))) {
                    return "";
                }
                TimeUnit.MILLISECONDS.sleep(NUMBER_MILLIS * (long) i);
            }
            count("purchases given up after %d refused numbers".formatted(MOST_NUMBERS));
            return "";
        }

        private void awaitQuietly(Optional<Future<Operation>> racing) throws InterruptedException {
            if (racing.isPresent()) {
                try {
                    racing.get().get();
                } catch (ExecutionException failure) {
                    throw new IllegalStateException(failure);
                }
            }
        }

        /** What a client may do that does not know: nothing, look the number up, or void it. */
        private boolean isDenied(String purchase, String number) throws InterruptedException {
            return switch (random.nextInt(3)) {
                case 0 -> false;
                case 1 ->
                    perform(
                                            history.begin(Kind.LOOK_UP, buyer, purchase, "", number, "", 0),
                                            request("/order-numbers/" + number).GET())
                                    .outcome()
                            == Outcome.DENIED;
                default -> {
                    Operation voided = voidNumber(purchase, number);
                    yield voided.outcome() == Outcome.ACKNOWLEDGED || voided.outcome() == Outcome.DENIED;
                }
            };
        }

        private Operation voidNumber(String purchase, String number) throws InterruptedException {
            return perform(
                    history.begin(Kind.VOID, buyer, purchase, "", number, "", 0),
                    request("/order-numbers/" + number).DELETE());
        }

        private Operation issue(String purchase, String checkout) throws InterruptedException {
            return perform(
                    history.begin(Kind.ISSUE, buyer, purchase, checkout, "", "", 0),
                    post("/order-numbers" + (checkout.isEmpty() ? "" : "?checkout=" + checkout), ""));
        }

        private Operation place(String purchase, String checkout, String number, String key, long quantity)
                throws InterruptedException {
            JsonObject body = new JsonObject()
                    .put("currency", "EUR")
                    .put("total", quantity * Operation.PRICE)
                    .put(
                            "lines",
                            new JsonArray()
                                    .add(new JsonObject()
                                            .put("productCode", purchase)
                                            .put("quantity", quantity)
                                            .put("unitPrice", Operation.PRICE)));
            if (!number.isEmpty()) {
                body.put("orderNumber", number);
            }
            if (!checkout.isEmpty()) {
                body.put("checkout", checkout);
            }
            HttpRequest.Builder request = post("/orders", body.encode());
            if (!key.isEmpty()) {
                request.header("Idempotency-Key", key);
            }
            return perform(history.begin(Kind.PLACE, buyer, purchase, checkout, number, key, quantity), request);
        }

        /** Sometimes the same request again, sometimes one of other content, which the service has to refuse. */
        private void replay(Operation placed) throws InterruptedException {
            int choice = random.nextInt(10);
            if (choice < 4) {
                place(
                        placed.purchase(),
                        placed.checkout(),
                        placed.number(),
                        placed.key(),
                        choice == 0 ? placed.quantity() + 1 : placed.quantity());
            }
        }

        /** Once, or twice at the same time under two keys. */
        private void pay(String purchase, String order) throws InterruptedException {
            Optional<Future<Operation>> racing = Optional.empty();
            if (oneIn(4)) {
                Client tab = new Client(buyer, token, new Random(random.nextLong()));
                racing = Optional.of(threads.submit(() -> tab.pay(purchase, order, "second")));
            }
            pay(purchase, order, "first");
            awaitQuietly(racing);
        }

        private Operation pay(String purchase, String order, String attempt) throws InterruptedException {
            String key = "the-%s-payment-of-%s".formatted(attempt, purchase);
            return perform(
                    history.begin(Kind.PAY, buyer, purchase, "", order, key, 0),
                    post("/orders/" + order + "/payments", "{\"method\":\"tok_visa\"}")
                            .header("Idempotency-Key", key));
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(service.resolve(path))
                    .timeout(ANSWER_WITHIN)
                    .header("Authorization", "Bearer " + token);
        }

        private HttpRequest.Builder post(String path, String body) {
            HttpRequest.Builder request = request(path);
            return body.isEmpty()
                    ? request.POST(HttpRequest.BodyPublishers.noBody())
                    : request.header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body));
        }

        /** Sends the identical request until it is decided, or until the client gives up. */
        private Operation perform(Operation operation, HttpRequest.Builder builder) throws InterruptedException {
            HttpRequest request = builder.build();
            boolean isHasty = oneIn(HASTY_ONE_IN);
            boolean isPayment = operation.kind() == Kind.PAY || operation.kind() == Kind.CANCEL;
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
                Pulse.Request observed = pulse.send(isPayment);
                answer = send(request);
                sent.add(new History.Sent(at, observed.ended(answer.isServed()), answer.status()));
                count("%s %d %s"
                        .formatted(operation.kind(), answer.status(), answer.problem())
                        .strip());
                created += answer.status() == 201 && operation.kind() == Kind.PLACE ? 1 : 0;
                outcome = outcome(operation.kind(), answer);
            } while (outcome == Outcome.INDEFINITE && !isHasty && System.nanoTime() - until < 0);
            Operation ended = ended(operation, outcome, answer, created);
            history.end(ended, answer.problem(), sent);
            return ended;
        }

        private void waitBefore(History.Sent latest) throws InterruptedException {
            boolean isUnanswered = latest.status() == 0;
            TimeUnit.MILLISECONDS.sleep(isUnanswered ? 50 + random.nextInt(200) : retryMillis);
        }

        private Answer send(HttpRequest request) throws InterruptedException {
            try {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                Answer answer = new Answer(
                        response.statusCode(),
                        new JsonObject(response.body().isEmpty() ? "{}" : response.body()),
                        response.headers().firstValue("Retry-After"));
                retryMillis = 20
                        + random.nextInt(50)
                        + 1000 * answer.retryAfter().map(Long::parseLong).orElse(0L);
                return answer;
            } catch (IOException | DecodeException unanswered) {
                return Answer.NONE;
            }
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

        /** With what the answer says of the order; an issued number becomes the operation's. */
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
                                    .numbered(plain(answer.body().getString("number")))
                                    .ended(outcome, "", "", created);
                case LOOK_UP -> operation.ended(outcome, answer.order(), "", created);
                case VOID -> operation.ended(outcome, "", "", created);
                case PLACE -> operation.ended(outcome, plain(answer.body().getString("number", "")), "", created);
                case PAY -> operation.ended(outcome, operation.number(), state, created);
                case CANCEL -> operation.ended(outcome, operation.number(), "", created);
            };
        }
    }
}
