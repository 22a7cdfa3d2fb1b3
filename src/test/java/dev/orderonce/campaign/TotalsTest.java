package dev.orderonce.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.campaign.Campaign.Struck;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Verdict.Rule;
import dev.orderonce.campaign.Verdict.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runs of the campaign are added up. */
class TotalsTest {
    @TempDir
    private Path results;

    private static Report report(long seed, long acknowledged, List<Struck> struck, List<Violation> violations) {
        Verdict verdict = new Verdict(
                Map.of(Kind.PLACE, 10L),
                acknowledged,
                acknowledged,
                Map.of(Kind.PLACE, 2L),
                Map.of(Kind.PLACE, 1L),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                violations);
        return new Report(seed, Duration.ofMinutes(3), struck, Map.of(), verdict, "");
    }

    private static Struck struck(String kind, Optional<Duration> placing) {
        return new Struck(kind, new Pulse.Recovery(placing, Optional.of(Duration.ZERO), OptionalDouble.of(0.5)));
    }

    @Test
    void twoRuns_areAddedUp() throws IOException {
        // Given
        Totals.add(
                results,
                report(
                        1,
                        1000,
                        List.of(struck("Redis: flushed", Optional.of(Duration.ofSeconds(1)))),
                        List.of(new Violation(Rule.LOST, "an order"))));
        // When
        Totals.add(
                results,
                report(
                        2,
                        234,
                        List.of(
                                struck("Redis: flushed", Optional.of(Duration.ofSeconds(3))),
                                struck("Redis: flushed", Optional.empty()),
                                struck("Redis: flushed + replica: killed", Optional.of(Duration.ZERO))),
                        List.of()));
        // Then
        assertThat(Files.readAllLines(results.resolve("runs.jsonl"))).hasSize(2);
        assertThat(results.resolve("totals.md"))
                .content()
                .contains(
                        "2 runs, 6.0 min under load, seeds 1, 2; 0 of them ended early.",
                        "| orders acknowledged | 1,234 |",
                        "| **lost** | 1 |",
                        "| place | 20 | 4 | 2 |",
                        "| Redis: flushed | 3 | **3.0 / –** | 0.0 / 0.0 | 50 % |",
                        "| Redis: flushed + replica: killed | 1 | 0.0 / 0.0 | 0.0 / 0.0 | 50 % |");
    }

    @Test
    void secondRunOfASeed_hasAReportOfItsOwn() throws IOException {
        // Given
        Totals.add(results, report(1, 1, List.of(), List.of()));
        // When
        Totals.add(results, report(1, 2, List.of(), List.of()));
        // Then
        assertThat(results.resolve("seed-1.md")).content().contains("1 acknowledged orders");
        assertThat(results.resolve("seed-1-2.md")).content().contains("2 acknowledged orders");
    }
}
