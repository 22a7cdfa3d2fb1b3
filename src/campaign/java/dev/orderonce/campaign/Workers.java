package dev.orderonce.campaign;

import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.packaged.Issuer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The shop's programs, with records and claims of {@code /once}. Of several workers that claim one name some crash,
 * give up, or are so slow that their lease ends.
 */
final class Workers {
    /** The scope of all names in {@code /once}. */
    static final String SCOPE = "campaign";

    private static final int MOST_WORKERS = 3;
    private static final int MOST_LEASE_SECONDS = 3;

    /** A worker whose claims end otherwise more often leaves. */
    private static final int MOST_CLAIMS = 5;

    /** Two claims of one name do not get the same id. */
    private static final int CLAIMS = 1_000_000_000;

    private final Exchange exchange;
    private final String program;
    private final String token;

    Workers(Exchange exchange) {
        this.exchange = exchange;
        program = "program-" + exchange.run();
        token = Issuer.token(program, Set.of("service"));
    }

    Session session(Random random) {
        return new Session(exchange, token, random);
    }

    /** Stores a record, or lets several workers do one piece of work. */
    void work(Session session, String name) throws InterruptedException {
        if (session.oneIn(2)) {
            record(session, "record-" + name);
            return;
        }
        List<Future<Boolean>> workers = new ArrayList<>();
        for (int i = session.choice(MOST_WORKERS); i >= 0; i--) {
            Session worker = session.tab();
            workers.add(worker.atTheSameTime(() -> complete(worker, "work-" + name)));
        }
        for (Future<Boolean> worker : workers) {
            Session.await(worker);
        }
    }

    /** Twice at the same time, of the same or of other content. */
    private void record(Session session, String name) throws InterruptedException {
        long content = session.choice(1000);
        if (session.oneIn(2)) {
            Session other = session.tab();
            long others = session.oneIn(3) ? content + 1 : content;
            Future<Operation> racing = session.atTheSameTime(() -> put(other, name, others));
            put(session, name, content);
            Session.await(racing);
        } else {
            put(session, name, content);
        }
    }

    private Operation put(Session session, String name, long content) throws InterruptedException {
        return perform(
                session,
                Kind.PUT,
                name,
                "",
                content,
                session.put(path(name), new JsonObject().put("content", content).encode()));
    }

    private static String path(String name) {
        return "/once/" + SCOPE + "/" + name;
    }

    /** Claims the name until there is a result; false if this worker crashed or left without one. */
    private boolean complete(Session session, String name) throws InterruptedException {
        for (int i = 0; i < MOST_CLAIMS; i++) {
            String claim = "claim-%s-%09d".formatted(name, session.choice(CLAIMS));
            long lease = 1L + session.choice(MOST_LEASE_SECONDS);
            JsonObject body = new JsonObject().put("claim", claim).put("ttl", lease);
            Operation claimed = perform(
                    session, Kind.CLAIM, name, claim, lease, session.post(path(name) + "/claims", body.encode()));
            if (claimed.outcome() != Outcome.ACKNOWLEDGED) {
                return false;
            }
            if (!claimed.said().isEmpty() || isCompleted(session, name, claim)) {
                return true;
            }
        }
        return false;
    }

    /** Does the work under a claim, as far as this worker gets. */
    private boolean isCompleted(Session session, String name, String claim) throws InterruptedException {
        switch (session.choice(6)) {
            case 0 -> {
                return false; // a crash: it claims again, as another worker
            }
            case 1 -> {
                perform(
                        session,
                        Kind.GIVE_UP,
                        name,
                        claim,
                        0,
                        session.request(path(name) + "/claims/" + claim).DELETE());
                return false;
            }
            case 2 -> TimeUnit.SECONDS.sleep(1L + session.choice(MOST_LEASE_SECONDS));
            case 3 -> {
                long lease = 1L + session.choice(MOST_LEASE_SECONDS);
                perform(
                        session,
                        Kind.RENEW,
                        name,
                        claim,
                        lease,
                        session.post(
                                path(name) + "/claims/" + claim + "/renewal",
                                new JsonObject().put("ttl", lease).encode()));
            }
            default -> {
                // at once
            }
        }
        JsonObject body = new JsonObject().put("claim", claim).put("result", "by " + claim);
        return perform(session, Kind.COMPLETE, name, claim, 0, session.put(path(name) + "/result", body.encode()))
                        .outcome()
                == Outcome.ACKNOWLEDGED;
    }

    private Operation perform(
            Session session, Kind kind, String name, String key, long quantity, HttpRequest.Builder request)
            throws InterruptedException {
        return session.perform(kind, program, name, "", "", key, quantity, request);
    }
}
