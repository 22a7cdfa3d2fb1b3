package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.GeneratedDay;
import dev.orderonce.orders.GeneratedDay.Kind;
import dev.orderonce.orders.GeneratedDay.Known;
import dev.orderonce.orders.GeneratedDay.Pair;
import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The recall and precision of the scan over a day of 100 000 orders; printed with the seed and the duration of the
 * scan.
 */
@QuarkusTest
class ScanQualityTest {
    private static final int ORDERS = 100_000;
    private final long seed = Long.getLong("scan.seed", System.nanoTime());
    private final GeneratedDay day = new GeneratedDay(seed, ORDERS);

    @AfterEach
    void removeTheDay() {
        day.remove();
    }

    @Test
    void aDayOfOrders_isSearchedWellAndQuickly() throws SQLException {
        // Given: what other tests have left is scanned before
        RunJob.named("scan-orders");
        day.write();
        // When
        long begun = System.nanoTime();
        RunJob.named("scan-orders");
        double seconds = (System.nanoTime() - begun) / 1e9;
        // Then
        Set<Pair> found = found();
        Set<Pair> known = new HashSet<>();
        day.known().forEach(duplicate -> known.add(duplicate.pair()));
        long hits = found.stream().filter(known::contains).count();
        double precision = (double) hits / found.size();
        double recall = (double) hits / known.size();
        System.out.printf(
                "ScanQualityTest: seed %d, %d orders in %.1f s (%.0f/s), %d duplicates known, %d suspected: precision %.3f, recall %.3f%n",
                seed, day.size(), seconds, day.size() / seconds, known.size(), found.size(), precision, recall);
        for (Kind kind : Kind.values()) {
            System.out.printf("  %s: recall %.3f%n", kind, recall(kind, found));
        }
        assertThat(precision).isGreaterThan(0.8);
        assertThat(recall).isGreaterThan(0.8);
        // and a second scan finds nothing new
        Consumers.moveBack(100, "suspected_duplicates");
        RunJob.named("scan-orders");
        assertThat(found()).isEqualTo(found);
    }

    private double recall(Kind kind, Set<Pair> found) {
        long all = day.known().stream()
                .filter(duplicate -> duplicate.kind() == kind)
                .count();
        long hits = day.known().stream()
                .filter(duplicate -> duplicate.kind() == kind)
                .map(Known::pair)
                .filter(found::contains)
                .count();
        return (double) hits / all;
    }

    private Set<Pair> found() throws SQLException {
        Set<Pair> pairs = new HashSet<>();
        try (Connection connection = Database.connect();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT earlier, later FROM suspected_duplicates WHERE buyer LIKE ?")) {
            statement.setString(1, day.buyers() + "%");
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    pairs.add(new Pair(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return pairs;
    }
}
