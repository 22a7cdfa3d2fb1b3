package dev.orderonce.packaged;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether an awaited process makes progress. A start takes some seconds of processor time; its duration depends on the
 * load of the machine. So the wait fails when the process has used far more processor time than any start needs, or
 * none at all for a while.
 */
final class Progress {
    /** A start needs 8 s, with an embedded PostgreSQL to unpack and to recover 20 s. */
    private static final Duration MOST_PROCESSOR_TIME = Duration.ofMinutes(2);

    /** A process that waits for another, starved one uses no processor time for a while either. */
    private static final Duration MOST_WITHOUT = Duration.ofMinutes(2);

    private final Process process;
    private final Duration begun;
    private Duration latest;
    private long latestAt = System.nanoTime();

    Progress(Process process) {
        this.process = process;
        this.begun = processorTime();
        this.latest = begun;
    }

    /** The processor time of the process and of those it has started. */
    private Duration processorTime() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(each -> each.info().totalCpuDuration())
                .flatMap(Optional::stream)
                .reduce(Duration.ZERO, Duration::plus);
    }

    /**
     * Checks the process; called repeatedly while it is awaited.
     *
     * @throws IllegalStateException if it makes no progress any more
     */
    void check() {
        Duration now = processorTime();
        // The time of a child that has ended is no longer counted.
        if (!now.equals(latest)) {
            latest = now;
            latestAt = System.nanoTime();
        }
        Duration without = Duration.ofNanos(System.nanoTime() - latestAt);
        if (without.compareTo(MOST_WITHOUT) > 0) {
            throw new IllegalStateException("the process has done nothing for " + without);
        }
        if (now.minus(begun).compareTo(MOST_PROCESSOR_TIME) > 0) {
            throw new IllegalStateException("the process has used " + now.minus(begun) + " of processor time");
        }
    }
}
