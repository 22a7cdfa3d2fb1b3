package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Old events are purged if the setting exists, and none before every consumer has received it. */
@QuarkusTest
class PurgeEventsTest {
    private static final Duration BOUND = Duration.ofMinutes(1);

    private final Shop shop = Shop.newBuyer();

    @Inject
    OutboxStore store;

    @Inject
    Clock clock;

    @Inject
    EventSettings settings;

    /** Ages an event and all earlier ones of its partition: events age in the order of their ids. */
    private static void age(String number) {
        Database.execute("""
                UPDATE order_events SET at = at - interval '400 days'
                WHERE id <= (SELECT max(id) FROM order_events WHERE number = '%1$s')
                  AND id >> 48 = (SELECT max(id) >> 48 FROM order_events WHERE number = '%1$s')
                """.formatted(number.replace("-", "")));
    }

    /** Moves every consumer to the end of the log. */
    private void moveConsumersToTheEnd() {
        RunJob.named("relay-events");
        Consumers.moveToTheEnd("%");
    }

    private void purge() {
        EventJobs.purge(store, clock, Duration.ofDays(365), settings).await().atMost(BOUND);
    }

    @Test
    void oldEvents_arePurgedAndYoungOnesKept() {
        // Given
        String old = shop.newOrder(4200);
        String young = shop.newOrder(4200);
        age(old);
        moveConsumersToTheEnd();
        // When
        purge();
        // Then
        assertThat(Database.events(old)).isZero();
        assertThat(Database.events(young)).isOne();
        shop.find(old).then().statusCode(200);
    }

    @Test
    void whatAConsumerHasNotHad_stays() {
        // Given
        moveConsumersToTheEnd();
        String old = shop.newOrder(4200);
        age(old);
        // When
        purge();
        // Then
        assertThat(Database.events(old)).isOne();
    }

    @Test
    void whatAConsumerThatIsOffHasNotHad_staysForADayAfterTheLastReplicaServedIt() {
        // Given: a replica with other settings than this one has served it lately
        String old = shop.newOrder(4200);
        age(old);
        moveConsumersToTheEnd();
        Database.execute("INSERT INTO outbox (name, position) VALUES ('kafka', 0)");
        Database.execute("UPDATE outbox_partitions SET held_until = now() - '23 h'::interval WHERE name = 'kafka'");
        try {
            purge();
            assertThat(Database.events(old)).isOne();
            // When
            Database.execute("UPDATE outbox_partitions SET held_until = now() - '25 h'::interval WHERE name = 'kafka'");
            purge();
            // Then
            assertThat(Database.events(old)).isZero();
        } finally {
            Database.execute("DELETE FROM outbox WHERE name = 'kafka'");
        }
    }

    @Test
    void whatAPausedConsumerHasNotHad_isPurged() {
        // Given
        String old = shop.newOrder(4200);
        age(old);
        moveConsumersToTheEnd();
        Database.execute("INSERT INTO outbox (name, position, paused) VALUES ('paused', 0, true)");
        Consumers.moveBack(Integer.MAX_VALUE, "paused");
        // When
        purge();
        Database.execute("DELETE FROM outbox WHERE name = 'paused'");
        // Then
        assertThat(Database.events(old)).isZero();
    }

    @Test
    void withoutTheSetting_nothingIsPurged() {
        // Given
        String old = shop.newOrder(4200);
        age(old);
        moveConsumersToTheEnd();
        // When
        RunJob.named("purge-events");
        // Then
        assertThat(Database.events(old)).isOne();
    }
}
