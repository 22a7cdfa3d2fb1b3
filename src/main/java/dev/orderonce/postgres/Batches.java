package dev.orderonce.postgres;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.stores.Outage;
import dev.orderonce.stores.PendingRequest;
import dev.orderonce.stores.StoreLatency;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Batches concurrent requests into few statements. Requests that arrive while all connections are busy share the next
 * statement; on an idle service a request is sent alone and at once.
 *
 * <pre>
 *   event loops ──▶ inbox ──▶ waiting ──▶ connection 1 ──▶ PostgreSQL
 *                  (bounded)     │        connection 2 ──▶
 *                                └─ a bounded number, no two with an equal key, share a statement
 * </pre>
 *
 * <p>A statement that PostgreSQL refuses, or ends because of a deadlock, had no effect; it is split until the request
 * that caused the refusal is alone, and the others get their replies. A statement without a reply fails all its
 * requests with {@link StoreUnavailable}.
 *
 * @param <Q> a request
 * @param <A> its reply
 */
public final class Batches<Q, A> {
    /**
     * Requests that share one statement at most. Enough that all requests in progress fit into one statement per
     * connection; a statement of so many rows takes some ten milliseconds, far below its timeout.
     */
    static final int MAX_BATCH = 512;

    /** The SQLSTATE of a statement that PostgreSQL has chosen to end a deadlock; other statements waited for it. */
    private static final String DEADLOCK = "40P01";

    private final Batched<Q, A> batched;
    private final Postgres postgres;
    private final Context context;
    private final StatementPool connections;
    private final int maxWaiting;
    private final DistributionSummary sizes;
    private final Timer latency;
    private final StoreSpans spans;
    private final Outage outage;
    private volatile boolean isOpen;
    private volatile boolean isReachable = true;

    private final Queue<Pending<Q, A>> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Like the following field used on the event loop of {@link #context} only. */
    private final ArrayDeque<Pending<Q, A>> waiting = new ArrayDeque<>();

    /** Parts of refused statements; they are sent before the waiting requests. */
    private final ArrayDeque<List<Pending<Q, A>>> split = new ArrayDeque<>();

    Batches(
            Vertx vertx,
            Batched<Q, A> batched,
            Postgres postgres,
            PostgresPool pools,
            DatabaseSettings settings,
            MeterRegistry metrics,
            StoreSpans spans) {
        this.batched = batched;
        this.outage = postgres.outage(batched.name());
        this.spans = spans;
        this.postgres = postgres;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.connections =
                new StatementPool(batched.name(), vertx, context, pools, settings, this::work, outage::answered);
        this.maxWaiting = settings.queueLimit();
        this.sizes = DistributionSummary.builder("orderonce.batch.size")
                .description("Requests that shared one statement")
                .tag("statement", batched.name())
                .register(metrics);
        this.latency = StoreLatency.of("postgresql", batched.name(), metrics);
        Gauge.builder("orderonce.batch.waiting", accepted, AtomicInteger::get)
                .description("Requests that wait for a reply, sent or not")
                .tag("statement", batched.name())
                .register(metrics);
    }

    /** A request and its caller. */
    private static final class Pending<Q, A> {
        private final Q request;
        private final PendingRequest<A> caller;
        private volatile boolean cancelled;

        Pending(Q request, PendingRequest<A> caller) {
            this.request = request;
            this.caller = caller;
        }
    }

    void open() {
        context.runOnContext(_ -> connections.begin());
    }

    /** Whether a connection is open; one without replies is closed within seconds. */
    boolean isOpen() {
        return isOpen;
    }

    /** Whether a connection is open, or no attempt to open one has failed since the last was lost. */
    boolean isReachable() {
        return isReachable;
    }

    Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(_ -> connections.close().onComplete(closed));
        return closed.future();
    }

    /**
     * Adds a request to the next statement.
     *
     * @return its reply. Fails with {@link StoreUnavailable} at once if too many requests wait or no connection is
     *     open, and after the timeout; with {@link io.vertx.pgclient.PgException} if PostgreSQL refuses this request.
     */
    public Uni<A> submit(Q request) {
        return Uni.createFrom().emitter(caller -> accept(request, caller));
    }

    private void accept(Q request, UniEmitter<? super A> caller) {
        if (accepted.incrementAndGet() > maxWaiting) {
            accepted.decrementAndGet();
            caller.fail(new StoreUnavailable(POSTGRESQL, "too many waiting requests"));
            return;
        }
        Pending<Q, A> pending =
                new Pending<>(request, new PendingRequest<>(caller, context, spans.begin(POSTGRESQL, batched.name())));
        caller.onTermination(() -> pending.cancelled = true); // or completed
        inbox.add(pending);
        if (woken.compareAndSet(false, true)) {
            context.runOnContext(now -> wake());
        }
    }

    private void wake() {
        woken.set(false);
        for (Pending<Q, A> pending = inbox.poll(); pending != null; pending = inbox.poll()) {
            waiting.add(pending);
        }
        work();
    }

    /** Sends statements while requests wait; called whenever a request arrives or a connection changes. */
    private void work() {
        connections.replaceLost();
        isOpen = connections.isOpen();
        isReachable = connections.isHopeful();
        while (connections.hasPermit() && (!waiting.isEmpty() || !split.isEmpty())) {
            List<Pending<Q, A>> batch = split.isEmpty() ? takeBatch() : split.remove();
            if (!batch.isEmpty()) {
                send(batch);
            }
        }
        if (!isReachable) {
            failAll();
        }
    }

    private List<Pending<Q, A>> takeBatch() {
        List<Pending<Q, A>> batch = new ArrayList<>(Math.min(waiting.size(), MAX_BATCH));
        Set<Object> keys = new HashSet<>();
        Iterator<Pending<Q, A>> rest = waiting.iterator();
        while (rest.hasNext() && batch.size() < MAX_BATCH) {
            Pending<Q, A> pending = rest.next();
            if (pending.cancelled) {
                rest.remove(); // nothing was sent
                pending.caller.cancelled();
                accepted.decrementAndGet();
            } else if (keys.add(batched.key(pending.request))) {
                rest.remove();
                batch.add(pending);
            }
        }
        return batch;
    }

    private void send(List<Pending<Q, A>> batch) {
        List<Q> requests = new ArrayList<>(batch.size());
        batch.forEach(pending -> requests.add(pending.request));
        sizes.record(batch.size());
        Tuple parameters;
        try {
            parameters = batched.parameters(requests);
        } catch (RuntimeException fault) {
            refused(batch, fault);
            return;
        }
        long sentAt = System.nanoTime();
        connections.run(batched.sql(), parameters).onComplete(result -> {
            latency.record(System.nanoTime() - sentAt, TimeUnit.NANOSECONDS);
            receive(batch, requests, result);
            work();
        });
    }

    private void receive(List<Pending<Q, A>> batch, List<Q> requests, AsyncResult<RowSet<Row>> result) {
        if (result.failed()) {
            boolean isSplit = batch.size() > 1 && isDeadlock(result.cause());
            refused(batch, isSplit ? result.cause() : postgres.translate(result.cause(), outage));
            return;
        }
        outage.answered();
        List<A> replies;
        try {
            replies = batched.replies(requests, result.result());
        } catch (RuntimeException fault) {
            refused(batch, fault); // an unreadable row must not fail the other requests
            return;
        }
        deliver(batch, replies, null);
    }

    /**
     * The outcome is unknown for all requests, or one of them caused the refusal: it is found by sending the halves
     * again.
     */
    private void refused(List<Pending<Q, A>> batch, Throwable failure) {
        if (failure instanceof StoreUnavailable || batch.size() == 1) {
            deliver(batch, List.of(), failure);
        } else {
            int half = batch.size() / 2;
            split.add(batch.subList(0, half));
            split.add(batch.subList(half, batch.size()));
        }
    }

    private static boolean isDeadlock(Throwable failure) {
        return failure instanceof PgException error && DEADLOCK.equals(error.getSqlState());
    }

    private void failAll() {
        if (split.isEmpty() && waiting.isEmpty()) {
            return;
        }
        StoreUnavailable failure = new StoreUnavailable(POSTGRESQL, "no connection is open");
        outage.failed(failure.getMessage());
        for (List<Pending<Q, A>> part = split.poll(); part != null; part = split.poll()) {
            deliver(part, List.of(), failure);
        }
        deliver(new ArrayList<>(waiting), List.of(), failure);
        waiting.clear();
    }

    /** Completes the callers, each on its own event loop, with one task per event loop and not per reply. */
    private void deliver(List<Pending<Q, A>> batch, List<A> replies, @Nullable Throwable failure) {
        accepted.addAndGet(-batch.size());
        Map<EventLoop, List<Runnable>> byLoop = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            Pending<Q, A> pending = batch.get(i);
            Runnable delivery = failure == null
                    ? delivery(pending, replies.get(i), batch.size())
                    : () -> pending.caller.fail(failure);
            byLoop.computeIfAbsent(pending.caller.loop(), loop -> new ArrayList<>())
                    .add(delivery);
        }
        byLoop.forEach((loop, deliveries) -> loop.execute(() -> deliveries.forEach(Runnable::run)));
    }

    private static <Q, A> Runnable delivery(Pending<Q, A> pending, A reply, int batchSize) {
        return () -> pending.caller.complete(reply, batchSize);
    }
}
