package dev.orderonce.webhooks;

import dev.orderonce.jobs.Gauge;
import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** The jobs of webhooks. */
class WebhookJobs {
    /** A receiver has an event about a second after its commit. */
    private static final Duration DELIVER_INTERVAL = Duration.ofSeconds(1);

    /** Short against {@code webhooks.log-ttl}. */
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(10);

    /** Sends events to the endpoints that are due. */
    @Produces
    @Singleton
    Job deliver(DeliverWebhooks deliverWebhooks) {
        return new Job("deliver-webhooks", DELIVER_INTERVAL, deliverWebhooks::run);
    }

    /** Deletes old rows of the log of deliveries. */
    @Produces
    @Singleton
    Job purgeDeliveries(WebhookStore store, WebhookSettings settings, Clock clock) {
        return new Job(
                "purge-deliveries",
                PURGE_INTERVAL,
                () -> Purge.inBatches(most -> store.deleteOld(clock.instant().minus(settings.logTtl()), most)));
    }

    /** Tells operators how many endpoints fail. */
    @Produces
    @Singleton
    Job countFailing(WebhookStore store, MeterRegistry metrics) {
        return Gauge.job("count-failing-webhooks", metrics, "orderonce.webhooks.failing", store::countFailing);
    }

    /** Tells operators how many endpoints are disabled. */
    @Produces
    @Singleton
    Job countDisabled(WebhookStore store, MeterRegistry metrics) {
        return Gauge.job("count-disabled-webhooks", metrics, "orderonce.webhooks.disabled", store::countDisabled);
    }
}
