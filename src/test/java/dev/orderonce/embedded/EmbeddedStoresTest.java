package dev.orderonce.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Other users of the machine have no access to the embedded stores. */
class EmbeddedStoresTest {
    private static final String SUPERUSER_PASSWORD = "postgresql-superuser.password";
    private static final String ORDERS_PASSWORD = "postgresql-orders.password";
    private static final String REDIS_PASSWORD = "redis.password";

    @TempDir
    static Path directory;

    private static Path data;
    private static Standalone stores;

    @BeforeAll
    static void start() {
        data = directory.resolve("data");
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), data);
    }

    @AfterAll
    static void stop() {
        stores.close();
    }

    private static String secret(String file) throws IOException {
        return Files.readString(data.resolve(file));
    }

    private static Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:" + stores.postgreSql().url(), user, password);
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"postgres,''", "postgres,postgres", "orders,''", "orders,orders", "root,''"})
    void postgreSql_refusesAConnectionWithoutPassword(String user, String password) {
        assertThatThrownBy(() -> connect(user, password).close())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password");
    }

    @Test
    void postgreSql_refusesThePasswordOfAnotherRole() throws IOException {
        String password = secret(ORDERS_PASSWORD);
        assertThatThrownBy(() -> connect("postgres", password).close())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void postgreSql_hasNoRuleThatTrustsAndNoSocket() throws Exception {
        try (Connection superuser = connect("postgres", secret(SUPERUSER_PASSWORD))) {
            assertThat(value(superuser, "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            assertThat(value(superuser, "SHOW unix_socket_directories")).isEmpty();
            assertThat(value(superuser, "SHOW listen_addresses")).isEqualTo("localhost");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_read_file('../numbers.key')",
                "SELECT pg_ls_dir('..')",
                "SELECT lo_import('/etc/hostname')",
                "COPY (SELECT 1) TO PROGRAM 'true'",
                "COPY (SELECT 1) TO '/tmp/order-once-test'",
                "CREATE ROLE another SUPERUSER",
                "ALTER SYSTEM SET fsync = off",
                "SELECT rolpassword FROM pg_authid"
            })
    void serviceRole_hasNoBusinessWithFilesProgramsAndRoles(String sql) throws SQLException {
        try (Connection service = Database.connect(stores);
                Statement statement = service.createStatement()) {
            assertThatThrownBy(() -> statement.execute(sql))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void serviceRole_isNoSuperuserAndOwnsItsDatabase() throws SQLException {
        try (Connection service = Database.connect(stores);
                Statement statement = service.createStatement()) {
            assertThat(value(service, "SHOW is_superuser")).isEqualTo("off");
            statement.execute("CREATE TABLE mine (id bigint GENERATED ALWAYS AS IDENTITY)");
            statement.execute("DROP TABLE mine");
        }
    }

    private static String firstReply(String commands) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), stores.redis().port())) {
            socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void redis_refusesCommandsWithoutPassword() throws IOException {
        assertThat(firstReply("PING\r\n")).startsWith("-NOAUTH");
        assertThat(firstReply("FLUSHALL\r\n")).startsWith("-NOAUTH");
        assertThat(firstReply("AUTH something\r\n")).startsWith("-WRONGPASS");
        assertThat(RedisCommands.send(stores, "PING")).isEqualTo("+PONG");
    }

    @ParameterizedTest
    @ValueSource(strings = {"numbers.key", SUPERUSER_PASSWORD, ORDERS_PASSWORD, REDIS_PASSWORD, "redis.conf"})
    void secret_isForItsOwnerOnly(String file) throws IOException {
        assertThat(Files.getPosixFilePermissions(data.resolve(file)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void passwords_areLongAndDiffer() throws IOException {
        assertThat(List.of(secret(SUPERUSER_PASSWORD), secret(ORDERS_PASSWORD), secret(REDIS_PASSWORD)))
                .doesNotHaveDuplicates()
                .allMatch(password -> password.matches("[A-Za-z0-9_-]{43}"));
    }

    @Test
    void secrets_areInNoCommandAndNoLog() throws IOException {
        List<String> commands = ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .toList();
        assertThat(commands).anyMatch(command -> command.contains("redis-server"));
        for (String file : List.of(SUPERUSER_PASSWORD, ORDERS_PASSWORD, REDIS_PASSWORD)) {
            String secret = secret(file);
            assertThat(commands).noneMatch(command -> command.contains(secret));
            assertThat(data.resolve("postgresql.log")).content().doesNotContain(secret);
            assertThat(data.resolve("redis.log")).content().doesNotContain(secret);
        }
    }
}
