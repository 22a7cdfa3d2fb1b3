package dev.orderonce.bench;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checkouts of many buyers, as a page makes them: a number for the checkout, the order, its payment, its shipment. */
final class Checkouts {
    /** Every tenth order of the mix is sent a second time. */
    private static final int REPLAY_ONE_IN = 10;

    /** The page of every second order of the mix asks for it once more. */
    private static final int FIND_ONE_IN = 2;

    /** Three for numbers, one each to place, pay and ship, and the others for some orders. */
    static final double REQUESTS_OF_THE_MIX = 6 + 1.0 / REPLAY_ONE_IN + 1.0 / FIND_ONE_IN;

    private final List<Requests> buyers;
    private final Requests merchant;
    private final String run = UUID.randomUUID() + "-";
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong ordersBegun = new AtomicLong();

    Checkouts(List<Requests> buyers, Requests merchant) {
        this.buyers = buyers;
        this.merchant = merchant;
    }

    /** A checkout of one buyer. */
    static final class Checkout {
        private final Requests buyer;
        private final String id;
        private volatile String number = "";

        private Checkout(Requests buyer, String id) {
            this.buyer = buyer;
            this.id = id;
        }
    }

    /** The next buyer's new checkout. */
    Checkout open() {
        long n = opened.incrementAndGet();
        return new Checkout(buyers.get((int) (n % buyers.size())), run + n);
    }

    Buffer nothing(Checkout of) {
        return of.buyer.request("GET", "/obvious/nothing", "");
    }

    /** A number without a checkout. */
    Buffer issueAny(Checkout of) {
        return of.buyer.request("GET", "/order-numbers", "");
    }

    Buffer issue(Checkout of) {
        return of.buyer.request("GET", "/order-numbers?checkout=" + of.id, "");
    }

    Buffer place(Checkout of) {
        return of.buyer.request("POST", "/orders", Requests.order(of.number, of.id));
    }

    Buffer find(Checkout of) {
        return of.buyer.request("GET", "/orders/" + of.number, "");
    }

    Buffer pay(Checkout of) {
        return of.buyer.request(
                "POST",
                "/orders/" + of.number + "/payments",
                "{\"method\":\"tok_visa\"}",
                "Idempotency-Key: " + of.id + "\r\n");
    }

    Buffer ship(Checkout of) {
        return merchant.request("POST", "/orders/" + of.number + "/shipment", "");
    }

    /** The same request for one checkout after the other, until there is none; each goes to {@code done}. */
    static HttpLoad.Script each(
            Supplier<@Nullable Checkout> from, Function<Checkout, Buffer> request, Consumer<Checkout> done) {
        return new HttpLoad.Script() {
            private @Nullable Checkout current;

            @Override
            public @Nullable Buffer next() {
                current = from.get();
                return current == null ? null : request.apply(current);
            }

            @Override
            public void answered(int status, @Nullable String number) {
                Checkout answered = current;
                if (answered != null) {
                    if (number != null && answered.number.isEmpty()) {
                        answered.number = number;
                    }
                    done.accept(answered);
                }
            }
        };
    }

    /** One after the other, again and again. */
    static Supplier<@Nullable Checkout> cycle(Queue<Checkout> checkouts) {
        return () -> {
            Checkout next = checkouts.poll();
            if (next != null) {
                checkouts.add(next);
            }
            return next;
        };
    }

    /** The requests of the mix for one order, in their sequence. */
    private enum Step {
        OPEN_ABANDONED,
        OPEN,
        RELOAD,
        PLACE,
        REPLAY,
        FIND,
        PAY,
        SHIP
    }

    /**
     * Each order of the mix: a checkout that is abandoned, another one whose page is loaded twice, its order, for some
     * orders a repeat and a look, the payment and the shipment.
     */
    HttpLoad.Script mix() {
        return new HttpLoad.Script() {
            private Checkout current = open();
            private Step step = Step.OPEN_ABANDONED;
            private long order = ordersBegun.incrementAndGet();

            @Override
            public Buffer next() {
                return switch (step) {
                    case OPEN_ABANDONED -> issue(open());
                    case OPEN, RELOAD -> issue(current);
                    case PLACE, REPLAY -> place(current);
                    case FIND -> find(current);
                    case PAY -> pay(current);
                    case SHIP -> ship(current);
                };
            }

            @Override
            public void answered(int status, @Nullable String number) {
                if (step == Step.OPEN && number != null) {
                    current.number = number;
                }
                step = following();
                if (step == Step.OPEN_ABANDONED) {
                    order = ordersBegun.incrementAndGet();
                    current = open();
                }
            }

            private Step following() {
                return switch (step) {
                    case OPEN_ABANDONED -> Step.OPEN;
                    case OPEN -> Step.RELOAD;
                    case RELOAD -> Step.PLACE;
                    case PLACE -> order % REPLAY_ONE_IN == 0 ? Step.REPLAY : findOrPay();
                    case REPLAY -> findOrPay();
                    case FIND -> Step.PAY;
                    case PAY -> Step.SHIP;
                    case SHIP -> Step.OPEN_ABANDONED;
                };
            }

            private Step findOrPay() {
                return order % FIND_ONE_IN == 0 ? Step.FIND : Step.PAY;
            }
        };
    }
}
