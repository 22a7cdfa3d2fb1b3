package dev.orderonce.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A batch importer without memory: it reads its file from the top, crashes somewhere, is started again, and reads it
 * from the top. Every row becomes one order.
 */
@QuarkusTest
class ImporterTest {
    private static final int ROWS = 120;
    private static final int CRASHES = 4;

    /** Printed, so that a run that failed can be repeated. */
    private final long seed = System.nanoTime();

    private final Random random = new Random(seed);
    private final Shop importer = Shop.newBuyer();
    private final String file = "import-" + UUID.randomUUID();

    @AfterEach
    void heal() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    /** One row of the file, with its idempotency key. */
    private record Row(String key, long quantity) {}

    @Test
    void crashedHalfWayAgainAndAgain_importsEveryRowOnce() {
        // Given
        System.out.println("ImporterTest: seed " + seed);
        List<Row> rows = IntStream.range(0, ROWS)
                .mapToObj(i -> new Row(file + "-row-" + i, 1 + i))
                .toList();
        // When
        for (int crash = 0; crash < CRASHES; crash++) {
            runUntilRow(rows, random.nextInt(ROWS));
        }
        Map<Integer, Integer> statuses = runToTheEnd(rows);
        // Then
        assertThat(statuses.keySet()).containsAnyOf(200, 201).isSubsetOf(200, 201);
        assertThat(Database.ordersOf(importer.subject())).isEqualTo(ROWS);
        assertThat(runToTheEnd(rows)).containsExactlyEntriesOf(Map.of(200, ROWS));
    }

    /** A crash: the row before it may have been placed, its response was never read. */
    private void runUntilRow(List<Row> rows, int crashAt) {
        if (random.nextBoolean()) {
            RedisCommands.flush();
        }
        for (Row row : rows.subList(0, crashAt)) {
            importer.placeByKey(row.key(), Baskets.tea(row.quantity()));
        }
        Stores.toPostgreSql().swallowReplyWith("SELECT 1\0Z");
        Row last = rows.get(crashAt);
        importer.placeByKey(last.key(), Baskets.tea(last.quantity()));
        Stores.toPostgreSql().heal();
    }

    /** Repeats requests without a final response, as an importer should. */
    private Map<Integer, Integer> runToTheEnd(List<Row> rows) {
        Map<Integer, Integer> statuses = new HashMap<>();
        for (Row row : rows) {
            int status =
                    importer.placeByKey(row.key(), Baskets.tea(row.quantity())).statusCode();
            for (int repeat = 0; status >= 409 && status != 422 && repeat < 50; repeat++) {
                status = importer.placeByKey(row.key(), Baskets.tea(row.quantity()))
                        .statusCode();
            }
            statuses.merge(status, 1, Integer::sum);
        }
        return statuses;
    }
}
