package dev.orderonce.events;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Leads followers along the event log: every event at least once, each order's in its own order, by one replica at a
 * time.
 *
 * <p>Ids are given out before they are committed, so there are gaps below what can be seen. They are kept in mind and
 * looked for again, in the same snapshot as what follows: an event that turns up late is handed over then, and no later
 * one of its order can have been handed over before, because that one was begun after this one's commit.
 *
 * <p>Whoever dies between handing over and keeping it in mind is followed by one who hands it over again.
 */
@ApplicationScoped
public class DeliverEvents {
    /**
     * How long the replica that delivers to a consumer is left alone; each batch renews it. So long nothing is
     * delivered after that replica crashed.
     */
    private static final Duration LEASE = Duration.ofSeconds(5);

    private final OutboxStore store;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final String holder = UUID.randomUUID().toString();
    private final Map<String, AtomicLong> behind = new ConcurrentHashMap<>();

    DeliverEvents(OutboxStore store, Clock clock, MeterRegistry metrics) {
        this.store = store;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Leads the follower to the end of the log, unless another replica does.
     *
     * @return ends when the end is reached; fails with {@link dev.orderonce.stores.StoreUnavailable} if a store does
     *     not answer. Then it is to be called again
     */
    public Uni<Void> follow(EventConsumer follower) {
        return store.hold(follower.name(), holder, LEASE)
                .chain(held -> held.isEmpty() ? leave(follower) : followFrom(follower, held.get()));
    }

    /** Another replica knows how far behind it is. */
    private Uni<Void> leave(EventConsumer follower) {
        behind(follower).set(0);
        return Uni.createFrom().voidItem();
    }

    private AtomicLong behind(EventConsumer follower) {
        return behind.computeIfAbsent(
                follower.name(),
                name -> Objects.requireNonNull(
                        metrics.gauge("orderonce.events.behind", Tags.of("follower", name), new AtomicLong())));
    }

    /** Batch after batch, as long as they are full and the right to follow is ours. */
    private Uni<Void> followFrom(EventConsumer follower, Progress begun) {
        AtomicReference<Progress> progress = new AtomicReference<>(begun);
        return store.last()
                .invoke(last -> behind(follower).set(Math.max(0, last - begun.position())))
                .chain(last -> Uni.createFrom()
                        .deferred(() -> takeBatch(follower, progress))
                        .repeat()
                        .whilst(isMore -> isMore)
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    /** Hands over one batch; tells whether there may be another at once. */
    private Uni<Boolean> takeBatch(EventConsumer follower, AtomicReference<Progress> progress) {
        Progress from = Objects.requireNonNull(progress.get());
        long begunAt = System.nanoTime();
        return store.read(from, follower.atOnce())
                .chain(events -> takeBatch(follower, progress, from, events))
                .onItem()
                .call(isMore ->
                        isMore ? pause(follower, begunAt) : Uni.createFrom().voidItem());
    }

    private static Uni<Void> pause(EventConsumer follower, long begunAt) {
        Duration half = Duration.ofNanos((System.nanoTime() - begunAt) / 2);
        Duration least = follower.pause();
        return Uni.createFrom().voidItem().onItem().delayIt().by(half.compareTo(least) > 0 ? half : least);
    }

    private Uni<Boolean> takeBatch(
            EventConsumer follower, AtomicReference<Progress> progress, Progress from, List<PublishedEvent> events) {
        Progress to = from.after(events, clock.instant());
        if (to.equals(from)) {
            return Uni.createFrom().item(false);
        }
        Uni<Void> taken = events.isEmpty() ? Uni.createFrom().voidItem() : follower.take(events);
        return taken.chain(done -> store.advance(follower.name(), holder, to, LEASE))
                .map(isOurs -> {
                    progress.set(to);
                    return isOurs && events.size() >= follower.atOnce();
                });
    }
}
