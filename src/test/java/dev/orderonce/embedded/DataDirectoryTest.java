package dev.orderonce.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory over several starts, and one that a version without passwords has left. */
class DataDirectoryTest {
    private static final String NUMBER = "000000000000000001";

    @TempDir
    Path data;

    private Standalone start() {
        return Standalone.start(new SmallRyeConfigBuilder().build(), data);
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void secondStart_hasTheSameDataAndPasswords() throws SQLException {
        // Given
        Map<String, String> before;
        try (Standalone first = start();
                Connection connection = Database.connect(first)) {
            before = first.settings();
            execute(connection, "CREATE TABLE kept AS SELECT 42 AS answer");
            assertThat(RedisCommands.send(first, "SET kept 42")).isEqualTo("+OK");
        }
        // When
        try (Standalone second = start();
                Connection connection = Database.connect(second)) {
            // Then
            assertThat(value(connection, "SELECT answer FROM kept")).isEqualTo("42");
            assertThat(RedisCommands.send(second, "EXISTS kept")).isEqualTo(":1");
            assertThat(second.settings())
                    .extractingByKeys("database.username", "database.password", "numbers.signing-key")
                    .containsExactly(
                            before.get("database.username"),
                            before.get("database.password"),
                            before.get("numbers.signing-key"));
        }
    }

    @Test
    void superuserPasswordLost_isReportedAndCanBeReset() throws Exception {
        // Given
        try (Standalone first = start();
                Connection connection = Database.connect(first)) {
            execute(connection, "CREATE TABLE kept AS SELECT 42 AS answer");
        }
        Path file = data.resolve("postgresql-superuser.password");
        Files.delete(file);
        // When
        assertThatThrownBy(this::start)
                // Then
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("trust");
        // When: as the message says
        Path rules = data.resolve("postgresql/pg_hba.conf");
        Files.writeString(rules, Files.readString(rules).replace("scram-sha-256", "trust"));
        try (Standalone again = start();
                Connection connection = Database.connect(again)) {
            // Then
            assertThat(value(connection, "SELECT answer FROM kept")).isEqualTo("42");
            assertThat(rules).content().doesNotContain("trust");
            assertPasswordsAreRequired(again);
        }
    }

    private static void assertPasswordsAreRequired(Standalone stores) {
        for (String user : List.of("postgres", "orders")) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                                    "jdbc:" + stores.postgreSql().url(), user, "")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    /** Creates it as the version before did: with the library's own access rules, everything owned by the superuser. */
    private void leaveDataOfTheVersionBefore() throws IOException, SQLException {
        try (EmbeddedPostgres open = EmbeddedPostgres.builder()
                        .setDataDirectory(data.resolve("postgresql"))
                        .setCleanDataDirectory(false)
                        .setOverrideWorkingDirectory(data.resolve("programs").toFile())
                        .setLocaleConfig("locale", "C")
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setRegisterShutdownHook(false)
                        .start();
                Connection connection = open.getPostgresDatabase().getConnection()) {
            migrate(open.getJdbcUrl("postgres", "postgres"), "postgres", "");
            execute(connection, """
                    INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                        fingerprint)
                    VALUES ('%s', 'alice', 'CREATED', now(), 'EUR', 1, '[]', '[]', decode(md5('x'), 'hex'))
                    """.formatted(NUMBER));
            execute(connection, insertEvent(1));
            execute(connection, "CREATE SEQUENCE of_no_column");
            execute(connection, "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        }
    }

    private static void migrate(String url, String user, String password) {
        Flyway.configure()
                .dataSource(url, user, password)
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    private static String insertEvent(int sequence) {
        return "INSERT INTO order_events (number, sequence, kind, at) VALUES ('%s', %d, 'PLACED', now())"
                .formatted(NUMBER, sequence);
    }

    @Test
    void dataOfAVersionWithoutPasswords_areKeptAndClosedToOthers() throws Exception {
        // Given
        leaveDataOfTheVersionBefore();
        // When
        try (Standalone stores = start();
                Connection service = Database.connect(stores)) {
            // Then
            assertPasswordsAreRequired(stores);
            assertThat(value(service, "SHOW is_superuser")).isEqualTo("off");
            assertThat(value(service, "SELECT buyer FROM orders WHERE number = '%s'".formatted(NUMBER)))
                    .isEqualTo("alice");
            assertThat(value(service, """
                                    SELECT count(*) FROM pg_class
                                    WHERE relnamespace = 'public'::regnamespace AND relowner <> 'orders'::regrole
                                    """)).isEqualTo("0");
            assertThat(value(service, "SELECT proowner::regrole FROM pg_proc WHERE proname = 'one'"))
                    .isEqualTo("orders");
            // What the next version's migration and the service are allowed to do.
            migrate(
                    "jdbc:" + stores.postgreSql().url(),
                    stores.postgreSql().username(),
                    stores.postgreSql().password());
            execute(service, "ALTER TABLE orders ADD COLUMN later text");
            execute(service, "ALTER TABLE flyway_schema_history ADD COLUMN later text");
            execute(service, insertEvent(2));
            assertThat(value(service, "SELECT nextval('of_no_column')")).isEqualTo("1");
        }
        try (Standalone again = start();
                Connection service = Database.connect(again)) {
            assertThat(value(service, "SELECT count(*) FROM order_events")).isEqualTo("2");
        }
    }
}
