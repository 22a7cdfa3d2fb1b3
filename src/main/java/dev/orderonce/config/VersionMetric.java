package dev.orderonce.config;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;

/** The version among the metrics: a dashboard shows with it which replica runs which build. */
@Singleton
class VersionMetric implements MeterBinder {
    private static final String METRIC = "orderonce.build.info";

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(METRIC, () -> 1).tag("version", Version.current()).register(registry);
    }
}
