package dev.orderonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the requests in progress and their body bytes, and bounds both. */
@ApplicationScoped
public class Places {
    /**
     * At the highest rate every place is free again within 100 ms. If none becomes free for this long, requests do not
     * end any more.
     */
    private static final Duration SATURATED_AFTER = Duration.ofSeconds(10);

    /**
     * The bodies in progress together, in bytes: a quarter of a replica's heap. A hundred thousand usual orders, or 256
     * of the largest.
     */
    private static final long MOST_BYTES = 32 * 1024 * 1024;

    /**
     * Larger bodies may take half of that, in bytes: clients that send large bodies slowly leave room for usual orders,
     * of which 2,048 at once fit into the other half.
     */
    private static final long USUAL_BODY = 8 * 1024;

    private static final long NOT_FULL = Long.MIN_VALUE;

    private final int most;
    private final Clock clock;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long fullSinceMillis = NOT_FULL;

    Places(HttpSettings settings, Clock clock, MeterRegistry metrics) {
        this.most = settings.inFlightLimit();
        this.clock = clock;
        metrics.gauge("orderonce.http.under.way", underWay);
        metrics.gauge("orderonce.http.body.bytes", bytes);
    }

    /**
     * Takes a place, to be given back once; false if none is free.
     *
     * @param bodyBytes the size of the request's body, or its maximum
     */
    boolean take(long bodyBytes) {
        boolean fits = underWay.incrementAndGet() <= most;
        fits &= bytes.addAndGet(bodyBytes) <= (bodyBytes > USUAL_BODY ? MOST_BYTES / 2 : MOST_BYTES);
        if (!fits) {
            giveBack(bodyBytes);
            if (fullSinceMillis == NOT_FULL) {
                fullSinceMillis = clock.millis();
            }
            return false;
        }
        if (fullSinceMillis != NOT_FULL) {
            fullSinceMillis = NOT_FULL;
        }
        return true;
    }

    void giveBack(long bodyBytes) {
        underWay.decrementAndGet();
        bytes.addAndGet(-bodyBytes);
    }

    /** Whether every request of the last ten seconds was refused. */
    public boolean isSaturated() {
        long since = fullSinceMillis;
        return since != NOT_FULL && underWay.get() >= most && clock.millis() - since >= SATURATED_AFTER.toMillis();
    }
}
