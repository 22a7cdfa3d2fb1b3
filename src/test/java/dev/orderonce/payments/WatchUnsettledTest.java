package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;

import io.quarkus.test.junit.QuarkusTest;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** The gauge of payments that wait for support. */
@QuarkusTest
class WatchUnsettledTest {
    @Inject WatchUnsettled watch;

    @Test
    void whatIsThere_isCounted() {
        // Given
        String expected =
                Database.value(
                        "SELECT least(count(*), 100) FROM payments WHERE look_at IS NOT NULL AND looks >= 8");
        // When
        watch.watch().await().atMost(Duration.ofSeconds(10));
        // Then
        String metrics = Operator.get("/q/metrics").asString();
        assertThat(metrics.lines().filter(line -> line.startsWith("orderonce_payments_unsettled")))
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith(" " + expected + ".0"));
    }
}
