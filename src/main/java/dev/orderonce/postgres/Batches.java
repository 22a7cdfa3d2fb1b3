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
import io.vertx.pgclient.PgConnectOptions;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Answers the questions of many requests with few statements: what has come in while all lanes were
 * busy goes together in the next statement, and on an idle service a question goes alone and at
 * once.
 *
 * <pre>
 *   event loops ──▶ inbox ──▶ waiting ──▶ lane 1 ──▶ PostgreSQL
 *                  (bounded)     │        lane 2 ──▶
 *                                └─ at most so many, no two with one key, leave together
 * </pre>
 *
 * <p>A statement that PostgreSQL refuses had no effect; it is split until the question it was
 * refused for is alone, and the others are answered. A statement without an answer fails all its
 * questions with {@link StoreUnavailable}.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
public final class Batches<Q, A> {
    private final Batched<Q, A> batched;
    private final Postgres postgres;
    private final Context context;
    private final List<StatementSlot> lanes;
    private final int mostTogether;
    private final int mostWaiting;
    private final DistributionSummary sizes;
    private final Timer answers;
    private final StoreSpans spans;
    private final Outage outage;
    private volatile boolean isOpen;

    private final Queue<Asked<Q, A>> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Touched on the event loop of {@link #context} only, as all that follows. */
    private final ArrayDeque<Asked<Q, A>> waiting = new ArrayDeque<>();

    /** Parts of statements that were refused; they go before what is waiting. */
    private final ArrayDeque<List<Asked<Q, A>>> split = new ArrayDeque<>();

    Batches(
            Vertx vertx,
            Batched<Q, A> batched,
            Postgres postgres,
            PgConnectOptions options,
            DatabaseSettings settings,
            Reconnects reconnects,
            ReplyTimeout replyTimeout,
            MeterRegistry metrics,
            StoreSpans spans) {
        this.batched = batched;
        this.outage = postgres.outage(batched.name());
        this.spans = spans;
        this.postgres = postgres;
        // An event loop of its own choosing: the lanes of one kind of statement share it and need
        // no locks.
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.lanes = Stream.generate(() -> new StatementSlot(
                        vertx, context, options, settings, reconnects, replyTimeout, this::work, outage::answered))
                .limit(settings.batchPoolSize())
                .toList();
        this.mostTogether = settings.batchSize();
        this.mostWaiting = settings.queueLimit();
        this.sizes = DistributionSummary.builder("orderonce.batch.size")
                .description("Questions answered by one statement")
                .tag("statement", batched.name())
                .register(metrics);
        this.answers = StoreLatency.of("postgresql", batched.name(), metrics);
        Gauge.builder("orderonce.batch.waiting", accepted, AtomicInteger::get)
                .description("Questions that wait for an answer, the ones under way included")
                .tag("statement", batched.name())
                .register(metrics);
    }

    /** One question and who asked it. */
    private static final class Asked<Q, A> {
        private final Q question;
        private final PendingRequest<A> asker;
        private volatile boolean abandoned;

        Asked(Q question, PendingRequest<A> asker) {
            this.question = question;
            this.asker = asker;
        }
    }

    void open() {
        context.runOnContext(now -> lanes.forEach(StatementSlot::begin));
    }

    /** Whether a connection is open; one that does not answer is closed within seconds. */
    boolean isOpen() {
        return isOpen;
    }

    Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(
                now -> Future.join(lanes.stream().map(StatementSlot::close).toList())
                        .<Void>mapEmpty()
                        .onComplete(closed));
        return closed.future();
    }

    /**
     * Asks.
     *
     * @return the answer. Fails with {@link StoreUnavailable} at once if too many questions wait or
     *     no connection can be had, and if PostgreSQL does not answer in time; with {@link
     *     io.vertx.pgclient.PgException} if it refuses this question.
     */
    public Uni<A> ask(Q question) {
        return Uni.createFrom().emitter(caller -> accept(question, caller));
    }

    private void accept(Q question, UniEmitter<? super A> caller) {
        if (accepted.incrementAndGet() > mostWaiting) {
            accepted.decrementAndGet();
            caller.fail(new StoreUnavailable(POSTGRESQL, "too many requests wait for it"));
            return;
        }
        Asked<Q, A> asked =
                new Asked<>(question, new PendingRequest<>(caller, context, spans.begin(POSTGRESQL, batched.name())));
        caller.onTermination(() -> asked.abandoned = true); // the client is gone, or has its answer
        inbox.add(asked);
        if (woken.compareAndSet(false, true)) {
            context.runOnContext(now -> wake());
        }
    }

    private void wake() {
        woken.set(false);
        for (Asked<Q, A> asked = inbox.poll(); asked != null; asked = inbox.poll()) {
            waiting.add(asked);
        }
        work();
    }

    /**
     * Sends as much as there are free lanes for; called whenever there is more to do or more to do
     * it with.
     */
    private void work() {
        isOpen = lanes.stream().anyMatch(StatementSlot::isOpen);
        for (StatementSlot lane : lanes) {
            if (lane.isFree() && (!waiting.isEmpty() || !split.isEmpty())) {
                List<Asked<Q, A>> together = split.isEmpty() ? takeTogether() : split.poll();
                if (!together.isEmpty()) {
                    send(lane, together);
                }
            }
        }
        if (lanes.stream().noneMatch(StatementSlot::isHopeful)) {
            giveUpAll();
        }
    }

    private List<Asked<Q, A>> takeTogether() {
        List<Asked<Q, A>> together = new ArrayList<>(Math.min(waiting.size(), mostTogether));
        Set<Object> keys = new HashSet<>();
        Iterator<Asked<Q, A>> rest = waiting.iterator();
        while (rest.hasNext() && together.size() < mostTogether) {
            Asked<Q, A> asked = rest.next();
            if (asked.abandoned) {
                rest.remove(); // nothing was sent for it, so nothing happens
                asked.asker.left();
                accepted.decrementAndGet();
            } else if (keys.add(batched.key(asked.question))) {
                rest.remove();
                together.add(asked);
            }
        }
        return together;
    }

    private void send(StatementSlot lane, List<Asked<Q, A>> together) {
        List<Q> questions = new ArrayList<>(together.size());
        together.forEach(asked -> questions.add(asked.question));
        sizes.record(together.size());
        Tuple parameters;
        try {
            parameters = batched.parameters(questions);
        } catch (RuntimeException fault) {
            refused(together, fault);
            context.runOnContext(now -> work());
            return;
        }
        long askedAt = System.nanoTime();
        lane.run(batched.sql(), parameters).onComplete(answer -> {
            answers.record(System.nanoTime() - askedAt, TimeUnit.NANOSECONDS);
            receive(together, questions, answer);
            work();
        });
    }

    private void receive(List<Asked<Q, A>> together, List<Q> questions, AsyncResult<RowSet<Row>> answer) {
        if (answer.failed()) {
            refused(together, postgres.translate(answer.cause(), outage));
            return;
        }
        outage.answered();
        List<A> answers;
        try {
            answers = batched.answers(questions, answer.result());
        } catch (RuntimeException fault) {
            refused(together, fault); // a row that cannot be read must not keep its neighbours waiting for
            // ever
            return;
        }
        deliver(together, answers, null);
    }

    /**
     * No answers: unknown for all of them, or the fault of one, which is found by asking the halves
     * again.
     */
    private void refused(List<Asked<Q, A>> together, Throwable failure) {
        if (failure instanceof StoreUnavailable || together.size() == 1) {
            deliver(together, List.of(), failure);
        } else {
            int half = together.size() / 2;
            split.add(together.subList(0, half));
            split.add(together.subList(half, together.size()));
        }
    }

    private void giveUpAll() {
        if (split.isEmpty() && waiting.isEmpty()) {
            return;
        }
        StoreUnavailable failure = new StoreUnavailable(POSTGRESQL, "no connection is open");
        outage.failed(failure.getMessage());
        for (List<Asked<Q, A>> part = split.poll(); part != null; part = split.poll()) {
            deliver(part, List.of(), failure);
        }
        deliver(new ArrayList<>(waiting), List.of(), failure);
        waiting.clear();
    }

    /**
     * Hands the answers out, each on the event loop that asked, with one hop per event loop and not
     * per answer.
     */
    private void deliver(List<Asked<Q, A>> together, List<A> answers, @Nullable Throwable failure) {
        accepted.addAndGet(-together.size());
        Map<EventLoop, List<Runnable>> byLoop = new HashMap<>();
        for (int i = 0; i < together.size(); i++) {
            Asked<Q, A> asked = together.get(i);
            Runnable delivery = failure == null
                    ? delivery(asked, answers.get(i), together.size())
                    : () -> asked.asker.fail(failure);
            byLoop.computeIfAbsent(asked.asker.loop(), loop -> new ArrayList<>())
                    .add(delivery);
        }
        byLoop.forEach((loop, deliveries) -> loop.execute(() -> deliveries.forEach(Runnable::run)));
    }

    private static <Q, A> Runnable delivery(Asked<Q, A> asked, A answer, int together) {
        return () -> asked.asker.complete(answer, together);
    }
}
