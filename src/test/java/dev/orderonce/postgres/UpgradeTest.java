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
}
