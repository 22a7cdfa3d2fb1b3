package dev.orderonce.statistics;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Reads what all replicas have counted in the last hour. */
@ApplicationScoped
public class LastHour {
    private static final int MINUTES = 60;
    /** Labels of {@code Placement}, as in the metric. */
    static final Set<String> CONFIRMATION_REQUIRED = Set.of("lookalike", "lookalike-in-flight", "large-amount");

    static final String PLACED = "placed";
    static final String PREVENTED = "already-placed";

    private final StatisticsStore store;
    private final Clock clock;

    LastHour(StatisticsStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The last hour, the newest minute last. */
    public record Statistics(List<Minute> minutes) implements Outcome {
        @Override
        public String label() {
            return "read";
        }
    }

    /** Reads the statistics; fails with {@link dev.orderonce.stores.StoreUnavailable} if Redis does not answer. */
    public Uni<Statistics> read() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        List<Uni<Minute>> minutes = IntStream.range(0, MINUTES)
                .mapToObj(minute -> now.minus(Duration.ofMinutes(MINUTES - 1L - minute)))
                .map(at -> store.read(at).map(counts -> minute(at, counts)))
                .toList();
        // The commands are pipelined: one round trip.
        return Uni.join().all(minutes).andFailFast().map(Statistics::new);
    }

    private static Minute minute(Instant at, Map<String, Long> counts) {
        long confirmationRequired = 0;
        Map<String, Long> refused = new TreeMap<>();
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            if (CONFIRMATION_REQUIRED.contains(count.getKey())) {
                confirmationRequired += count.getValue();
            } else if (!count.getKey().equals(PLACED) && !count.getKey().equals(PREVENTED)) {
                refused.put(count.getKey(), count.getValue());
            }
        }
        return new Minute(
                at, counts.getOrDefault(PLACED, 0L), counts.getOrDefault(PREVENTED, 0L), confirmationRequired, refused);
    }
}
