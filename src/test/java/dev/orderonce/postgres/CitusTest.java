package dev.orderonce.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.testkit.CitusCluster;
import dev.orderonce.testkit.CitusCluster.Server;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What of the service's statements a distributed PostgreSQL does not execute, or executes in another way than
 * PostgreSQL: the facts on which the decision "Distributed PostgreSQL" rests. If one of them fails with a later version
 * of Citus, that decision is to be revisited.
 */
class CitusTest {
    private static final String NOT_SUPPORTED = "0A000";

    /** A row with its event, as an order is placed; all rows have one value of the distribution column. */
    private static final String INSERT_WITH_EVENT = """
            WITH inserted AS (
                INSERT INTO orders (part, number, buyer)
                SELECT 1, number, 'alice' FROM unnest(ARRAY['A', 'B']) AS input (number)
                ON CONFLICT DO NOTHING RETURNING part, number
            ), logged AS (
                INSERT INTO order_events (part, number, sequence) SELECT part, number, 1 FROM inserted
            )
            SELECT number FROM inserted
            """;

    /** The events of rows that the same transaction has inserted. */
    private static final String EVENTS_OF_TRANSACTION = """
            INSERT INTO order_events (part, number, sequence)
            SELECT part, number, 1 FROM orders
            WHERE part = 2 AND number = 'C' AND xmin = CAST(pg_current_xact_id() AS xid)
            """;

    private static CitusCluster cluster;
    private static Server coordinator;

    @BeforeAll
    static void start() throws IOException, SQLException {
        cluster = CitusCluster.start();
        coordinator = cluster.coordinator();
        coordinator.execute("""
                CREATE TABLE orders (part smallint, number text, buyer text NOT NULL, PRIMARY KEY (part, number));
                CREATE TABLE order_events (part smallint, number text, sequence integer,
                                           PRIMARY KEY (part, number, sequence));
                CREATE TABLE claims (guest text PRIMARY KEY);
                SELECT create_distributed_table('orders', 'part');
                SELECT create_distributed_table('order_events', 'part', colocate_with => 'orders');
                SELECT create_reference_table('claims');
                """);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static void assertRefused(ThrowingCallable statement) {
        assertThatThrownBy(statement)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused -> assertThat(refused.getSQLState()).isEqualTo(NOT_SUPPORTED));
    }

    @Test
    void aRowWithItsEvent_isInsertedByWayOfTheCoordinator() throws SQLException {
        // When
        String plan = coordinator.text("EXPLAIN " + INSERT_WITH_EVENT);

        // Then
        assertThat(plan.split("pull to coordinator", -1)).hasSize(3);
    }

    @Test
    void theBuyer_cannotBeTheDistributionColumn() throws SQLException {
        // Given
        coordinator.execute("""
                CREATE TABLE by_buyer (buyer text, number text, PRIMARY KEY (buyer, number));
                SELECT create_distributed_table('by_buyer', 'buyer');
                """);

        // Then a guest's order cannot be given to a buyer
        assertRefused(() -> coordinator.execute("UPDATE by_buyer SET buyer = 'alice' WHERE buyer = 'guest'"));
    }

    @Test
    void theDistributionColumn_cannotBeComputedFromTheNumber() throws SQLException {
        // Given
        coordinator.execute("""
                CREATE TABLE computed (number text, part text GENERATED ALWAYS AS (substr(number, 9, 1)) STORED,
                                       PRIMARY KEY (part, number))
                """);

        // Then
        assertThatThrownBy(() -> coordinator.execute("SELECT create_distributed_table('computed', 'part')"))
                .hasMessageContaining("GENERATED ALWAYS");
    }

    @Test
    void rowsOfAllShards_areNotLockedTogether() throws SQLException {
        String lock = "SELECT number FROM orders %s LIMIT 1 FOR UPDATE SKIP LOCKED";

        assertRefused(() -> coordinator.execute(lock.formatted("")));
        coordinator.execute(lock.formatted("WHERE part = 1"));
    }

    /** The coordinator computes the transaction's id itself: with such a statement, events would be lost silently. */
    @Test
    void theRowsOfATransaction_areFoundByTheWorkerOnly() throws SQLException {
        // Given servers that have not assigned as many ids by chance
        coordinator.execute("DO 'BEGIN FOR i IN 1..1000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'");
        int port = Integer.parseInt(coordinator.text("""
                SELECT nodeport FROM pg_dist_placement JOIN pg_dist_node USING (groupid)
                WHERE shardid = get_shard_id_for_distribution_column('orders', 2)
                """));

        // Then
        assertThat(eventsOfTransaction(coordinator)).isZero();
        assertThat(eventsOfTransaction(cluster.workers().stream()
                        .filter(worker -> worker.port() == port)
                        .findFirst()
                        .orElseThrow()))
                .isOne();
    }

    private static int eventsOfTransaction(Server server) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO orders (part, number, buyer) VALUES (2, 'C', 'alice')");
            int events = statement.executeUpdate(EVENTS_OF_TRANSACTION);
            connection.rollback();
            return events;
        }
    }

    @Test
    void aWorkerIsKilled_theOthersRowsAreInsertedAndReferenceTablesAreNot() throws IOException, SQLException {
        // Given
        Server killed = cluster.workers().getFirst();
        String valueOf = """
                SELECT min(value) FROM generate_series(0, 999) AS value
                JOIN pg_dist_placement ON shardid = get_shard_id_for_distribution_column('orders', value)
                JOIN pg_dist_node USING (groupid) WHERE nodeport = %d
                """;
        String lost = coordinator.text(valueOf.formatted(killed.port()));
        String kept =
                coordinator.text(valueOf.formatted(cluster.workers().getLast().port()));
        String insert = "INSERT INTO orders (part, number, buyer) VALUES (%s, 'D', 'alice')";

        // When
        killed.kill();

        // Then
        try {
            coordinator.execute(insert.formatted(kept));
            assertThatThrownBy(() -> coordinator.execute(insert.formatted(lost)))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> coordinator.execute("INSERT INTO claims VALUES ('guest')"))
                    .isInstanceOf(SQLException.class);
        } finally {
            killed.start();
        }
        coordinator.execute(insert.formatted(lost));
        coordinator.execute("INSERT INTO claims VALUES ('guest')");
    }
}
