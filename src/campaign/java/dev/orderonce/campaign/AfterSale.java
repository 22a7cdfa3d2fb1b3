package dev.orderonce.campaign;

import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.packaged.Issuer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;

/** What becomes of one order: its buyer cancels or disputes it, support refunds or holds it, the merchant ships it. */
final class AfterSale {
    private final Session buyers;
    private final Session support;
    private final Session merchants;
    private final Operation order;

    /** As far as this client knows: a checkout that was completed in another tab has another content, perhaps. */
    private final long total;

    /** Of an order that its buyer knows of. */
    AfterSale(Exchange exchange, Session buyers, Operation order) {
        this.buyers = buyers;
        this.support = buyers.as(Issuer.token("support-" + exchange.run(), Set.of("support")));
        this.merchants = buyers.as(Issuer.token("merchant-" + exchange.run(), Set.of("merchant")));
        this.order = order;
        this.total = Math.max(1, order.quantity()) * Operation.PRICE;
    }

    void ofPaid() throws InterruptedException {
        switch (buyers.choice(8)) {
            case 0, 1 -> cancel();
            case 2 -> refunds();
            case 3 -> holdAndShip();
            case 4 -> dispute(buyers.oneIn(3) ? "REJECT" : "REFUND");
            case 5 -> {
                ship(merchants);
                if (buyers.oneIn(2)) {
                    refunds();
                }
            }
            default -> {
                // it stays as it is
            }
        }
    }

    void ofUnpaid() throws InterruptedException {
        if (buyers.oneIn(2)) {
            holdAndShip();
        } else {
            dispute(buyers.oneIn(2) ? "REJECT" : "CANCEL");
        }
    }

    private void cancel() throws InterruptedException {
        perform(buyers, Kind.CANCEL, "", "", 0, buyers.post("/orders/" + order.order() + "/cancellation", "{}"));
    }

    /** A part, two at the same time that may be too much together, and what is left. */
    private void refunds() throws InterruptedException {
        long part = 1L + support.choice((int) total);
        Optional<Future<Operation>> racing = Optional.empty();
        if (support.oneIn(3)) {
            Session other = support.tab();
            racing = Optional.of(support.atTheSameTime(() -> refund(other, "second", part)));
        }
        Operation first = refund(support, "first", part);
        if (racing.isPresent()) {
            Session.await(racing.get());
        }
        if (first.outcome() == Outcome.ACKNOWLEDGED && part < total && support.oneIn(2)) {
            refund(support, "last", total - part);
        }
    }

    private Operation refund(Session session, String which, long amount) throws InterruptedException {
        String key = "the-%s-refund-of-%s".formatted(which, order.purchase());
        JsonObject body = new JsonObject().put("amount", amount).put("reason", "damaged");
        return perform(
                session,
                Kind.REFUND,
                "",
                key,
                amount,
                session.post("/orders/" + order.order() + "/refunds", body.encode())
                        .header("Idempotency-Key", key));
    }

    /** The merchant ships while support holds and releases: not while the order is on hold. */
    private void holdAndShip() throws InterruptedException {
        Session others = merchants.tab();
        Future<Operation> racing = merchants.atTheSameTime(() -> ship(others));
        perform(
                support,
                Kind.HOLD,
                "",
                "",
                0,
                support.post("/orders/" + order.order() + "/hold", "{\"reason\":\"address\"}"));
        ship(merchants);
        perform(
                support,
                Kind.RELEASE,
                "",
                "",
                0,
                support.post("/orders/" + order.order() + "/release", "{\"reason\":\"checked\"}"));
        Session.await(racing);
        if (merchants.oneIn(2)) {
            ship(merchants);
        }
    }

    private Operation ship(Session session) throws InterruptedException {
        return perform(session, Kind.SHIP, "", "", 0, session.post("/orders/" + order.order() + "/shipment", ""));
    }

    /** Opened in one or two tabs, perhaps with messages of both sides; and support decides, perhaps twice at once. */
    private void dispute(String resolution) throws InterruptedException {
        Session tab = buyers.tab();
        Optional<Future<Operation>> racing =
                buyers.oneIn(3) ? Optional.of(buyers.atTheSameTime(() -> open(tab))) : Optional.empty();
        Operation opened = open(buyers);
        if (racing.isPresent()) {
            Session.await(racing.get());
        }
        if (opened.outcome() != Outcome.ACKNOWLEDGED) {
            return;
        }
        if (buyers.oneIn(2)) {
            write(support, opened.said(), "support");
            write(buyers, opened.said(), "buyer");
        }
        if (buyers.oneIn(5)) {
            return; // it stays undecided
        }
        long amount = resolution.equals("REFUND") && support.oneIn(2) ? 1L + support.choice((int) total) : 0;
        Session other = support.tab();
        Optional<Future<Operation>> deciding = support.oneIn(4)
                ? Optional.of(support.atTheSameTime(() -> resolve(other, opened.said(), resolution, amount)))
                : Optional.empty();
        resolve(support, opened.said(), resolution, amount);
        if (deciding.isPresent()) {
            Session.await(deciding.get());
        }
    }

    private Operation open(Session session) throws InterruptedException {
        return perform(
                session,
                Kind.DISPUTE,
                "",
                "",
                0,
                session.post("/orders/" + order.order() + "/disputes", "{\"kind\":\"NOT_MINE\"}"));
    }

    private void write(Session session, String dispute, String side) throws InterruptedException {
        String key = "the-%s-message-of-%s".formatted(side, order.purchase());
        perform(
                session,
                Kind.MESSAGE,
                dispute,
                key,
                0,
                session.post("/disputes/" + dispute + "/messages", "{\"text\":\"Please look again.\"}")
                        .header("Idempotency-Key", key));
    }

    /** The resolution is recorded in place of a key. */
    private Operation resolve(Session session, String dispute, String resolution, long amount)
            throws InterruptedException {
        JsonObject body = new JsonObject().put("resolution", resolution).put("reason", "decided");
        if (amount > 0) {
            body.put("amount", amount);
        }
        return perform(
                session,
                Kind.RESOLVE,
                dispute,
                resolution,
                amount,
                session.post("/disputes/" + dispute + "/resolution", body.encode()));
    }

    private Operation perform(
            Session session, Kind kind, String scope, String key, long quantity, HttpRequest.Builder request)
            throws InterruptedException {
        return session.perform(kind, order.buyer(), order.purchase(), scope, order.order(), key, quantity, request);
    }
}
