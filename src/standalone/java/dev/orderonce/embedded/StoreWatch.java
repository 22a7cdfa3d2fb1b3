package dev.orderonce.embedded;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Starts a store again that ended without being stopped; gives up if that happens twice within a minute. */
final class StoreWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StoreWatch.class);

    /** A store that ends more often has a reason that starting it again does not remove. */
    private static final Duration ONCE_IN = Duration.ofMinutes(1);

    /** Ctrl-C on a terminal ends the stores together with the service, which closes this watch in less. */
    private static final Duration MOMENT = Duration.ofMillis(500);

    private final String store;
    private final Supplier<ProcessHandle> process;
    private final Runnable restart;
    private final Consumer<String> giveUp;
    private final InstantSource clock;
    private Instant restarted = Instant.MIN;
    private boolean stopped;

    /**
     * Watches a store.
     *
     * @param store its name
     * @param process returns the process that runs now
     * @param restart starts it again; fails with {@link RuntimeException}
     * @param giveUp is called with a sentence, without a full stop, and then no more
     */
    StoreWatch(
            String store,
            Supplier<ProcessHandle> process,
            Runnable restart,
            Consumer<String> giveUp,
            InstantSource clock) {
        this.store = store;
        this.process = process;
        this.restart = restart;
        this.giveUp = giveUp;
        this.clock = clock;
        watch();
    }

    private void watch() {
        Thread.ofPlatform().daemon().name("watch-" + store).start(() -> {
            process.get().onExit().join();
            Processes.pause(MOMENT);
            ended();
        });
    }

    private synchronized void ended() {
        if (stopped) {
            return;
        }
        if (clock.instant().isBefore(restarted.plus(ONCE_IN))) {
            giveUp("%s ended twice within a minute".formatted(store));
            return;
        }
        LOG.warnf("%s ended unexpectedly; starting it again", store);
        restarted = clock.instant();
        try {
            restart.run();
        } catch (RuntimeException failure) {
            giveUp("%s ended and cannot be started again: %s".formatted(store, failure.getMessage()));
            return;
        }
        LOG.infof("%s runs again", store);
        watch();
    }

    private void giveUp(String reason) {
        LOG.error(reason);
        giveUp.accept(reason);
    }

    /** Stops the watch, so that the store can be stopped; waits for a start in progress. */
    @Override
    public synchronized void close() {
        stopped = true;
    }
}
