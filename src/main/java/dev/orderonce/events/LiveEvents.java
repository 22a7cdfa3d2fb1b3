package dev.orderonce.events;

import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.StoreUnavailable;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiEmitter;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells buyers what happens to their orders while it happens, at least once and from the event log
 * itself: whichever replica they listen to, and whether Redis answers or not.
 *
 * <p>While somebody listens, the replica reads what is new in the log; nobody reads it for nobody.
 */
@ApplicationScoped
public class LiveEvents {
    private static final Logger LOG = Logger.getLogger(LiveEvents.class);

    /** About a millisecond of an event loop's time, which requests have to wait for. */
    private static final int AT_ONCE = 200;

    /**
     * Who comes back is told this much of the log once more: what was committed late may stand
     * below what they have seen. Only their own of it is sent, which is little.
     */
    private static final long OVERLAP = 10_000;

    /** Of a buyer's own that happened while they were away; who was away for longer looks anew. */
    private static final int MOST_MISSED = 500;

    private final OutboxStore store;
    private final EventSettings settings;
    private final Clock clock;
    private final Map<Buyer, Queue<MultiEmitter<? super PublishedEvent>>> listeners =
            new ConcurrentHashMap<>();
    private final AtomicInteger listening = new AtomicInteger();
    private final AtomicReference<Optional<Progress>> progress =
            new AtomicReference<>(Optional.empty());

    private volatile boolean stopping;

    LiveEvents(
            OutboxStore store,
            EventSettings settings,
            Clock clock,
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> leavesAfter) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        metrics.gauge("orderonce.events.listeners", listening);
        // The framework waits for requests that are under way when it stops; these would be for
        // ever.
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> endAll(leavesAfter.orElse(Duration.ZERO)),
                                "end live events"));
    }

    /**
     * Not before the proxy has heard that this replica is leaving: whoever comes back at once would
     * come back here.
     */
    private void endAll(Duration after) {
        try {
            Thread.sleep(after);
        } catch (InterruptedException atOnce) {
            Thread.currentThread().interrupt();
        }
        stopping = true;
        listeners.values().forEach(queue -> queue.forEach(MultiEmitter::complete));
    }

    /** When this ends, nothing that happens from then on is missed by who has begun to listen. */
    public Uni<Void> ready() {
        return current().replaceWithVoid();
    }

    /** Whether one more may listen. */
    public boolean hasRoom() {
        return !stopping && listening.get() < settings.listeners();
    }

    /**
     * What happens to this buyer's orders from now on.
     *
     * @param after the id of the last event that they have seen: what they missed comes first
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer when it begins: a
     *     stream without what was missed would lead them past it
     */
    public Multi<PublishedEvent> of(Buyer buyer, Optional<Long> after) {
        // Counted before the place in the log is fixed: from then on nobody lets go of it.
        Multi<PublishedEvent> live =
                Multi.createFrom()
                        .deferred(
                                () -> {
                                    listening.incrementAndGet();
                                    return current()
                                            .onItem()
                                            .transformToMulti(begun -> heard(buyer));
                                })
                        .onTermination()
                        .invoke(listening::decrementAndGet);
        if (after.isEmpty()) {
            return live;
        }
        // Listens first, so that nothing falls between; what comes twice is told apart by whoever
        // reads it.
        Uni<List<PublishedEvent>> missed =
                store.ofBuyer(buyer.subject(), Math.max(0, after.get() - OVERLAP), MOST_MISSED);
        return Multi.createBy()
                .merging()
                .streams(live, missed.onItem().transformToMulti(Multi.createFrom()::iterable));
    }

    private Multi<PublishedEvent> heard(Buyer buyer) {
        return Multi.createFrom().emitter(emitter -> listen(buyer, emitter), AT_ONCE);
    }

    private void listen(Buyer buyer, MultiEmitter<? super PublishedEvent> emitter) {
        listeners.compute(
                buyer,
                (same, queue) -> {
                    Queue<MultiEmitter<? super PublishedEvent>> all =
                            Objects.requireNonNullElseGet(queue, ConcurrentLinkedQueue::new);
                    all.add(emitter);
                    return all;
                });
        emitter.onTermination(
                () -> {
                    listeners.computeIfPresent(
                            buyer,
                            (same, queue) -> {
                                queue.remove(emitter);
                                return queue.isEmpty() ? null : queue;
                            });
                });
        if (stopping) {
            emitter.complete(); // it came too late to be ended with the others
        }
    }

    void begin(@Observes StartupEvent start, Rhythm rhythm) {
        rhythm.keep(settings.liveEvery(), this::tell);
    }

    Uni<Void> tell() {
        if (listening.get() == 0) {
            progress.set(Optional.empty());
            return Uni.createFrom().voidItem();
        }
        return tellWhatIsNew()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("listeners wait: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    private Uni<Void> tellWhatIsNew() {
        return current()
                .onItem()
                .transformToUni(
                        begun ->
                                Uni.createFrom()
                                        .deferred(this::tellBatch)
                                        .repeat()
                                        .whilst(isMore -> isMore)
                                        .collect()
                                        .last())
                .replaceWithVoid();
    }

    /** Who begins to listen hears of what happens from then on. */
    private Uni<Progress> current() {
        Optional<Progress> reached = Objects.requireNonNull(progress.get());
        return reached.isPresent()
                ? Uni.createFrom().item(reached.get())
                : store.last()
                        .map(last -> new Progress(last, List.of()))
                        // Two may have asked at once: the first place counts for both.
                        .map(now -> progress.updateAndGet(set -> set.or(() -> Optional.of(now))))
                        .map(Optional::orElseThrow);
    }

    private Uni<Boolean> tellBatch() {
        Progress from = Objects.requireNonNull(progress.get()).orElseThrow();
        return store.read(from, AT_ONCE)
                .map(
                        events -> {
                            events.forEach(this::tell);
                            progress.set(
                                    Optional.of(
                                            from.after(
                                                    events,
                                                    clock.instant(),
                                                    settings.missingFor())));
                            return events.size() >= AT_ONCE;
                        })
                .onItem()
                .call(
                        isMore ->
                                isMore
                                        ? Uni.createFrom()
                                                .voidItem()
                                                .onItem()
                                                .delayIt()
                                                .by(settings.pause())
                                        : Uni.createFrom().voidItem());
    }

    private void tell(PublishedEvent event) {
        if (event.buyer().isEmpty()) {
            return; // its order is gone: nobody's any more
        }
        Queue<MultiEmitter<? super PublishedEvent>> queue = listeners.get(new Buyer(event.buyer()));
        if (queue != null) {
            queue.forEach(listener -> listener.emit(event));
        }
    }
}
