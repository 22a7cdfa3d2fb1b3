package dev.orderonce.events;

import dev.orderonce.events.OutboxStore.Claim;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Delivers the event log to each consumer: every event at least once, the events of an order in their order. Replicas
 * share the partitions of a consumer; each partition has one active replica, by lease.
 *
 * <p>Ids are assigned before they are committed, so there are gaps below the last visible id of a partition. The gaps
 * are recorded and read again, in the same snapshot as the events after them: an event that becomes visible late is
 * delivered then, and no later event of its order can have been delivered before, because its statement began after
 * this one's commit.
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

    /**
     * After so long of full batches partitions are given back: those that have waited longer are next, at this replica
     * or at another one.
     */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(1);

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
     * Delivers to the consumer until the end of the log, but for the partitions that other replicas deliver. A
     * partition whose batch the consumer refuses stops no other one.
     *
     * @return completes at the end of the log; fails with {@link StoreUnavailable} if a store does not answer, and with
     *     the first refusal; continues there with the next call
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
            Run run = new Run(consumerWith);
            return Uni.createFrom()
                    .deferred(run::takeTurn)
                    .repeat()
                    .whilst(isMore -> isMore)
                    .collect()
                    .last()
                    .chain(run::end);
        });
    }

    /** Removes the gauge of a consumer that no longer receives anything. */
    public void forget(String consumer) {
        if (behind.remove(consumer) != null) {
            metrics.find(BEHIND).tag(CONSUMER, consumer).gauges().forEach(metrics::remove);
        }
    }

    /** Every replica reports how far behind the consumer is, in all partitions. */
    private void report(EventConsumer consumer, long ids) {
        behind.computeIfAbsent(
                        consumer.name(),
                        name -> Objects.requireNonNull(
                                metrics.gauge(BEHIND, Tags.of(CONSUMER, name), new AtomicLong())))
                .set(ids);
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

    /** One call: turns with some partitions each, until this replica finds nothing more to deliver. */
    private final class Run {
        private final Function<Lease, EventConsumer> consumerWith;

        /**
         * Events come all the time: a partition whose end was reached, or whose batch was refused, waits for the next
         * run.
         */
        private final Set<Integer> done = new HashSet<>();

        private Optional<Throwable> refusal = Optional.empty();

        Run(Function<Lease, EventConsumer> consumerWith) {
            this.consumerWith = consumerWith;
        }

        Uni<Void> end() {
            return refusal.map(Uni.createFrom()::<Void>failure)
                    .orElseGet(() -> Uni.createFrom().voidItem());
        }

        /** Acquires partitions and delivers them; returns whether there may be others. */
        Uni<Boolean> takeTurn() {
            Lease lease = new Lease(holder, System.nanoTime());
            EventConsumer consumer = consumerWith.apply(lease);
            return claim(consumer)
                    .invoke(claim -> report(consumer, claim.behind()))
                    .chain(claim -> claim.progress().partitions().isEmpty()
                            ? Uni.createFrom().item(false)
                            : deliver(consumer, lease, claim));
        }

        private Uni<Claim> claim(EventConsumer consumer) {
            Instant givenUp = Progress.givenUp(clock.instant());
            return consumer.isWhole()
                    ? store.claimAll(consumer.name(), holder, Lease.LENGTH, givenUp)
                    : store.claimSome(consumer.name(), holder, Lease.LENGTH, givenUp, done, room(consumer));
        }

        /** After a refusal one partition at a time: it stops its own one only. */
        private int room(EventConsumer consumer) {
            return refusal.isPresent() ? OutboxStore.NO_ROOM : consumer.batchSize();
        }

        private Uni<Boolean> deliver(EventConsumer consumer, Lease lease, Claim claim) {
            Turn turn = new Turn(consumer, lease, claim.progress());
            return turn.take()
                    .map(isEnd -> isEnd ? isMoreAfterEnd(claim) : true)
                    .onFailure()
                    .call(turn::giveBack)
                    // A store that is unavailable is no refusal: all partitions need it.
                    .onFailure(failure -> !consumer.isWhole() && !(failure instanceof StoreUnavailable))
                    .recoverWithItem(failure -> isMoreAfter(failure, claim.progress()))
                    .call(isMore -> isMore ? turn.pause() : Uni.createFrom().voidItem());
        }

        private boolean isMoreAfterEnd(Claim claim) {
            if (claim.progress().partitions().contains(LogPartition.BEFORE)) {
                return true; // now those that come after it
            }
            done.addAll(claim.progress().partitions());
            return !claim.isAll();
        }

        private boolean isMoreAfter(Throwable failure, LogProgress refused) {
            if (refused.partitions().size() == 1) {
                done.addAll(refused.partitions());
            }
            refusal = refusal.or(() -> Optional.of(failure));
            return true;
        }
    }

    /** Batches of the same partitions under one lease. */
    private final class Turn {
        private final EventConsumer consumer;
        private final Lease lease;
        private final long begunAt = System.nanoTime();
        private LogProgress progress;
        private long batchBegunAt = begunAt;

        Turn(EventConsumer consumer, Lease lease, LogProgress progress) {
            this.consumer = consumer;
            this.lease = lease;
            this.progress = progress;
        }

        /** Returns whether the end of the partitions was reached, or another replica has one of them. */
        Uni<Boolean> take() {
            return renewing(Uni.createFrom()
                    .deferred(this::deliverBatch)
                    .repeat()
                    .whilst(next -> next == Next.BATCH)
                    .collect()
                    .last()
                    .map(next -> next == Next.END));
        }

        /** Renews the lease for as long as the work takes; a renewal that fails is left to the next one. */
        private <T> Uni<T> renewing(Uni<T> work) {
            return Uni.createFrom().deferred(() -> {
                Cancellable renewals = Multi.createFrom()
                        .ticks()
                        .startingAfter(RENEWAL_INTERVAL)
                        .every(RENEWAL_INTERVAL)
                        .onOverflow()
                        .drop()
                        .onItem()
                        .transformToUniAndConcatenate(_ -> renew())
                        .subscribe()
                        .with(_ -> {});
                return work.onTermination().invoke(renewals::cancel);
            });
        }

        private Uni<Void> renew() {
            long askedAt = System.nanoTime();
            return store.renew(consumer.name(), holder, progress.partitions(), Lease.LENGTH)
                    .invoke(isOurs -> lease.replied(isOurs, askedAt))
                    .replaceWithVoid()
                    .onFailure()
                    .recoverWithNull();
        }

        /**
         * What this replica cannot deliver, another one perhaps can. If PostgreSQL does not answer either, the lease
         * expires.
         */
        Uni<Void> giveBack() {
            return store.giveBack(consumer.name(), holder, progress.partitions())
                    .onFailure(StoreUnavailable.class)
                    .recoverWithNull();
        }

        Uni<Void> pause() {
            return DeliverEvents.pause(consumer, batchBegunAt);
        }

        private Uni<Next> deliverBatch() {
            batchBegunAt = System.nanoTime();
            return store.read(progress, consumer.batchSize())
                    .chain(this::deliver)
                    .onItem()
                    .call(next ->
                            next == Next.BATCH ? pause() : Uni.createFrom().voidItem());
        }

        private Uni<Next> deliver(List<PublishedEvent> events) {
            LogProgress to = progress.after(events, clock.instant());
            Next next = next(events);
            Uni<Void> consumed = events.isEmpty() ? Uni.createFrom().voidItem() : consumer.consume(events);
            return consumed.chain(() -> record(to, next)).map(isOurs -> {
                progress = to;
                return isOurs && !lease.isOver() ? next : Next.END;
            });
        }

        private Next next(List<PublishedEvent> events) {
            if (events.size() < consumer.batchSize()) {
                return Next.END;
            }
            boolean isOver = System.nanoTime() - begunAt > LONGEST_TURN.toNanos();
            return isOver && !consumer.isWhole() ? Next.OTHERS : Next.BATCH;
        }

        /** Returns whether this replica still has the lease. */
        private Uni<Boolean> record(LogProgress to, Next next) {
            if (next == Next.END && to.partitions().contains(LogPartition.BEFORE)) {
                return store.finishBefore(consumer.name(), holder); // nothing appears in it any more
            }
            long askedAt = System.nanoTime();
            return store.advance(consumer.name(), holder, to, next != Next.BATCH, Lease.LENGTH)
                    .invoke(isOurs -> lease.replied(isOurs, askedAt));
        }
    }

    /** What comes after a batch. */
    private enum Next {
        /** Another batch of the same partitions. */
        BATCH,
        /** Partitions that have waited longer. */
        OTHERS,
        /** The end of these partitions is reached, or another replica has one of them. */
        END
    }
}
