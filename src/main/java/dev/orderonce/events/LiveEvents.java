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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Sends buyers what happens to their orders while it happens, from the event log itself: whichever replica they are
 * connected to, and whether Redis answers or not.
 *
 * <p>While a stream is open, the replica reads what is new in the log. A stream is opened at a position of the log and
 * resumed from one: each event of the buyer that is not in the position is sent, and no other.
 */
@ApplicationScoped
public class LiveEvents {
    /** About a millisecond of an event loop's time, which requests have to wait for. */
    private static final int AT_ONCE = 200;

    /** Between two batches while the replica is behind: requests come first. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final OutboxStore store;
    private final EventSettings settings;
    private final Clock clock;
    private final Vertx vertx;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrencyLimit concurrency;
    private final Duration leavesAfter;

    /** What follows is touched under the monitor of {@link #streams}, and never for long. */
    private final Map<Buyer, Set<LiveStream>> streams = new HashMap<>();

    private Optional<Progress> progress = Optional.empty();

    /** While it is read: however many streams are opened at once, PostgreSQL is asked once. */
    private Optional<Uni<Progress>> reading = Optional.empty();

    private boolean stopping;

    LiveEvents(
            OutboxStore store,
            EventSettings settings,
            Clock clock,
            Vertx vertx,
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> leavesAfter) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.vertx = vertx;
        this.concurrency = new ConcurrencyLimit(settings.listenerLimit(), settings.listenerPerBuyerLimit());
        metrics.gauge("orderonce.events.listeners", open);
        this.leavesAfter = leavesAfter.orElse(Duration.ZERO);
    }

    /**
     * Ends the streams, which the framework would wait for like for every request in progress; not before the proxy
     * knows that this replica is leaving: readers would come back here.
     */
    void leave(@Observes ShutdownDelayInitiatedEvent leaving) {
        if (leavesAfter.isZero()) {
            endAll();
        } else {
            vertx.setTimer(leavesAfter.toMillis(), id -> endAll());
        }
    }

    private void endAll() {
        synchronized (streams) {
            stopping = true;
            streams.values().forEach(all -> all.forEach(LiveStream::end));
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
     * Opens a stream of what happens to this buyer's orders.
     *
     * @param resumed what the reader has read before; without it, what happens from now on is sent
     * @return ends when the stream has been open for {@link LiveStream#LONGEST}, when the service stops, when
     *     PostgreSQL does not answer, or when the reader is too slow; a reader resumes then from the last message
     */
    public Multi<LiveMessage> of(Buyer buyer, Optional<LogPosition> resumed) {
        return Multi.createFrom()
                .emitter(
                        emitter -> open(buyer, resumed, emitter),
                        // The stream itself sends no more than is asked for.
                        BackPressureStrategy.ERROR);
    }

    private void open(Buyer buyer, Optional<LogPosition> resumed, MultiEmitter<? super LiveMessage> emitter) {
        // Counted before the position is read: from then on it is kept up to date.
        open.incrementAndGet();
        LiveStream stream = new LiveStream(this, store, settings, eventLoop(), buyer, resumed, emitter);
        position().subscribe().with(known -> register(stream), stream::cannotRead);
    }

    /** The request's own; a caller from elsewhere gets one. */
    private ContextInternal eventLoop() {
        ContextInternal current = (ContextInternal) Vertx.currentContext();
        return current != null && current.isEventLoopContext()
                ? current
                : ((VertxInternal) vertx).createEventLoopContext();
    }

    /** Between this position and the first event that the stream is given nothing is missed. */
    private void register(LiveStream stream) {
        synchronized (streams) {
            streams.computeIfAbsent(stream.buyer(), first -> new HashSet<>()).add(stream);
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

    /** Sends what is new in the log to the streams it belongs to. */
    Uni<Void> tell() {
        if (open.get() == 0) {
            synchronized (streams) {
                if (open.get() == 0) {
                    progress = Optional.empty();
                }
            }
            return Uni.createFrom().voidItem();
        }
        return position()
                .chain(known -> Uni.createFrom()
                        .deferred(this::tellBatch)
                        .repeat()
                        .whilst(isMore -> isMore)
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    /** How far this replica has read the log; the end of the log if it did not read it before. */
    Uni<Progress> position() {
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

    private Uni<Progress> read() {
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

    private Uni<Boolean> tellBatch() {
        return position()
                .chain(from -> store.read(from, AT_ONCE).map(events -> {
                    send(from, events);
                    return events.size() >= AT_ONCE;
                }))
                .onItem()
                .call(isMore -> isMore
                        ? Uni.createFrom().voidItem().onItem().delayIt().by(PAUSE)
                        : Uni.createFrom().voidItem());
    }

    /** One step for all streams: one that is registered before it or after it misses nothing. */
    void send(Progress from, List<PublishedEvent> events) {
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
                            after(from, events.subList(0, i + 1), now).seen();
                    readers.forEach(stream -> stream.happened(event, position));
                }
            }
            progress = Optional.of(after(from, events, now));
        }
    }

    private Progress after(Progress from, List<PublishedEvent> events, Instant now) {
        return from.after(events, now);
    }

    /** An event whose order is gone is nobody's any more. */
    private Set<LiveStream> readers(PublishedEvent event) {
        return event.buyer().isEmpty() ? Set.of() : streams.getOrDefault(new Buyer(event.buyer()), Set.of());
    }
}
