package dev.orderonce.work;

import dev.orderonce.events.EventSettings;
import dev.orderonce.events.LiveEvents;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notifies the open pages of staff of what waits for them. While a stream is open, the replica reads the counts from
 * time to time, once for all its streams.
 */
@ApplicationScoped
public class LiveWork {
    private final WorkStore store;
    private final EventSettings settings;
    private final Clock clock;
    private final Vertx vertx;
    private final AtomicInteger open = new AtomicInteger();

    /** The monitor of this set guards it and the three fields below; it is never held for long. */
    private final Set<WorkStream> streams = new HashSet<>();

    private Optional<Work> latest = Optional.empty();

    /** The pending read of the counts: streams that are opened at the same time share one statement. */
    private Optional<Uni<Work>> reading = Optional.empty();

    private boolean stopping;

    LiveWork(
            WorkStore store,
            EventSettings settings,
            Clock clock,
            Vertx vertx,
            LiveEvents liveEvents,
            MeterRegistry metrics) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.vertx = vertx;
        metrics.gauge("orderonce.work.listeners", open);
        liveEvents.whenStopping(this::endAll);
    }

    private void endAll() {
        synchronized (streams) {
            stopping = true;
            streams.forEach(WorkStream::end);
        }
    }

    /**
     * Reads the counts that a stream begins with, so that one can be opened.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Void> prepare() {
        return read().replaceWithVoid();
    }

    /**
     * Opens a stream: what waits now, and again whenever it changes. While PostgreSQL is unavailable nothing changes.
     *
     * @param isSupport whether the stream has what support alone lists
     * @return ends when the stream has been open for {@link LiveEvents#LONGEST}, and when the service stops
     */
    public Multi<WorkMessage> stream(boolean isSupport) {
        return Multi.createFrom()
                .emitter(
                        emitter -> open(isSupport, emitter),
                        // The stream itself sends no more than the reader requests.
                        BackPressureStrategy.ERROR);
    }

    private void open(boolean isSupport, MultiEmitter<? super WorkMessage> emitter) {
        open.incrementAndGet();
        WorkStream stream = new WorkStream(this, vertx.getOrCreateContext(), isSupport, emitter);
        stream.open(settings.heartbeatInterval());
        synchronized (streams) {
            streams.add(stream);
            latest.ifPresent(stream::changed);
            if (stopping) {
                stream.end();
            }
        }
    }

    void closed(WorkStream stream) {
        synchronized (streams) {
            streams.remove(stream);
        }
        open.decrementAndGet();
    }

    /** Reads the counts if a stream is open, and sends them to the streams for which they changed. */
    Uni<Void> poll() {
        return open.get() == 0 ? Uni.createFrom().voidItem() : prepare();
    }

    private Uni<Work> read() {
        synchronized (streams) {
            if (reading.isEmpty()) {
                reading = Optional.of(store.read(clock.instant())
                        .invoke(this::changed)
                        .onTermination()
                        .invoke(this::ended)
                        .memoize()
                        .indefinitely());
            }
            return reading.get();
        }
    }

    private void changed(Work now) {
        synchronized (streams) {
            latest = Optional.of(now);
            streams.forEach(stream -> stream.changed(now));
        }
    }

    private void ended() {
        synchronized (streams) {
            reading = Optional.empty();
        }
    }
}
