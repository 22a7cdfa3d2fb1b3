package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** Without its setting the relay to Kafka costs nothing and holds nothing up. */
@QuarkusTest
class WithoutKafkaTest {
    @Inject
    MeterRegistry metrics;

    @Test
    void notConfigured_hasNoThreadNoRowAndNoMetric() {
        // Given
        Shop.newBuyer().newOrder(4200);
        // When
        RunJob.named("relay-to-kafka");
        // Then
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
