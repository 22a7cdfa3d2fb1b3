package dev.orderonce.events;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The partitions of the log: their ids, and how replicas share them. A replica is an instance of the delivery. */
@QuarkusTest
class LogPartitionsTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String CONSUMER = "partitions-test";
    private static final String SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    @Inject
    OutboxStore store;

    @Inject
    Clock clock;

    private final Queue<PublishedEvent> delivered = new ConcurrentLinkedQueue<>();

    /** At the end of the log: what other tests have left comes before. */
    @BeforeEach
    void begin() {
        Database.execute("INSERT INTO outbox (name, position) VALUES ('%s', 0)".formatted(CONSUMER));
    }

    @AfterEach
    void end() {
        Database.execute("DELETE FROM outbox WHERE name = '%s'".formatted(CONSUMER));
        Database.execute("DELETE FROM order_events WHERE number LIKE 'PARTED%'");
    }

    /** A number whose order has this partition, 1 to 16. */
    private static String number(int partition, int which) {
        return "PARTED0%c%06d".formatted(SYMBOLS.charAt(2 * partition - 1), which);
    }

    /** Appends events of some orders in each partition, the sequences one after the other. */
    private static void append(int orders, int sequences) {
        Database.execute("""
                INSERT INTO order_events (number, buyer, sequence, kind, at)
                SELECT 'PARTED0' || substr('%s', 2 * p, 1) || lpad(which::text, 6, '0'), 'b', sequence, 'PAID', now()
                FROM generate_series(1, %d) AS sequence, generate_series(1, %d) AS which, generate_series(1, 16) AS p
                ORDER BY sequence, which, p
                """.formatted(SYMBOLS, sequences, orders));
    }

    /** A replica with a consumer that takes some time for each batch. */
    private class Replica implements EventConsumer {
        private final MeterRegistry metrics = new SimpleMeterRegistry();
        private final DeliverEvents deliverEvents = new DeliverEvents(store, clock, metrics);
        private final Duration perBatch;
        private final Set<Integer> refused;
        private final Set<Integer> partitions = ConcurrentHashMap.newKeySet();
        private boolean isWhole;

        Replica(Duration perBatch, Set<Integer> refused) {
            this.perBatch = perBatch;
            this.refused = refused;
        }

        @Override
        public String name() {
            return CONSUMER;
        }

        @Override
        public int batchSize() {
            return 40;
        }

        @Override
        public Duration pause() {
            return Duration.ofMillis(1);
        }

        @Override
        public boolean isWhole() {
            return isWhole;
        }

        @Override
        public Uni<Void> consume(List<PublishedEvent> events) {
            if (events.stream().anyMatch(event -> refused.contains(LogPartition.of(event.id())))) {
                return Uni.createFrom().failure(new IllegalArgumentException("refused"));
            }
            events.forEach(event -> partitions.add(LogPartition.of(event.id())));
            return Uni.createFrom().voidItem().onItem().delayIt().by(perBatch).invoke(() -> delivered.addAll(events));
        }

        CompletableFuture<Void> run() {
            return deliverEvents.deliverTo(this).subscribeAsCompletionStage();
        }

        /** As the job does it: a run that finds other replicas at all partitions ends. */
        CompletableFuture<Void> runToTheEnd() {
            return CompletableFuture.runAsync(() -> {
                while (Consumers.behind(CONSUMER) > 0) {
                    run().join();
                }
            });
        }

        double behind() {
            return metrics.get("orderonce.events.behind")
                    .tag("consumer", CONSUMER)
                    .gauge()
                    .value();
        }
    }

    private Replica replica() {
        return new Replica(Duration.ofMillis(5), Set.of());
    }

    private Map<String, List<Integer>> sequences() {
        return delivered.stream()
                .collect(groupingBy(PublishedEvent::number, mapping(PublishedEvent::sequence, toList())));
    }

    @Test
    void replicas_shareThePartitionsOfABacklogAndKeepTheSequenceOfEachOrder() {
        // Given: several batches in each partition
        append(20, 6);
        Replica one = replica();
        Replica other = replica();
        // When
        CompletableFuture.allOf(one.runToTheEnd(), other.runToTheEnd())
                .orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS)
                .join();
        // Then
        assertThat(one.partitions).isNotEmpty();
        assertThat(other.partitions).isNotEmpty();
        Map<String, List<Integer>> sequences = sequences();
        assertThat(sequences).hasSize(16 * 20);
        assertThat(sequences.values()).allSatisfy(each -> assertThat(each).containsExactly(1, 2, 3, 4, 5, 6));
        // and every replica knows how far the consumer is behind
        one.run().join();
        other.run().join();
        assertThat(one.behind()).isZero();
        assertThat(other.behind()).isZero();
    }

    @Test
    void partitionOfAnotherReplica_stopsNoOtherOneAndIsTakenOverAfterItsLease() {
        // Given: a replica that crashed after it had acquired a partition
        append(2, 3);
        Database.execute("""
                UPDATE outbox_partitions SET holder = 'crashed', held_until = now() + interval '1 hour'
                WHERE name = '%s' AND partition = 5
                """.formatted(CONSUMER));
        Replica replica = replica();
        // When
        replica.run().join();
        // Then
        assertThat(replica.partitions).doesNotContain(5).hasSize(15);
        replica.run().join();
        assertThat(replica.behind()).isGreaterThanOrEqualTo(6); // ids, with those of deleted events
        assertThat(Consumers.behind(CONSUMER)).isEqualTo(6);
        // When
        Consumers.expire(CONSUMER);
        replica.run().join();
        // Then
        assertThat(sequences())
                .hasSize(32)
                .allSatisfy((_, each) -> assertThat(each).containsExactly(1, 2, 3));
    }

    @Test
    void replicaThatReachesNoReceiver_leavesItsPartitionsToTheOthers() {
        // Given
        append(2, 2);
        Replica sick = new Replica(Duration.ofMillis(1), Set.of()) {
            @Override
            public Uni<Void> consume(List<PublishedEvent> events) {
                return StoreUnavailable.failure(StoreUnavailable.Store.KAFKA);
            }
        };
        Replica healthy = replica();
        // When
        assertThatThrownBy(() -> sick.run().join()).hasCauseInstanceOf(StoreUnavailable.class);
        healthy.run().join();
        // Then: without waiting for a lease
        assertThat(healthy.partitions).hasSize(16);
        assertThat(Consumers.behind(CONSUMER)).isZero();
    }

    @Test
    void refusedEventsThatBecameVisibleLate_stopTheirPartitionsOnlyAndEndTheRun() {
        // Given: the ids of two events are missing below positions that were reached
        append(1, 1);
        Database.execute("""
                UPDATE outbox_partitions o SET position = e.id, missing = ARRAY[e.id], missing_since = ARRAY[now()]
                FROM order_events e WHERE e.number LIKE 'PARTED%%' AND o.name = '%s' AND o.partition = e.id >> 48
                  AND o.partition IN (3, 4)
                """.formatted(CONSUMER));
        Replica replica = new Replica(Duration.ofMillis(1), Set.of(3, 4));
        // When
        CompletableFuture<Void> run = replica.run().orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS);
        // Then
        assertThatThrownBy(run::join).hasMessageContaining("refused");
        assertThat(sequences()).hasSize(14).doesNotContainKeys(number(3, 1), number(4, 1));
    }

    @Test
    void refusedBatch_stopsItsPartitionOnly() {
        // Given: few events, so that one batch has all partitions
        append(1, 2);
        Replica replica = new Replica(Duration.ofMillis(1), Set.of(9));
        // When
        CompletableFuture<Void> run = replica.run();
        // Then
        assertThatThrownBy(run::join).hasMessageContaining("refused");
        assertThat(sequences()).hasSize(15).doesNotContainKey(number(9, 1));
        assertThat(Consumers.behind(CONSUMER)).isEqualTo(2);
    }

    @Test
    void nothingNew_writesNothing() {
        // Given
        append(1, 1);
        replica().run().join();
        String before = rows();
        // When
        replica().run().join();
        // Then
        assertThat(rows()).isEqualTo(before);
    }

    private static String rows() {
        return Database.value("""
                SELECT string_agg(partition || ' ' || xmin || ' ' || xmax, ',' ORDER BY partition) FROM outbox_partitions
                WHERE name = '%s'
                """.formatted(CONSUMER));
    }

    /** Its id was assigned before those of later events, which are delivered meanwhile. */
    @Test
    void eventThatIsCommittedLate_isDelivered() throws SQLException {
        // Given
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(
                    "INSERT INTO order_events (number, buyer, sequence, kind, at) VALUES ('%s', 'b', 1, 'PAID', now())"
                            .formatted(number(3, 77)));
            append(1, 1);
            replica().run().join();
            assertThat(sequences()).hasSize(16).doesNotContainKey(number(3, 77));
            // When
            connection.commit();
        }
        replica().run().join();
        // Then
        assertThat(sequences()).hasSize(17).containsEntry(number(3, 77), List.of(1));
    }

    /**
     * Every symbol has a partition, two symbols have the same one, and an order of the service has that of its number.
     */
    @Test
    void id_hasThePartitionOfTheNumber() {
        // When
        List<Integer> partitions = SYMBOLS.chars()
                .mapToObj(symbol ->
                        Integer.valueOf(Database.value("SELECT event_partition('PARTED0%c000001')".formatted(symbol))))
                .toList();
        // Then
        assertThat(partitions)
                .isEqualTo(IntStream.range(0, 32).mapToObj(i -> i / 2 + 1).toList());
        String number = Shop.newBuyer().newOrder(4200).replace("-", "");
        assertThat(Database.value("SELECT id >> 48 FROM order_events WHERE number = '%s'".formatted(number)))
                .isEqualTo(Integer.toString(SYMBOLS.indexOf(number.charAt(7)) / 2 + 1));
    }

    /** Numbers of other tests, and texts that are no numbers, have a partition too. */
    @ParameterizedTest
    @CsvSource({"'', 1", "SHORT, 1", "PARTED0L, 1", "PARTED0Z, 16"})
    void textThatIsNoNumber_hasAPartition(String text, int partition) {
        assertThat(Database.value("SELECT event_partition('%s')".formatted(text)))
                .isEqualTo(Integer.toString(partition));
    }

    @Test
    void ids_areDenseInEachPartition() {
        // When: both with an id, as the service writes them, and without, as the version before does
        Database.execute("""
                INSERT INTO order_events (id, number, buyer, sequence, kind, at)
                SELECT next_event_id(number), number, 'b', sequence, 'PAID', now()
                FROM (SELECT '%s' AS number, generate_series(1, 50) AS sequence) AS mine
                """.formatted(number(7, 1)));
        Database.execute("""
                INSERT INTO order_events (number, buyer, sequence, kind, at)
                SELECT '%s', 'b', generate_series(51, 100), 'PAID', now()
                """.formatted(number(7, 1)));
        // Then
        assertThat(Database.value("""
                SELECT count(DISTINCT id - sequence) || ' ' || min(id >> 48) || ' ' || max(id >> 48) FROM order_events
                WHERE number = '%s'
                """.formatted(number(7, 1)))).isEqualTo("1 7 7");
    }

    /** An order's events before the upgrade, and after it. */
    @Test
    void logBeforePartitions_isDeliveredBeforeThem() {
        // Given: another replica has it
        appendBefore();
        Database.execute(
                "INSERT INTO outbox_partitions (name, partition, position, holder, held_until) VALUES ('%s', 0, 0, 'other', 'infinity')"
                        .formatted(CONSUMER));
        Replica replica = replica();
        // When
        replica.run().join();
        // Then
        assertThat(delivered).isEmpty();
        // When
        Consumers.expire(CONSUMER);
        replica.run().join();
        // Then
        assertThat(sequences()).containsEntry(number(4, 1), List.of(1, 2, 3));
        assertThat(Database.value("SELECT count(*) FROM outbox_partitions WHERE name = '%s'".formatted(CONSUMER)))
                .isEqualTo("16");
    }

    @Test
    void movedBackIntoTheLogBeforePartitions_readsItFirstAgain() {
        // Given
        appendBefore();
        Replica replica = replica();
        replica.run().join();
        assertThat(sequences()).containsEntry(number(4, 1), List.of(3));
        delivered.clear();
        LogPosition back =
                store.positionBefore(number(4, 1), 2).await().atMost(BOUND).orElseThrow();
        // When
        Database.execute("WITH consumer AS (SELECT '%s' AS name, ARRAY[%s]::bigint[] AS positions), %s SELECT 1"
                .formatted(
                        CONSUMER,
                        String.join(
                                ",",
                                back.positions().stream().map(String::valueOf).toList()),
                        EventConsumers.REWIND));
        replica.run().join();
        // Then: of other orders, what happened a little earlier too
        assertThat(sequences()).containsEntry(number(4, 1), List.of(2, 3));
    }

    private static void appendBefore() {
        Database.execute("""
                INSERT INTO order_events (id, number, buyer, sequence, kind, at)
                VALUES (5, '%1$s', 'b', 1, 'PAID', now()), (7, '%1$s', 'b', 2, 'PAID', now())
                """.formatted(number(4, 1)));
        Database.execute("""
                INSERT INTO order_events (number, buyer, sequence, kind, at) VALUES ('%s', 'b', 3, 'PAID', now())
                """.formatted(number(4, 1)));
    }

    /** As for the endpoint of a webhook: its partitions have one replica. */
    @Test
    void wholeConsumer_hasOneReplicaForAllPartitions() {
        // Given
        append(20, 4);
        Replica one = replica();
        Replica other = replica();
        one.isWhole = true;
        other.isWhole = true;
        // When
        CompletableFuture<Void> running = one.run();
        await().atMost(BOUND).until(() -> !delivered.isEmpty());
        other.run().join();
        // Then
        assertThat(other.partitions).isEmpty();
        running.join();
        assertThat(sequences())
                .hasSize(16 * 20)
                .allSatisfy((_, each) -> assertThat(each).containsExactly(1, 2, 3, 4));
    }
}
