package dev.orderonce.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a migration converts the rows of the version before. */
@QuarkusTest
class UpgradeTest {
    private static final String NUMBER = "0K3M7QXW52TB9H4NRC";

    @AfterEach
    void drop() {
        Database.execute("DROP SCHEMA IF EXISTS upgraded CASCADE");
    }

    /** Runs in a separate schema, beside the tables of the service. */
    private static void migrateTo(String version) {
        var postgreSql = Stores.standalone().postgreSql();
        Flyway.configure()
                .dataSource("jdbc:" + postgreSql.url(), postgreSql.username(), postgreSql.password())
                .locations("filesystem:src/main/resources/db/migration")
                .schemas("upgraded")
                .target(version)
                .load()
                .migrate();
    }

    @Test
    void v15_writesTheBuyerOfTheOrderToItsEventsAndPayments() {
        // Given
        migrateTo("11");
        Database.execute("""
                INSERT INTO upgraded.orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                             fingerprint)
                VALUES ('%s', 'alice', 'CREATED', now(), 'EUR', 1, '[]', '[]', decode(md5('x'), 'hex'))
                """.formatted(NUMBER));
        Database.execute(
                "INSERT INTO upgraded.order_events (number, sequence, kind, at) VALUES ('%s', 1, 'PLACED', now())"
                        .formatted(NUMBER));
        Database.execute("""
                INSERT INTO upgraded.payments (id, number, client_key, method, amount, currency, state, begun_at)
                VALUES ('p-1', '%s', 'a-key-of-twenty-symbols', 'tok', 1, 'EUR', 'DECLINED', now())
                """.formatted(NUMBER));
        // When
        migrateTo("15");
        // Then
        assertThat(Database.value("SELECT buyer FROM upgraded.order_events")).isEqualTo("alice");
        assertThat(Database.value("SELECT buyer FROM upgraded.payments")).isEqualTo("alice");
    }

    @Test
    void v31_keepsWhatExistsAndLetsKeysBeGivenUp() {
        // Given
        migrateTo("29");
        Database.execute("""
                INSERT INTO upgraded.orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                             fingerprint, client_key)
                VALUES ('%s', 'alice', 'CREATED', now(), 'EUR', 1, '[]', '[]', decode(md5('x'), 'hex'),
                        'a-key-of-twenty-symbols')
                """.formatted(NUMBER));
        Database.execute("""
                INSERT INTO upgraded.once_records (scope, key, body, put_by, put_at)
                VALUES ('notice', 'k', '{"a":1}', 'mailer', now())
                """);
        // When
        migrateTo("31");
        // Then
        Database.execute("""
                INSERT INTO upgraded.orders (number, buyer, state, decided_at, void_reason, client_key)
                VALUES ('Z' || substr('%s', 2), 'alice', 'VOIDED', now(), 'VOIDED', 'another-key-of-this-buyer')
                """.formatted(NUMBER));
        assertThat(Database.value("SELECT count(*) FROM upgraded.orders WHERE client_key IS NOT NULL"))
                .isEqualTo("2");
        assertThat(Database.value("SELECT body FROM upgraded.once_records WHERE claim IS NULL"))
                .isEqualTo("{\"a\":1}");
        assertThatThrownBy(() -> Database.execute("""
                        INSERT INTO upgraded.orders (number, buyer, state, decided_at, void_reason, client_key)
                        VALUES ('Y' || substr('%s', 2), 'alice', 'VOIDED', now(), 'EXPIRED', 'a-key-nobody-has-given-up')
                        """.formatted(NUMBER)))
                .hasMessageContaining("a_tombstone_with_a_key_is_given_up");
    }

    @Test
    void v30_keepsVoidedKeysFromThePurgeOfTheVersionBefore() {
        // Given
        migrateTo("30");
        Database.execute("""
                INSERT INTO upgraded.orders (number, buyer, state, decided_at, void_reason, client_key)
                VALUES ('%1$s', 'alice', 'VOIDED', now() - interval '30 days', 'VOIDED', 'a-key-of-twenty-symbols'),
                       ('Z' || substr('%1$s', 2), 'alice', 'VOIDED', now() - interval '30 days', 'EXPIRED', NULL)
                """.formatted(NUMBER));
        // When: the statement of the version before
        Database.execute("""
                DELETE FROM upgraded.orders WHERE number IN (
                    SELECT number FROM upgraded.orders
                    WHERE state = 'VOIDED' AND decided_at < now() - interval '7 days'
                    ORDER BY decided_at LIMIT 500 FOR UPDATE SKIP LOCKED)
                """);
        // Then
        assertThat(Database.value("SELECT string_agg(number, ' ') FROM upgraded.orders"))
                .isEqualTo(NUMBER);
    }

    @Test
    void v18_holdsTheOrdersThatAreInDispute() {
        // Given
        migrateTo("15");
        Database.execute("""
                INSERT INTO upgraded.orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                             fingerprint)
                VALUES ('%s', 'alice', 'PAID', now(), 'EUR', 1, '[]', '[]', decode(md5('x'), 'hex'))
                """.formatted(NUMBER));
        Database.execute("""
                INSERT INTO upgraded.disputes (id, number, buyer, kind, state, opened_at, due_at, evidence)
                VALUES ('D0K3M7QXW52TB9H4N', '%s', 'alice', 'NOT_MINE', 'OPEN', now(), now(), '{}')
                """.formatted(NUMBER));
        // When
        migrateTo("19");
        // Then
        assertThat(Database.value("SELECT holds[1] || ' ' || sequence FROM upgraded.orders"))
                .isEqualTo("DISPUTE D0K3M7QXW52TB9H4N 2");
        assertThat(Database.value("SELECT kind || ' ' || sequence || ' ' || buyer FROM upgraded.order_events"))
                .isEqualTo("HELD 2 alice");
    }

    private static void appendWithoutAnId(int sequence) {
        Database.execute("""
                INSERT INTO upgraded.order_events (number, buyer, sequence, kind, at)
                VALUES ('%s', 'alice', %d, 'PAID', now())
                """.formatted(NUMBER, sequence));
    }

    private static String partitions(String consumer) {
        return Database.value("""
                SELECT string_agg(partition || ':' || (position & ((1::bigint << 48) - 1)), ' ' ORDER BY partition)
                FROM upgraded.outbox_partitions WHERE name = '%s' AND partition < 3
                """.formatted(consumer));
    }

    /** A consumer at the end, one in the middle, one that is paused at the beginning, one with a late event. */
    @Test
    void v35_hasEachConsumerReadTheLogBeforePartitionsFirst() {
        // Given
        migrateTo("33");
        appendWithoutAnId(1);
        appendWithoutAnId(2);
        Database.execute("""
                UPDATE upgraded.outbox SET position = 1, holder = 'delivering', held_until = now() + interval '1 hour'
                WHERE name = 'order_events'
                """);
        Database.execute("UPDATE upgraded.outbox SET position = 2 WHERE name = 'suspected_duplicates'");
        Database.execute("""
                INSERT INTO upgraded.outbox (name, position, paused, missing, missing_since)
                VALUES ('webhook:W1', 0, true, '{}', '{}'), ('webhook:W2', 2, false, '{1}', ARRAY[now()])
                """);
        // When
        migrateTo("35");
        // Then
        assertThat(partitions("order_events")).isEqualTo("0:1 1:0 2:0");
        assertThat(partitions("suspected_duplicates")).isEqualTo("1:0 2:0");
        assertThat(partitions("webhook:W1")).isEqualTo("0:0 1:0 2:0");
        assertThat(partitions("webhook:W2")).isEqualTo("0:2 1:0 2:0");
        assertThat(Database.value("SELECT paused FROM upgraded.outbox WHERE name = 'webhook:W1'"))
                .isEqualTo("t");
        // and the batch in progress keeps its lease
        assertThat(Database.value("""
                SELECT holder FROM upgraded.outbox_partitions
                WHERE name = 'order_events' AND partition = 0 AND held_until > now()
                """)).isEqualTo("delivering");
    }

    /** What replicas of the version before do during the upgrade; the statements are theirs. */
    @Test
    void v35_givesTheVersionBeforeIdsAndNoLeaseAndDeletesNothing() {
        // Given
        migrateTo("33");
        appendWithoutAnId(1);
        migrateTo("35");
        // When
        appendWithoutAnId(2);
        appendWithoutAnId(3);
        // Then: the partition of W
        assertThat(
                        Database.value(
                                "SELECT string_agg((id >> 48) || ':' || (id & 255), ' ' ORDER BY id) FROM upgraded.order_events"))
                .isEqualTo("0:1 15:1 15:2");
        assertThat(acquired("order_events")).isEqualTo("0");
        Database.execute("""
                DELETE FROM upgraded.order_events WHERE id <= (SELECT min(position) FROM upgraded.outbox WHERE NOT paused)
                """);
        assertThat(Database.value("SELECT count(*) FROM upgraded.order_events")).isEqualTo("3");
    }

    private static String acquired(String consumer) {
        return Database.value("""
                WITH held AS (
                    UPDATE upgraded.outbox SET holder = 'before', held_until = now() + interval '5 s'
                    WHERE name = '%s' AND (holder = 'before' OR held_until < now()) RETURNING name)
                SELECT count(*) FROM held
                """.formatted(consumer));
    }

    @Test
    void v35_keepsWhatTheVersionBeforeDoesToWebhooks() {
        // Given
        migrateTo("33");
        migrateTo("35");
        appendWithoutAnId(1);
        appendWithoutAnId(2);
        // When: created
        Database.execute("""
                INSERT INTO upgraded.outbox (name, position, missing, missing_since)
                SELECT 'webhook:W1', max(id), '{}', '{}' FROM upgraded.order_events
                """);
        // Then: it begins at the end of every partition
        assertThat(Database.value("SELECT sum(position - (partition::bigint << 48)) FROM upgraded.outbox_partitions"
                        + " WHERE name = 'webhook:W1'"))
                .isEqualTo("2");
        assertThat(acquired("webhook:W1")).isEqualTo("0");
        // When: changed, during a delivery
        Database.execute("UPDATE upgraded.outbox_partitions SET holder = 'new', held_until = 'infinity'");
        Database.execute("UPDATE upgraded.outbox SET paused = true, holder = NULL, held_until = '-infinity'"
                + " WHERE name = 'webhook:W1'");
        // Then
        assertThat(Database.value(
                        "SELECT count(*) FROM upgraded.outbox_partitions WHERE name = 'webhook:W1' AND holder = 'new'"))
                .isEqualTo("0");
        assertThat(Database.value("SELECT paused FROM upgraded.outbox WHERE name = 'webhook:W1'"))
                .isEqualTo("t");
        assertThat(acquired("webhook:W1")).isEqualTo("0");
        // and it is not moved back in one partition alone
        assertThatThrownBy(() -> Database.execute("""
                        UPDATE upgraded.outbox SET position = LEAST(position, 1), holder = NULL, held_until = '-infinity'
                        WHERE name = 'webhook:W1'
                        """)).hasMessageContaining("cannot move consumers");
        // When: switched on, and deleted
        Database.execute("INSERT INTO upgraded.outbox (name, position) VALUES ('kafka', 0)");
        Database.execute("DELETE FROM upgraded.outbox WHERE name = 'webhook:W1'");
        // Then: the relay to Kafka begins at the beginning
        assertThat(Database.value("SELECT sum(position - (partition::bigint << 48)) FROM upgraded.outbox_partitions"
                        + " WHERE name = 'kafka'"))
                .isEqualTo("0");
        assertThat(Database.value("SELECT count(*) FROM upgraded.outbox_partitions WHERE name = 'webhook:W1'"))
                .isEqualTo("0");
    }
}
