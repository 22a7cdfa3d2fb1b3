package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions of the log are found by event and by time. */
@QuarkusTest
class EventConsumersTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    /** Later than every other event of the log, whose ids are lower. */
    private static final Instant BEGINNING = Instant.parse("2090-01-01T00:00:00Z");

    private static final int EVENTS = 50;

    /** Of numbers that are too short to have another one. */
    private static final int PARTITION = 1;

    @Inject
    EventConsumers consumers;

    /** One event an hour; between some of them are ids that were never committed. */
    @BeforeEach
    void logEvents() {
        deleteEvents();
        for (int sequence = 1; sequence <= EVENTS; sequence++) {
            Database.execute(
                    "INSERT INTO order_events (number, buyer, sequence, kind, at) VALUES ('HOURLY', 'b', %d, 'PAID', '%s')"
                            .formatted(sequence, BEGINNING.plus(Duration.ofHours(sequence))));
            if (sequence % 7 == 0) {
                Database.execute(
                        "SELECT setval('order_events_id_1', max(id) + 30) FROM order_events WHERE number = 'HOURLY'");
            }
        }
    }

    @AfterEach
    void deleteEvents() {
        Database.execute("DELETE FROM order_events WHERE number = 'HOURLY'");
    }

    private static long id(int sequence) {
        return Long.parseLong(
                Database.value("SELECT id FROM order_events WHERE number = 'HOURLY' AND sequence = " + sequence));
    }

    /** The ends of all partitions, which are earlier than the events of this test, but for one position. */
    private static List<Long> ends(int partition, long position) {
        List<Long> ends = new ArrayList<>();
        for (int each = 0; each < LogPartition.COUNT; each++) {
            ends.add(
                    each == partition
                            ? position
                            : Long.parseLong(Database.value(
                                    "SELECT COALESCE(max(id), %1$d::bigint << 48) FROM order_events WHERE id >> 48 = %1$d"
                                            .formatted(each))));
        }
        return ends;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 8, 9, 14, 25, 49, 50})
    void positionBeforeATime_isThatOfTheEventBefore(int sequence) {
        // When
        LogPosition position = consumers
                .positionBefore(BEGINNING.plus(Duration.ofHours(sequence)))
                .await()
                .atMost(BOUND);
        // Then
        assertThat(position.positions().get(PARTITION)).isEqualTo(id(sequence - 1));
        assertThat(position.positions()).isEqualTo(ends(PARTITION, id(sequence - 1)));
    }

    @Test
    void positionBeforeATime_atTheEndsOfTheLog() {
        assertThat(consumers
                        .positionBefore(BEGINNING.plus(Duration.ofDays(365)))
                        .await()
                        .atMost(BOUND)
                        .positions())
                .isEqualTo(ends(PARTITION, id(EVENTS)));
        for (long position :
                consumers.positionBefore(Instant.EPOCH).await().atMost(BOUND).positions()) {
            assertThat(Database.value("SELECT count(*) FROM order_events WHERE id <= %d AND id >> 48 = %d"
                            .formatted(position, LogPartition.of(position))))
                    .isEqualTo("0");
        }
    }

    @Test
    void positionBeforeAnEvent_isBelowItsId() {
        LogPosition position =
                consumers.positionBefore("HOURLY", 8).await().atMost(BOUND).orElseThrow();
        assertThat(position.positions()).isEqualTo(ends(PARTITION, id(8) - 1));
        assertThat(consumers.positionBefore("HOURLY", EVENTS + 1).await().atMost(BOUND))
                .isEqualTo(Optional.empty());
    }
}
