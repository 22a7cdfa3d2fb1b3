package dev.orderonce.campaign;

import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.packaged.Issuer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that order without a pause, take a new number only when they are told to, and pay some of their orders. The
 * shop's staff attends to some of these. Some programs of the shop work besides.
 */
final class Buyers implements AutoCloseable {
    /** A buyer whose numbers are refused more often leaves. */
    private static final int MOST_NUMBERS = 30;

    /** A buyer takes so much longer for each further number. */
    private static final int NUMBER_MILLIS = 20;

    /** A buyer's traces in Redis stay few. */
    private static final int PURCHASES_OF_A_BUYER = 50;

    private static final int MOST_QUANTITY = 9;

    /** Programs wait for each other's leases: a few of them are enough. */
    private static final int CLIENTS_OF_A_PROGRAM = 8;

    private static final Duration WORK_PAUSE = Duration.ofMillis(200);

    private final Exchange exchange;
    private final Workers workers;
    private final AtomicLong placed = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Future<?>> clients = new ArrayList<>();
    private volatile boolean ending;

    Buyers(Exchange exchange) {
        this.exchange = exchange;
        workers = new Workers(exchange);
    }

    /** Starts so many clients, and some programs, each with choices of its own that the seed repeats. */
    void start(int count, Duration pause, long seed) {
        Random seeds = new Random(seed);
        for (int i = 0; i < count; i++) {
            String name = exchange.run() + "-" + i;
            Random random = new Random(seeds.nextLong());
            start(pause, purchase -> {
                String buyer = name + "-" + purchase / PURCHASES_OF_A_BUYER;
                Session session = new Session(exchange, Issuer.token(buyer, Set.of("buyer")), random);
                new Client(buyer, session).buy(name + "-" + purchase);
            });
        }
        for (int i = 0; i <= count / CLIENTS_OF_A_PROGRAM; i++) {
            String name = exchange.run() + "-program-" + i;
            Session session = workers.session(new Random(seeds.nextLong()));
            start(WORK_PAUSE, work -> workers.work(session, name + "-" + work));
        }
    }

    /** What a client does again and again, with the number of times that it has done it. */
    private interface Turn {
        void take(int number) throws InterruptedException;
    }

    private void start(Duration pause, Turn turn) {
        clients.add(exchange.threads().submit(() -> {
            for (int i = 0; !ending; i++) {
                try {
                    turn.take(i);
                } catch (RuntimeException failure) {
                    // The other turns go on; the run has failed.
                    failures.add(failure.toString());
                }
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            }
            return null;
        }));
    }

    /** What a client did not expect, such as an answer without a number. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** The purchases that were acknowledged. */
    long placed() {
        return placed.get();
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
    }

    /** One purchase after the other of one buyer. */
    private final class Client {
        private final String buyer;
        private final Session session;

        Client(String buyer, Session session) {
            this.buyer = buyer;
            this.session = session;
        }

        /** The same buyer in another tab. */
        private Client tab() {
            return new Client(buyer, session.tab());
        }

        private long quantity() {
            return 1L + session.choice(MOST_QUANTITY);
        }

        void buy(String purchase) throws InterruptedException {
            Operation order = switch (session.choice(10)) {
                case 0, 1, 2 -> byKey(purchase, quantity());
                case 3 -> inTwoTabs(purchase);
                case 4 -> byNumber(purchase, "", quantity());
                default -> byNumber(purchase, "checkout-" + purchase, quantity());
            };
            if (order.order().isEmpty()) {
                return;
            }
            placed.incrementAndGet();
            AfterSale afterSale = new AfterSale(exchange, session, order);
            if (session.oneIn(4)) {
                pay(order);
                afterSale.ofPaid();
            } else if (session.oneIn(30)) {
                afterSale.ofUnpaid();
            }
        }

        /** What is known of the order; its number is empty if it was given up. */
        private Operation byKey(String purchase, long quantity) throws InterruptedException {
            String key = "the-key-of-the-purchase-" + purchase;
            Operation placed = place(purchase, "", "", key, quantity);
            if (placed.outcome() == Outcome.INDEFINITE && session.oneIn(2)) {
                placed = place(purchase, "", "", key, quantity);
            }
            if (placed.outcome() == Outcome.ACKNOWLEDGED) {
                replay(placed);
            }
            return placed;
        }

        /** Two requests at the same time, for the same or for other content. */
        private Operation inTwoTabs(String purchase) throws InterruptedException {
            long quantity = quantity();
            long other = session.oneIn(3) ? quantity() : quantity;
            String checkout = "checkout-" + purchase;
            Client tab = tab();
            Future<Operation> second = session.atTheSameTime(() -> tab.byNumber(purchase, checkout, other));
            Operation order = byNumber(purchase, checkout, quantity);
            Operation others = Session.await(second);
            return order.order().isEmpty() ? others : order;
        }

        private Operation byNumber(String purchase, String checkout, long quantity) throws InterruptedException {
            for (int i = 0; ; i++) {
                Operation issued = issue(purchase, checkout);
                if (!issued.order().isEmpty() || issued.outcome() != Outcome.ACKNOWLEDGED) {
                    return issued;
                }
                Optional<Future<Operation>> racing = Optional.empty();
                if (session.oneIn(30)) {
                    Client tab = tab();
                    racing = Optional.of(session.atTheSameTime(() -> tab.voidNumber(purchase, issued.number())));
                }
                Operation placed = place(purchase, checkout, issued.number(), "", quantity);
                if (racing.isPresent()) {
                    Session.await(racing.get());
                }
                if (placed.outcome() == Outcome.ACKNOWLEDGED) {
                    replay(placed);
                    return placed;
                }
                if (placed.outcome() == Outcome.REFUSED
                        || (placed.outcome() == Outcome.INDEFINITE && !isDenied(purchase, issued.number()))) {
                    return placed.ended(placed.outcome(), "", "", 0);
                }
                if (i == MOST_NUMBERS) {
                    exchange.count("purchases given up after %d refused numbers".formatted(MOST_NUMBERS));
                    return placed;
                }
                TimeUnit.MILLISECONDS.sleep(NUMBER_MILLIS * (long) i);
            }
        }

        /** What a client may do that does not know: nothing, look the number up, or void it. */
        private boolean isDenied(String purchase, String number) throws InterruptedException {
            return switch (session.choice(3)) {
                case 0 -> false;
                case 1 ->
                    session.perform(
                                            Kind.LOOK_UP,
                                            buyer,
                                            purchase,
                                            "",
                                            number,
                                            "",
                                            0,
                                            session.request("/order-numbers/" + number)
                                                    .GET())
                                    .outcome()
                            == Outcome.DENIED;
                default -> {
                    Operation voided = voidNumber(purchase, number);
                    yield voided.outcome() == Outcome.ACKNOWLEDGED || voided.outcome() == Outcome.DENIED;
                }
            };
        }

        private Operation voidNumber(String purchase, String number) throws InterruptedException {
            return session.perform(
                    Kind.VOID,
                    buyer,
                    purchase,
                    "",
                    number,
                    "",
                    0,
                    session.request("/order-numbers/" + number).DELETE());
        }

        private Operation issue(String purchase, String checkout) throws InterruptedException {
            return session.perform(
                    Kind.ISSUE,
                    buyer,
                    purchase,
                    checkout,
                    "",
                    "",
                    0,
                    session.post("/order-numbers" + (checkout.isEmpty() ? "" : "?checkout=" + checkout), ""));
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
            HttpRequest.Builder request = session.post("/orders", body.encode());
            if (!key.isEmpty()) {
                request.header("Idempotency-Key", key);
            }
            return session.perform(Kind.PLACE, buyer, purchase, checkout, number, key, quantity, request);
        }

        /** Sometimes the same request again, sometimes one of other content, which the service has to refuse. */
        private void replay(Operation placed) throws InterruptedException {
            int choice = session.choice(10);
            if (choice < 4) {
                place(
                        placed.purchase(),
                        placed.scope(),
                        placed.number(),
                        placed.key(),
                        choice == 0 ? placed.quantity() + 1 : placed.quantity());
            }
        }

        /** Once, or twice at the same time under two keys. */
        private void pay(Operation order) throws InterruptedException {
            Optional<Future<Operation>> racing = Optional.empty();
            if (session.oneIn(4)) {
                Client tab = tab();
                racing = Optional.of(session.atTheSameTime(() -> tab.pay(order, "second")));
            }
            pay(order, "first");
            if (racing.isPresent()) {
                Session.await(racing.get());
            }
        }

        private Operation pay(Operation order, String attempt) throws InterruptedException {
            String key = "the-%s-payment-of-%s".formatted(attempt, order.purchase());
            return session.perform(
                    Kind.PAY,
                    buyer,
                    order.purchase(),
                    "",
                    order.order(),
                    key,
                    0,
                    session.post("/orders/" + order.order() + "/payments", "{\"method\":\"tok_visa\"}")
                            .header("Idempotency-Key", key));
        }
    }
}
