package dev.orderonce.stores;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reports whether a store is available on one path: one log line when an outage begins, one when it ends, and a gauge.
 * Paths fail independently, so each has its own.
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
     * @param store the store's name in logs; in lower case in metrics
     * @param path the kind of statement or command
     * @param quiet an outage ends with a reply after this time without a failure: some connections are available again
     *     before others have failed
     */
    public Outage(String store, String path, Duration quiet, MeterRegistry metrics) {
        this.store = store;
        this.path = path;
        this.quietNanos = quiet.toNanos();
        Gauge.builder("orderonce.store.unavailable", ongoing, now -> now.get() == null ? 0 : 1)
                .description("1 while the store is unavailable on this path")
                .tag("store", store.toLowerCase(java.util.Locale.ROOT))
                .tag("path", path)
                .strongReference(true)
                .register(metrics);
    }

    public void failed(@Nullable String reason) {
        Ongoing now = ongoing.get();
        if (now == null) {
            if (ongoing.compareAndSet(null, new Ongoing())) {
                LOG.warnf("%s is unavailable (%s): %s", store, path, reason);
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
            LOG.infof("%s is available again (%s), after %.1f s", store, path, (at - now.sinceNanos) / 1e9);
        }
    }
}
