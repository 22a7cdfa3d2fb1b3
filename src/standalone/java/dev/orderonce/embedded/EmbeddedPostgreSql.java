package dev.orderonce.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** One PostgreSQL, as durable as any: what it acknowledged survives a kill. */
public final class EmbeddedPostgreSql {
    /** The superuser that the library makes; it is reachable over the loopback interface only. */
    static final String USERNAME = "postgres";

    /**
     * Crash recovery after a kill takes seconds, and minutes on a busy machine; one that ends is
     * noticed.
     */
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    private final Path data;
    private final Path programs;
    private final int port;
    private EmbeddedPostgres server;

    private EmbeddedPostgreSql(Path data, Path programs, int port) {
        this.data = data;
        this.programs = programs;
        this.port = port;
        this.server = launch();
    }

    /**
     * Starts it on a free port.
     *
     * @param data its data; made if it is not there
     * @param programs where its executables are unpacked
     */
    public static EmbeddedPostgreSql start(Path data, Path programs) {
        return new EmbeddedPostgreSql(data, programs, Processes.freePort());
    }

    private EmbeddedPostgres launch() {
        Path pid = data.resolve("postmaster.pid");
        Processes.reap(pid, "postgres");
        Processes.awaitNobodyIn(data);
        try {
            // PostgreSQL believes this file as long as any process has that number, its own remains
            // included. Nobody
            // else can be at work here: the data directory is ours and no process is in it.
            Files.deleteIfExists(pid);
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(programs.toFile())
                    .setPort(port)
                    .setPGStartupWait(START_WITHIN)
                    // The library, made for tests, switches durability off; an order must outlive a
                    // power cut.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    // Its own default of 300 is for test suites that leak.
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("timezone", "UTC")
                    .setLocaleConfig("locale", "C")
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log()))
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log()))
                    // Stopped by us, after the last request in flight has been answered.
                    .setRegisterShutdownHook(false)
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "PostgreSQL did not start; its log is " + log(), failure);
        }
    }

    private java.io.File log() {
        return data.resolveSibling("postgresql.log").toFile();
    }

    public String url() {
        return "postgresql://127.0.0.1:" + port + "/postgres";
    }

    public int port() {
        return port;
    }

    /** Starts it again, on the same port and data, after {@link #stop()} or {@link #kill()}. */
    public void restart() {
        server = launch();
    }

    public void stop() {
        try {
            server.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("PostgreSQL did not stop", failure);
        }
    }

    /** Kills it without a chance to tidy up, as a power cut would. */
    public void kill() {
        server.getProcess().descendants().forEach(ProcessHandle::destroyForcibly);
        server.getProcess().destroyForcibly();
        server.getProcess().onExit().join();
        stop(); // there is nothing left to stop: this gives back the lock that the library keeps on
        // the data
    }
}
