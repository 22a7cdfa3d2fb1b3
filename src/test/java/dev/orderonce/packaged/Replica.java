package dev.orderonce.packaged;

import java.nio.file.Path;
import java.util.Map;

/** A packaged service that is killed and started again, for tests that need one behind a page. */
public final class Replica implements AutoCloseable {
    private final Path home;
    private final Map<String, String> settings;
    private volatile Service service;

    private Replica(Path home, Map<String, String> settings) {
        this.home = home;
        this.settings = settings;
        this.service = Service.launch(Service.STANDALONE, home, settings).ready();
    }

    /** Starts one with these settings. */
    public static Replica start(Path home, Map<String, String> settings) {
        return new Replica(home, settings);
    }

    public int port() {
        return service.port();
    }

    /** Kills the process, as a power loss does. */
    public void kill() {
        service.process().destroyForcibly();
        service.process().onExit().join();
    }

    /** Starts it again, at another port. */
    public void restart() {
        service = Service.launch(Service.STANDALONE, home, settings).ready();
    }

    @Override
    public void close() {
        service.close();
    }
}
