package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;

import io.quarkus.test.junit.QuarkusTest;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** The gauge of disputes that are overdue. */
@QuarkusTest
class WatchOverdueTest {
    @Inject WatchOverdue watch;

    @Test
    void whatIsThere_isCounted() {
        // Given
        String expected =
                Database.value(
                        "SELECT least(count(*), 100) FROM disputes WHERE state IN ('OPEN', 'ANSWERED', 'RESOLVING') AND due_at < now()");
        // When
        watch.watch().await().atMost(Duration.ofSeconds(10));
        // Then
        String metrics = Operator.get("/q/metrics").asString();
        assertThat(metrics.lines().filter(line -> line.startsWith("orderonce_disputes_overdue")))
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith(" " + expected + ".0"));
    }
}
