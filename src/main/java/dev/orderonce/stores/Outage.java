package dev.orderonce.stores;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether a store answers on one path: one log line when it stops to, one when it answers again,
 * and a gauge. Paths fail independently, so each has its own.
 */
public final class Outage {
    private static final Logger LOG = Logger.getLogger(Outage.class);

    private final String store;
    private final String path;
    private final long quietNanos;
    private final AtomicReference<@Nullable Ongoing> ongoing = new AtomicReference<>();

    private static final class Ongoing {
        private final long sinceNanos = System.nanoTime();
        private volatile long lastFailureNanos = sinceNanos;
    }

    /**
     * @param store its name in the log; in lower case in metrics
     * @param path what the store is asked for on this path
     * @param quiet an outage is over when there is an answer and this long was no failure: some
     *     connections answer again before others have failed
     */
    public Outage(String store, String path, Duration quiet, MeterRegistry metrics) {
        this.store = store;
        this.path = path;
        this.quietNanos = quiet.toNanos();
        Gauge.builder("orderonce.store.unavailable", ongoing, now -> now.get() == null ? 0 : 1)
                .description("1 while the store does not answer on this path")
                .tag("store", store.toLowerCase(java.util.Locale.ROOT))
                .tag("path", path)
                .strongReference(true)
                .register(metrics);
    }

    public void failed(@Nullable String why) {
        Ongoing now = ongoing.get();
        if (now == null) {
            if (ongoing.compareAndSet(null, new Ongoing())) {
                LOG.warnf("%s does not answer (%s): %s", store, path, why);
            }
        } else {
            now.lastFailureNanos = System.nanoTime();
        }
    }

    public void answered() {
        Ongoing now = ongoing.get();
        if (now == null) {
            return; // nearly always
        }
        long at = System.nanoTime();
        if (at - now.lastFailureNanos >= quietNanos && ongoing.compareAndSet(now, null)) {
            LOG.infof("%s answers again (%s), after %.1f s", store, path, (at - now.sinceNanos) / 1e9);
        }
    }
}
