package dev.orderonce.config;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/**
 * The clock of the service. It ticks microseconds, which is what PostgreSQL stores: the first response shows the same
 * time as every later one. Tests replace it.
 */
class SystemClock {
    private static final Duration TICK = Duration.ofNanos(1000);

    @Produces
    @Singleton
    @DefaultBean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), TICK);
    }
}
