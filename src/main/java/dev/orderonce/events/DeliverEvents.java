package dev.orderonce.events;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
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
import java.util.function.Function;

/**
 * Delivers the event log to each consumer: every event at least once, the events of an order in their order; one active
 * replica per consumer, by lease.
 *
 * <p>Ids are assigned before they are committed, so there are gaps below the last visible id. The gaps are recorded and
 * read again, in the same snapshot as the events after them: an event that becomes visible late is delivered then, and
 * no later event of its order can have been delivered before, because its statement began after this one's commit.
 *
 * <p>If this process crashes after it delivered a batch and before it recorded the progress, another replica delivers
 * the batch again.
 */
@ApplicationScoped
public class DeliverEvents {
    /** A consumer may take longer than a lease: it is renewed meanwhile, and two renewals may fail. */
    private static final Duration RENEWAL_INTERVAL = Lease.LENGTH.dividedBy(3);

    /** A batch may take minutes because of what the consumer waits for, and not because the stores are busy. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private static final String BEHIND = "orderonce.events.behind";
    private static final String CONSUMER = "consumer";

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
     * Delivers to the consumer until the end of the log, unless another replica does.
     *
     * @return completes at the end of the log; fails with {@link dev.orderonce.stores.StoreUnavailable} if a store does
     *     not answer, and continues there with the next call
     */
    public Uni<Void> deliverTo(EventConsumer consumer) {
        return deliverTo(_ -> consumer);
    }

    /**
     * Like {@link #deliverTo(EventConsumer)}, for a consumer that looks at the lease: its batches take longer than the
     * lease lasts, and it can be moved or ended meanwhile ({@link EventConsumers}).
     */
    public Uni<Void> deliverTo(Function<Lease, EventConsumer> consumerWith) {
        return Uni.createFrom().deferred(() -> {
            Lease lease = new Lease(holder, System.nanoTime());
            EventConsumer consumer = consumerWith.apply(lease);
            return store.hold(consumer.name(), holder, Lease.LENGTH)
                    .chain(held -> held.isEmpty()
                            ? skip(consumer)
                            : renewing(consumer, lease, deliverFrom(consumer, lease, held.get())));
        });
    }

    /** Renews the lease for as long as the work takes; a renewal that fails is left to the next one. */
    private Uni<Void> renewing(EventConsumer consumer, Lease lease, Uni<Void> work) {
        return Uni.createFrom().deferred(() -> {
            Cancellable renewals = Multi.createFrom()
                    .ticks()
                    .startingAfter(RENEWAL_INTERVAL)
                    .every(RENEWAL_INTERVAL)
                    .onOverflow()
                    .drop()
                    .onItem()
                    .transformToUniAndConcatenate(_ -> renew(consumer, lease))
                    .subscribe()
                    .with(_ -> {});
            return work.onTermination().invoke(renewals::cancel);
        });
    }

    private Uni<Void> renew(EventConsumer consumer, Lease lease) {
        long askedAt = System.nanoTime();
        return store.renew(consumer.name(), holder, Lease.LENGTH)
                .invoke(isOurs -> lease.replied(isOurs, askedAt))
                .replaceWithVoid()
                .onFailure()
                .recoverWithNull();
    }

    /** Removes the gauge of a consumer that no longer receives anything. */
    public void forget(String consumer) {
        if (behind.remove(consumer) != null) {
            metrics.find(BEHIND).tag(CONSUMER, consumer).gauges().forEach(metrics::remove);
        }
    }

    /** The replica that delivers reports how far behind the consumer is. */
    private Uni<Void> skip(EventConsumer consumer) {
        behind(consumer).set(0);
        return Uni.createFrom().voidItem();
    }

    private AtomicLong behind(EventConsumer consumer) {
        return behind.computeIfAbsent(
                consumer.name(),
                name -> Objects.requireNonNull(metrics.gauge(BEHIND, Tags.of(CONSUMER, name), new AtomicLong())));
    }

    /** Delivers batch after batch, as long as they are full and this replica has the lease. */
    private Uni<Void> deliverFrom(EventConsumer consumer, Lease lease, Progress begun) {
        AtomicReference<Progress> progress = new AtomicReference<>(begun);
        return store.last()
                .invoke(last -> behind(consumer).set(Math.max(0, last - begun.position())))
                .chain(_ -> Uni.createFrom()
                        .deferred(() -> deliverBatch(consumer, lease, progress))
                        .repeat()
                        .whilst(isMore -> isMore && !lease.isOver())
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    /** Delivers one batch; returns whether there may be another at once. */
    private Uni<Boolean> deliverBatch(EventConsumer consumer, Lease lease, AtomicReference<Progress> progress) {
        Progress from = Objects.requireNonNull(progress.get());
        long begunAt = System.nanoTime();
        return store.read(from, consumer.batchSize())
                .chain(events -> deliverBatch(consumer, lease, progress, from, events))
                .onItem()
                .call(isMore ->
                        isMore ? pause(consumer, begunAt) : Uni.createFrom().voidItem());
    }

    private static Uni<Void> pause(EventConsumer consumer, long begunAt) {
        Duration took = Duration.ofNanos(System.nanoTime() - begunAt);
        return Uni.createFrom().voidItem().onItem().delayIt().by(pause(took, consumer.pause()));
    }

    /** The pause after a batch that took so long. */
    static Duration pause(Duration took, Duration minimum) {
        Duration half = took.dividedBy(2);
        Duration bounded = half.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : half;
        return bounded.compareTo(minimum) > 0 ? bounded : minimum;
    }

    private Uni<Boolean> deliverBatch(
            EventConsumer consumer,
            Lease lease,
            AtomicReference<Progress> progress,
            Progress from,
            List<PublishedEvent> events) {
        Progress to = from.after(events, clock.instant());
        if (to.equals(from)) {
            return Uni.createFrom().item(false);
        }
        Uni<Void> consumed = events.isEmpty() ? Uni.createFrom().voidItem() : consumer.consume(events);
        return consumed.chain(_ -> advance(consumer, lease, to)).map(isOurs -> {
            progress.set(to);
            return isOurs && events.size() >= consumer.batchSize();
        });
    }

    private Uni<Boolean> advance(EventConsumer consumer, Lease lease, Progress to) {
        long askedAt = System.nanoTime();
        return store.advance(consumer.name(), holder, to, Lease.LENGTH)
                .invoke(isOurs -> lease.replied(isOurs, askedAt));
    }
}
