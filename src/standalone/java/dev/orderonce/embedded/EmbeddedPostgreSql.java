package dev.orderonce.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.postgresql.util.PasswordUtil;

/**
 * One PostgreSQL, as durable as any: what it acknowledged survives a kill.
 *
 * <p>It listens on the loopback interface, where every user of the machine can connect, so every connection needs a
 * password (SCRAM-SHA-256). Two roles have one, each kept in a file beside the data that only its owner can read. The
 * service's role owns the database and is no superuser: a superuser reads and writes files and starts programs as the
 * user who runs the service.
 */
public final class EmbeddedPostgreSql {
    private static final Logger LOG = Logger.getLogger(EmbeddedPostgreSql.class);

    private static final String USERNAME = "orders";

    /** The library creates this role with the data, and connects as it to find out when PostgreSQL is ready. */
    private static final String SUPERUSER = "postgres";

    private static final String ENCRYPTION = "scram-sha-256";

    /** A line of pg_hba.conf that accepts connections without a password. */
    private static final Pattern TRUST = Pattern.compile("^[^#]*\\btrust\\b");

    private static final String RULES = """
            # Written by order-once. Every connection needs a password.
            # TYPE  DATABASE  USER  ADDRESS       METHOD
            host    all       all   127.0.0.1/32  scram-sha-256
            host    all       all   ::1/128       scram-sha-256
            """;

    /**
     * Creates the service's role and makes it the owner of the database. In data of an earlier version the superuser
     * owns the contents, which become the service's role's: tables, sequences (one that belongs to a column follows its
     * table) and functions. Objects of other roles keep their owner.
     */
    private static final String SERVICE_ROLE = """
            DO $$
            DECLARE
                object record;
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orders') THEN
                    CREATE ROLE orders;
                END IF;
                ALTER ROLE orders LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
                IF (SELECT datdba FROM pg_database WHERE datname = 'postgres') = 'orders'::regrole THEN
                    RETURN;
                END IF;
                ALTER DATABASE postgres OWNER TO orders;
                FOR object IN
                    SELECT oid::regclass AS name FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relowner = 'postgres'::regrole
                        AND (relkind IN ('r', 'p', 'v', 'm', 'f')
                            OR relkind = 'S' AND NOT EXISTS (
                                SELECT FROM pg_depend
                                WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                                    AND deptype IN ('a', 'i')))
                LOOP
                    EXECUTE format('ALTER TABLE %s OWNER TO orders', object.name);
                END LOOP;
                FOR object IN
                    SELECT oid::regprocedure AS name FROM pg_proc
                    WHERE pronamespace = 'public'::regnamespace AND proowner = 'postgres'::regrole
                LOOP
                    EXECUTE format('ALTER ROUTINE %s OWNER TO orders', object.name);
                END LOOP;
            END $$
            """;

    /** Crash recovery after a kill takes seconds, and minutes on a busy machine; a process that exits is noticed. */
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    private final Path data;
    private final Path programs;
    private final int port;
    private final Path superuserPasswordFile;
    private final String superuserPassword;
    private final String password;
    private EmbeddedPostgres server;

    private EmbeddedPostgreSql(Path data, Path programs, int port) {
        this.data = data;
        this.programs = programs;
        this.port = port;
        this.superuserPasswordFile = data.resolveSibling("postgresql-superuser.password");
        boolean isOpen = trustsAnybody();
        if (!isOpen && isMade() && !Files.exists(superuserPasswordFile)) {
            throw new IllegalStateException(
                    "the superuser's password of PostgreSQL is missing: put %s back, or write trust in place of %s in %s for one start, which makes new passwords"
                            .formatted(superuserPasswordFile, ENCRYPTION, rules()));
        }
        this.superuserPassword = Secrets.kept(superuserPasswordFile, Secrets::newPassword);
        this.password = Secrets.kept(data.resolveSibling("postgresql-" + USERNAME + ".password"), Secrets::newPassword);
        if (isOpen) {
            closeToOthers();
        }
        this.server = launch();
        try {
            setUpRoles(server);
        } catch (RuntimeException failure) {
            stop();
            throw failure;
        }
    }

    /**
     * Starts it on a free port.
     *
     * @param data its data; created if it does not exist. The passwords are kept beside it.
     * @param programs where its executables are unpacked
     * @throws IllegalStateException with a sentence if its roles cannot be set up
     */
    public static EmbeddedPostgreSql start(Path data, Path programs) {
        return new EmbeddedPostgreSql(data, programs, Processes.freePort());
    }

    private boolean isMade() {
        return Files.exists(data.resolve("postgresql.conf"));
    }

    private Path rules() {
        return data.resolve("pg_hba.conf");
    }

    private boolean trustsAnybody() {
        if (!Files.exists(rules())) {
            return false;
        }
        try (Stream<String> lines = Files.lines(rules())) {
            return lines.anyMatch(line -> TRUST.matcher(line).find());
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + rules(), failure);
        }
    }

    /**
     * Migrates the data of a version that trusted every user of this machine. PostgreSQL runs once more with the old
     * rules, on a new port, until its roles have passwords. The rules change last: after an interruption the next start
     * repeats the migration.
     */
    private void closeToOthers() {
        LOG.infof("PostgreSQL in %s trusted every user of this machine; setting passwords", data);
        EmbeddedPostgres open = launch();
        try {
            setUpRoles(open);
        } finally {
            close(open);
        }
        try {
            Secrets.write(rules(), RULES);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + rules(), failure);
        }
    }

    /** Sets the passwords of both roles from their files, in one transaction. */
    private void setUpRoles(EmbeddedPostgres running) {
        try (Connection connection = running.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(SERVICE_ROLE);
            // A password's digest: what is in a statement can end up in a log.
            statement.execute(setPassword(SUPERUSER, superuserPassword));
            statement.execute(setPassword(USERNAME, password));
            connection.commit();
        } catch (SQLException failure) {
            throw new IllegalStateException(
                    "PostgreSQL in %s did not accept its roles and passwords and is unchanged (%s); its log is %s"
                            .formatted(data, failure.getMessage(), log()),
                    failure);
        }
    }

    private static String setPassword(String role, String password) throws SQLException {
        return "ALTER ROLE %s PASSWORD '%s'"
                .formatted(role, PasswordUtil.encodePassword(role, password.toCharArray(), ENCRYPTION));
    }

    private EmbeddedPostgres launch() {
        Path pid = data.resolve("postmaster.pid");
        Processes.reap(pid, "postgres");
        Processes.awaitNobodyIn(data);
        try {
            // PostgreSQL trusts this file while any process has that id, a remnant of its own included. No other
            // process uses the data: the directory is locked and none works in it.
            Files.deleteIfExists(pid);
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(programs.toFile())
                    .setPort(port)
                    .setPGStartupWait(START_WITHIN)
                    // The library, made for tests, switches durability off; an order must survive a power cut.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    // Its own default of 300 is for test suites that leak.
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("timezone", "UTC")
                    // No socket in a directory that everybody writes to, which is the default.
                    .setServerConfig("unix_socket_directories", "")
                    .setLocaleConfig("locale", "C")
                    // These are options of initdb like the locale. The library asks for "trust",
                    // and of two options the later one counts: no connection without a password, not even at the first
                    // start.
                    .setLocaleConfig("auth", ENCRYPTION)
                    .setLocaleConfig("pwfile", superuserPasswordFile.toString())
                    .setConnectConfig("password", superuserPassword)
                    // The owner of a database can set the search path of everybody who connects to it, and so make a
                    // superuser run the owner's function.
                    .setConnectConfig("options", "-c search_path=pg_catalog")
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log()))
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log()))
                    // Stopped by the service, after the last in-flight request.
                    .setRegisterShutdownHook(false)
                    .start();
        } catch (IOException failure) {
            throw new IllegalStateException(
                    "PostgreSQL did not start (%s); its log is %s".formatted(failure.getMessage(), log()), failure);
        }
    }

    private java.io.File log() {
        return data.resolveSibling("postgresql.log").toFile();
    }

    /** Its address, without user and password. */
    public String url() {
        return "postgresql://127.0.0.1:" + port + "/postgres";
    }

    public int port() {
        return port;
    }

    /** The service's role. */
    public String username() {
        return USERNAME;
    }

    /** The password of the service's role. */
    public String password() {
        return password;
    }

    /** Starts it again, on the same port and data, after {@link #stop()} or {@link #kill()}. */
    public void restart() {
        server = launch();
    }

    /** Starts it again after its process ended by itself. */
    void restartAfterItsEnd() {
        stop(); // releases the lock that the library holds on the data
        restart();
    }

    /** The process that runs now. The library knows only the one that started it. */
    ProcessHandle process() {
        return Processes.of(data.resolve("postmaster.pid"))
                .orElseThrow(() -> new IllegalStateException("PostgreSQL has no process"));
    }

    public void stop() {
        close(server);
    }

    private static void close(EmbeddedPostgres running) {
        try {
            running.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("PostgreSQL did not stop", failure);
        }
    }

    /** Kills it without a clean shutdown, as a power cut would. */
    public void kill() {
        server.getProcess().descendants().forEach(ProcessHandle::destroyForcibly);
        server.getProcess().destroyForcibly();
        server.getProcess().onExit().join();
        stop(); // the process is gone: this releases the lock that the library holds on the data
    }
}
