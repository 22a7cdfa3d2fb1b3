package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;

import io.quarkus.test.junit.QuarkusTest;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** The gauge of pairs that wait for support. */
@QuarkusTest
class WatchSuspicionsTest {
    @Inject WatchSuspicions watch;

    @Test
    void whatIsThere_isCounted() {
        // Given
        String expected =
                Database.value(
                        "SELECT least(count(*), 1000) FROM suspected_duplicates WHERE state = 'OPEN'");
        // When
        watch.watch().await().atMost(Duration.ofSeconds(10));
        // Then
        String metrics = Operator.get("/q/metrics").asString();
        assertThat(metrics.lines().filter(line -> line.startsWith("orderonce_duplicates_open")))
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith(" " + expected + ".0"));
    }
}
