package dev.orderonce.events;

import dev.orderonce.admission.ConcurrencyLimit;
import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Sends the events of a buyer's orders to the buyer's open pages, from the event log itself: at any replica, and while
 * Redis is unavailable too.
 *
 * <p>While a stream is open, the replica reads the new events of the log. A stream is opened at a position of the log
 * or resumed from one: each event of the buyer that is not in the position is sent, and no other.
 */
@ApplicationScoped
public class LiveEvents {
    /** How long a stream stays open: its reader opens the next one with a fresh token. */
    public static final Duration LONGEST = LiveStream.LONGEST;

    /** About a millisecond of an event loop's time, for which requests wait. */
    private static final int BATCH_SIZE = 200;

    /** Between two batches while the replica is behind: requests come first. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final OutboxStore store;
    private final EventSettings settings;
    private final Clock clock;
    private final Vertx vertx;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrencyLimit concurrency;
    private final Duration shutdownDelay;

    /** The monitor of this map guards it and the three fields below; it is never held for long. */
    private final Map<Buyer, Set<LiveStream>> streams = new HashMap<>();

    private Optional<LogProgress> progress = Optional.empty();

    /** The pending read of the progress: streams that are opened at the same time share one statement. */
    private Optional<Uni<LogProgress>> reading = Optional.empty();

    private boolean stopping;

    private final List<Runnable> whenStopping = new ArrayList<>();

    LiveEvents(
            OutboxStore store,
            EventSettings settings,
            Clock clock,
            Vertx vertx,
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> shutdownDelay) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.vertx = vertx;
        this.concurrency =
                new ConcurrencyLimit("live-event-streams", settings.listenerLimit(), settings.listenerPerBuyerLimit());
        metrics.gauge("orderonce.events.listeners", open);
        this.shutdownDelay = shutdownDelay.orElse(Duration.ZERO);
    }

    /**
     * Ends the streams, for which the framework would wait as for every request in progress; not before the proxy knows
     * that this replica shuts down: readers would connect to it again.
     */
    void shutDown(@Observes ShutdownDelayInitiatedEvent shutdown) {
        if (shutdownDelay.isZero()) {
            endAll();
        } else {
            vertx.setTimer(shutdownDelay.toMillis(), _ -> endAll());
        }
    }

    private void endAll() {
        synchronized (streams) {
            stopping = true;
            streams.values().forEach(all -> all.forEach(LiveStream::end));
            whenStopping.forEach(Runnable::run);
        }
    }

    /** Has an action run when the streams are ended because the service stops; it must not wait. */
    public void whenStopping(Runnable action) {
        synchronized (streams) {
            whenStopping.add(action);
            if (stopping) {
                action.run();
            }
        }
    }

    /**
     * Bounds the open streams. A permit is acquired before a stream is opened: a thousand simultaneous requests would
     * otherwise all find room.
     */
    public ConcurrencyLimit concurrency() {
        return concurrency;
    }

    /**
     * Reads the position that a stream begins at, so that one can be opened.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Void> prepare() {
        return position().replaceWithVoid();
    }

    /**
     * Opens a stream of the events of this buyer's orders.
     *
     * @param resumed the events that the reader has read before; without it, the stream sends the events from now on
     * @return ends when the stream has been open for {@link LiveStream#LONGEST}, when the service stops, when
     *     PostgreSQL does not answer, or when the reader is too slow; a reader resumes then from the last message
     */
    public Multi<LiveMessage> of(Buyer buyer, Optional<LogPosition> resumed) {
        return Multi.createFrom()
                .emitter(
                        emitter -> open(buyer, resumed, emitter),
                        // The stream itself sends no more than the reader requests.
                        BackPressureStrategy.ERROR);
    }

    private void open(Buyer buyer, Optional<LogPosition> resumed, MultiEmitter<? super LiveMessage> emitter) {
        // Counted before the position is read: the job keeps the position up to date while a stream is open.
        open.incrementAndGet();
        LiveStream stream = new LiveStream(this, store, settings, eventLoop(), buyer, resumed, emitter);
        position().subscribe().with(_ -> register(stream), stream::cannotRead);
    }

    /** Returns the request's event loop; a new context for a caller without one. */
    private ContextInternal eventLoop() {
        ContextInternal current = (ContextInternal) Vertx.currentContext();
        return current != null && current.isEventLoopContext()
                ? current
                : ((VertxInternal) vertx).createEventLoopContext();
    }

    /** Under the monitor, so that the stream misses no event between this position and the first that it receives. */
    private void register(LiveStream stream) {
        synchronized (streams) {
            streams.computeIfAbsent(stream.buyer(), _ -> new HashSet<>()).add(stream);
            stream.open(progress.orElseThrow().seen());
            if (stopping) {
                stream.end();
            }
        }
    }

    void closed(LiveStream stream) {
        unregister(stream);
        open.decrementAndGet();
    }

    void unregister(LiveStream stream) {
        synchronized (streams) {
            streams.computeIfPresent(stream.buyer(), (same, all) -> {
                all.remove(stream);
                return all.isEmpty() ? null : all;
            });
        }
    }

    /** Sends the new events of the log to the streams of their buyers. */
    Uni<Void> sendNew() {
        if (open.get() == 0) {
            synchronized (streams) {
                if (open.get() == 0) {
                    progress = Optional.empty();
                }
            }
            return Uni.createFrom().voidItem();
        }
        return position()
                .chain(_ -> Uni.createFrom()
                        .deferred(this::sendBatch)
                        .repeat()
                        .whilst(isMore -> isMore)
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    /** Returns how far this replica has read the log; the end of the log if it did not read before. */
    Uni<LogProgress> position() {
        synchronized (streams) {
            if (progress.isPresent()) {
                return Uni.createFrom().item(progress.get());
            }
            if (reading.isEmpty()) {
                reading = Optional.of(read().memoize().indefinitely());
            }
            return reading.get();
        }
    }

    private Uni<LogProgress> read() {
        return store.now(clock.instant())
                .invoke(now -> {
                    synchronized (streams) {
                        progress = Optional.of(now);
                    }
                })
                .onTermination()
                .invoke(() -> {
                    synchronized (streams) {
                        reading = Optional.empty();
                    }
                });
    }

    private Uni<Boolean> sendBatch() {
        return position()
                .chain(from -> store.read(from, BATCH_SIZE).map(events -> {
                    send(from, events);
                    return events.size() >= BATCH_SIZE;
                }))
                .onItem()
                .call(isMore -> isMore
                        ? Uni.createFrom().voidItem().onItem().delayIt().by(PAUSE)
                        : Uni.createFrom().voidItem());
    }

    /** Under the monitor for all streams: a stream that is registered before or after misses no event. */
    void send(LogProgress from, List<PublishedEvent> events) {
        Instant now = clock.instant();
        synchronized (streams) {
            if (!progress.equals(Optional.of(from))) {
                return; // read by another call meanwhile
            }
            for (int i = 0; i < events.size(); i++) {
                PublishedEvent event = events.get(i);
                Set<LiveStream> readers = readers(event);
                if (!readers.isEmpty()) {
                    LogPosition position =
                            from.after(events.subList(0, i + 1), now).seen();
                    readers.forEach(stream -> stream.happened(event, position));
                }
            }
            progress = Optional.of(from.after(events, now));
        }
    }

    /** Returns the streams of the event's buyer; none if the order was deleted. */
    private Set<LiveStream> readers(PublishedEvent event) {
        return event.buyer().isEmpty() ? Set.of() : streams.getOrDefault(new Buyer(event.buyer()), Set.of());
    }
}
