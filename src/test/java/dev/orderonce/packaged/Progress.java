package dev.orderonce.packaged;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a process that is waited for gets on. A start takes some seconds of processor time; how long that is on a
 * clock depends on what else the machine does. So it is given up when it has used far more processor time than any
 * start needs, or none at all for a while.
 */
final class Progress {
    /** A start needs 8 s, with an embedded PostgreSQL to unpack and to recover 20 s. */
    private static final Duration MOST_PROCESSOR_TIME = Duration.ofMinutes(2);

    /** A process that waits for another one, which is starved, uses nothing for a while too. */
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

    /** Of the process and of those it has started. */
    private Duration processorTime() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(each -> each.info().totalCpuDuration())
                .flatMap(Optional::stream)
                .reduce(Duration.ZERO, Duration::plus);
    }

    /**
     * Called again and again while it is waited for.
     *
     * @throws IllegalStateException if it gets on no more
     */
    void check() {
        Duration now = processorTime();
        // A child that has ended takes its time with it.
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
