package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
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
                        "SELECT setval(pg_get_serial_sequence('order_events', 'id'), max(id) + 30) FROM order_events");
            }
        }
    }

    @AfterEach
    void deleteEvents() {
        Database.execute("DELETE FROM order_events WHERE number = 'HOURLY'");
    }

    private static String id(int sequence) {
        return Database.value("SELECT id FROM order_events WHERE number = 'HOURLY' AND sequence = " + sequence);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 8, 9, 14, 25, 49, 50})
    void positionBeforeATime_isThatOfTheEventBefore(int sequence) {
        // When
        long position = consumers
                .positionBefore(BEGINNING.plus(Duration.ofHours(sequence)))
                .await()
                .atMost(BOUND);
        // Then
        assertThat(Long.toString(position)).isEqualTo(id(sequence - 1));
    }

    @Test
    void positionBeforeATime_atTheEndsOfTheLog() {
        assertThat(Long.toString(consumers
                        .positionBefore(BEGINNING.plus(Duration.ofDays(365)))
                        .await()
                        .atMost(BOUND)))
                .isEqualTo(id(EVENTS));
        assertThat(consumers.positionBefore(Instant.EPOCH).await().atMost(BOUND))
                .isLessThan(Long.parseLong(Database.value("SELECT min(id) FROM order_events")));
    }

    @Test
    void positionBeforeAnEvent_isBelowItsId() {
        assertThat(consumers.positionBefore("HOURLY", 8).await().atMost(BOUND)).contains(Long.parseLong(id(8)) - 1);
        assertThat(consumers.positionBefore("HOURLY", EVENTS + 1).await().atMost(BOUND))
                .isEqualTo(Optional.empty());
    }
}
