package dev.orderonce.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.postgres.UnreadableRow;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import dev.orderonce.testkit.LogRecords;
import dev.orderonce.testkit.Operator;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** One abandoned item that fails does not stop the others from being resumed. */
@QuarkusTest
class ResumeTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String UNREADABLE = "orderonce_rows_unreadable_total{table=\"resume_test\"";

    @Inject
    Resume resume;

    private final List<String> resumed = new ArrayList<>();

    private void each(List<String> pieces, Function<String, RuntimeException> failure) {
        resume.each(pieces, piece -> "piece " + piece, piece -> {
                    if (piece.startsWith("bad")) {
                        throw failure.apply(piece);
                    }
                    resumed.add(piece);
                    return Uni.createFrom().voidItem();
                })
                .await()
                .atMost(BOUND);
    }

    @Test
    void pieceThatCannotBeRead_isReportedOnceAndLeftOut() {
        try (LogRecords log = LogRecords.collect()) {
            // When
            for (int run = 0; run < 3; run++) {
                each(
                        List.of("bad", "next"),
                        piece -> new UnreadableRow("resume_test", piece, new IllegalStateException()));
            }
            // Then
            assertThat(log.errors()).hasSize(1);
        }
        assertThat(resumed).containsExactly("next", "next", "next");
        assertThat(Operator.metric(UNREADABLE)).isOne();
    }

    @Test
    void pieceThatFails_isNamedAndFailsTheRunAfterTheOthers() {
        try (LogRecords log = LogRecords.collect()) {
            // When, Then
            assertThatThrownBy(() -> each(
                            List.of("bad-1", "next", "bad-2"),
                            piece -> piece.equals("bad-1")
                                    ? new StoreUnavailable(Store.POSTGRESQL, "lost")
                                    : new IllegalStateException("broken")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("broken");
            assertThat(log.matching("piece bad-2 is resumed later: .*broken")).hasSize(1);
            assertThat(log.matching("piece bad-1.*")).isEmpty();
        }
        assertThat(resumed).containsExactly("next");
    }

    @Test
    void nothingClaimed_isDone() {
        // When
        each(List.of(), piece -> new IllegalStateException("broken"));
        // Then
        assertThat(resumed).isEmpty();
    }
}
