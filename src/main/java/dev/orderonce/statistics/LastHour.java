package dev.orderonce.statistics;

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

/** Puts together what all replicas have counted in the last hour. */
@ApplicationScoped
public class LastHour {
    private static final int MINUTES = 60;
    private static final Set<String> ASKED = Set.of("lookalike", "lookalike-in-flight", "large-amount");

    private final StatisticsStore store;
    private final Clock clock;

    LastHour(StatisticsStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Every way it can end. */
    public sealed interface Picture {
        /** The newest last. */
        record Drawn(List<Minute> minutes) implements Picture {}
    }

    public Uni<Picture> draw() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        List<Uni<Minute>> minutes = IntStream.range(0, MINUTES)
                .mapToObj(minute -> now.minus(Duration.ofMinutes(MINUTES - 1L - minute)))
                .map(at -> store.read(at).map(counts -> minute(at, counts)))
                .toList();
        // All at once, in this turn of the event loop: they go to Redis in one packet.
        return Uni.join().all(minutes).andFailFast().<Picture>map(Picture.Drawn::new);
    }

    private static Minute minute(Instant at, Map<String, Long> counts) {
        long asked = 0;
        Map<String, Long> refused = new TreeMap<>();
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            if (ASKED.contains(count.getKey())) {
                asked += count.getValue();
            } else if (!count.getKey().equals("placed") && !count.getKey().equals("already-placed")) {
                refused.put(count.getKey(), count.getValue());
            }
        }
        return new Minute(
                at, counts.getOrDefault("placed", 0L), counts.getOrDefault("already-placed", 0L), asked, refused);
    }
}
