package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableBean;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without its setting the relay to Kafka costs nothing and holds nothing up. */
@QuarkusTest
@TestProfile(WithoutKafkaTest.Purging.class)
class WithoutKafkaTest {
    /** Purging asks which consumers are off. */
    public static final class Purging implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("events.ttl", "365d");
        }
    }

    @Inject
    MeterRegistry metrics;

    @Test
    void notConfigured_hasNoThreadNoBeanNoRowAndNoMetric() {
        // Given
        Shop.newBuyer().newOrder(4200);
        // When
        RunJob.named("relay-to-kafka");
        RunJob.named("purge-events");
        // Then
        assertThat(Arc.container()
                        .getActiveContext(ApplicationScoped.class)
                        .getState()
                        .getContextualInstances()
                        .keySet())
                .extracting(InjectableBean::getBeanClass)
                .doesNotContain(RelayToKafka.class)
                .contains(OutboxStore.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("kafka"));
        assertThat(Database.value("SELECT count(*) FROM outbox WHERE name = 'kafka'"))
                .isEqualTo("0");
        assertThat(metrics.find("orderonce.store.unavailable")
                        .tag("store", "kafka")
                        .gauges())
                .isEmpty();
    }
}
