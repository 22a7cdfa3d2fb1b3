package dev.orderonce.events;

import dev.orderonce.events.OutboxStore.Missing;
import dev.orderonce.events.OutboxStore.Progress;
import dev.orderonce.stores.RedisPipeline;
import dev.orderonce.stores.RedisReply;
import dev.orderonce.stores.RedisScript;
import dev.orderonce.stores.StoreUnavailable;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Publishes the event log to a Redis Stream: every event at least once, each order's in its own
 * order, by one replica at a time.
 *
 * <p>Ids are given out before they are committed, so there are gaps below what can be seen. They
 * are kept in mind and looked for again, in the same snapshot as what follows: an event that turns
 * up late is published then, and no later one of its order can have been published before, because
 * that one was begun after this one's commit.
 *
 * <p>Whoever dies between publishing and keeping it in mind is followed by one who publishes it
 * again. Consumers tell repeats by the order's number and sequence.
 */
@ApplicationScoped
class RelayEvents {
    private static final Logger LOG = Logger.getLogger(RelayEvents.class);

    /**
     * KEYS: the stream. ARGV: about how many entries it keeps; then six for each event. Ends at the
     * first that is refused, so that no later event of an order is there without its earlier one.
     */
    private static final RedisScript PUBLISH =
            new RedisScript(
                    """
                    for i = 2, #ARGV, 6 do
                        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'number', ARGV[i],
                            'buyer', ARGV[i + 1], 'sequence', ARGV[i + 2], 'kind', ARGV[i + 3],
                            'at', ARGV[i + 4], 'detail', ARGV[i + 5])
                    end
                    return (#ARGV - 1) / 6
                    """);

    /** About a millisecond of an event loop's time, which requests have to wait for. */
    private static final int AT_ONCE = 200;

    /** More gaps than this are not a race: the oldest are given up, and it is said so. */
    private static final int MOST_MISSING = 10_000;

    private final OutboxStore store;
    private final RedisPipeline redis;
    private final EventSettings settings;
    private final Clock clock;
    private final String holder = UUID.randomUUID().toString();
    private final AtomicLong behind = new AtomicLong();

    RelayEvents(
            OutboxStore store,
            RedisPipeline redis,
            EventSettings settings,
            Clock clock,
            MeterRegistry metrics) {
        this.store = store;
        this.redis = redis;
        this.settings = settings;
        this.clock = clock;
        metrics.gauge("orderonce.outbox.behind", behind);
    }

    @Scheduled(
            every = "${events.relay-every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> relay() {
        return store.hold(holder, settings.relayLease())
                .onItem()
                .transformToUni(
                        held ->
                                held.isEmpty()
                                        ? Uni.createFrom().voidItem()
                                        : relayFrom(held.get()))
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("events wait: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    /** Batch after batch, as long as they are full and the right to publish is ours. */
    private Uni<Void> relayFrom(Progress begun) {
        AtomicReference<Progress> progress = new AtomicReference<>(begun);
        return store.last()
                .invoke(last -> behind.set(Math.max(0, last - begun.position())))
                .onItem()
                .transformToUni(
                        last ->
                                Uni.createFrom()
                                        .deferred(() -> relayBatch(progress))
                                        .repeat()
                                        .whilst(isMore -> isMore)
                                        .collect()
                                        .last())
                .replaceWithVoid();
    }

    /** Publishes one batch; tells whether there may be another at once. */
    private Uni<Boolean> relayBatch(AtomicReference<Progress> progress) {
        Progress from = Objects.requireNonNull(progress.get());
        return store.read(from, AT_ONCE)
                .onItem()
                .transformToUni(events -> relayBatch(progress, from, events))
                .onItem()
                .call(isMore -> isMore ? pause() : Uni.createFrom().voidItem());
    }

    private Uni<Void> pause() {
        return Uni.createFrom().voidItem().onItem().delayIt().by(settings.pause());
    }

    private Uni<Boolean> relayBatch(
            AtomicReference<Progress> progress, Progress from, List<PublishedEvent> events) {
        Progress to = after(from, events);
        if (to.equals(from)) {
            return Uni.createFrom().item(false);
        }
        return publish(events)
                .onItem()
                .transformToUni(published -> store.advance(holder, to, settings.relayLease()))
                .map(
                        isOurs -> {
                            progress.set(to);
                            return isOurs && events.size() >= AT_ONCE;
                        });
    }

    /** All of them or, if Redis refuses one, those before it; then all are repeated. */
    private Uni<RedisReply> publish(List<PublishedEvent> events) {
        if (events.isEmpty()) {
            return Uni.createFrom().item(new RedisReply.Nothing());
        }
        List<String> arguments = new ArrayList<>(1 + 6 * events.size());
        arguments.add(Integer.toString(settings.streamLength()));
        for (PublishedEvent event : events) {
            arguments.add(event.number());
            arguments.add(event.buyer());
            arguments.add(Integer.toString(event.sequence()));
            arguments.add(event.kind());
            arguments.add(event.at());
            arguments.add(event.detail());
        }
        return redis.run(PUBLISH, List.of(settings.stream()), arguments);
    }

    /** What is known after these were published. */
    private Progress after(Progress from, List<PublishedEvent> events) {
        Instant now = clock.instant();
        Set<Long> seen = new HashSet<>();
        events.forEach(event -> seen.add(event.id()));
        List<Missing> missing = new ArrayList<>();
        for (Missing earlier : from.missing()) {
            if (!seen.contains(earlier.id())
                    && earlier.since().plus(settings.missingFor()).isAfter(now)) {
                missing.add(earlier);
            }
        }
        long position =
                events.isEmpty()
                        ? from.position()
                        : Math.max(from.position(), events.getLast().id());
        // Ids that many rolled-back statements have burnt are a gap of any width.
        long first = Math.max(from.position() + 1, position - MOST_MISSING);
        for (long id = first; id <= position; id++) {
            if (!seen.contains(id)) {
                missing.add(new Missing(id, now));
            }
        }
        if (missing.size() > MOST_MISSING) {
            LOG.errorf(
                    "%d events were never committed, or cannot be seen for too long; the oldest are given up",
                    missing.size());
            return new Progress(
                    position,
                    List.copyOf(missing.subList(missing.size() - MOST_MISSING, missing.size())));
        }
        return new Progress(position, missing);
    }
}
