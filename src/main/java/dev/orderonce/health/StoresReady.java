package dev.orderonce.health;

import dev.orderonce.http.Places;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Schema;
import dev.orderonce.redis.RedisPipeline;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while orders can be placed: the PostgreSQL connections of the hot path are open, Redis answers or is not
 * needed, the migrations of this version are applied, and the front door admits requests. The connections check their
 * own liveness, so the probe waits for no statement of its own, except before migrations that a job runs.
 *
 * <p>A replica that trusts signatures while Redis is unavailable stays ready. If it were unready, all replicas would be
 * at once and the shop would stop, which is what that setting prevents.
 */
@Readiness
@ApplicationScoped
class StoresReady implements AsyncHealthCheck {
    private final Postgres postgres;
    private final Schema schema;
    private final RedisPipeline redis;
    private final Places places;
    private final boolean needsRedis;

    StoresReady(Postgres postgres, Schema schema, RedisPipeline redis, Places places, NumbersSettings numbers) {
        this.postgres = postgres;
        this.schema = schema;
        this.redis = redis;
        this.places = places;
        this.needsRedis = numbers.whenRedisIsDown() == WhenRedisIsDown.REFUSE;
    }

    /** For alerts: the probes are read by a proxy or by Kubernetes, and not by Prometheus. */
    void publish(@Observes StartupEvent started, MeterRegistry metrics) {
        metrics.gauge("orderonce.ready", this, StoresReady::asNumber);
    }

    /** The schema is read in the background until it is current, so that a scrape waits for no statement. */
    private double asNumber() {
        boolean isMigrated = schema.isCurrent().subscribe().asCompletionStage().getNow(false);
        return isMigrated && canPlace() ? 1 : 0;
    }

    private boolean canPlace() {
        return postgres.isOpen() && (redis.isOpen() || !needsRedis) && !places.isSaturated();
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return schema.isCurrent().map(this::response);
    }

    private HealthCheckResponse response(boolean isMigrated) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("stores")
                .withData("postgresql", word(postgres.isOpen()))
                .withData("schema", isMigrated ? "migrated" : "not migrated")
                .withData("redis", word(redis.isOpen()))
                .withData("requests", places.isSaturated() ? "saturated" : "let in");
        return response.status(isMigrated && canPlace()).build();
    }

    private static String word(boolean answers) {
        return answers ? "answers" : "does not answer";
    }
}
