package dev.orderonce.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Stops the processes of stores: our own, and those that a killed service left behind. */
final class Processes {
    private static final Logger LOG = Logger.getLogger(Processes.class);

    /** Both stores stop within a second when asked; this allows for a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private Processes() {}

    /**
     * Stops the store that a killed service left running, if the process of the given number still is that store.
     *
     * @param pidFile its first line is the number of the process
     * @param program what its executable's name begins with: the number may belong to another process by now
     */
    static void reap(Path pidFile, String program) {
        of(pidFile).filter(process -> isRunning(process, program)).ifPresent(orphan -> {
            LOG.infof("stopping the %s (process %d) that a killed service left", program, orphan.pid());
            stop(orphan, program);
        });
    }

    /** The process whose number is the first line of the file, if it still exists. */
    static Optional<ProcessHandle> of(Path pidFile) {
        return readPid(pidFile).flatMap(ProcessHandle::of);
    }

    private static Optional<Long> readPid(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .findFirst()
                    .map(String::strip)
                    .map(Long::valueOf);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + file, failure);
        } catch (NumberFormatException halfWritten) {
            return Optional.empty();
        }
    }

    /**
     * Whether the process runs that program. A zombie (in a container without an init) still has its id, but no
     * program.
     */
    private static boolean isRunning(ProcessHandle process, String program) {
        return process.isAlive()
                && process.info()
                        .command()
                        .map(command ->
                                Path.of(command).getFileName().toString().startsWith(program))
                        .orElse(false);
    }

    /** Asks it to stop, and kills it if it does not: both stores keep what they acknowledged. */
    static void stop(ProcessHandle process, String program) {
        process.destroy();
        if (!hasEnded(() -> !isRunning(process, program))) {
            LOG.warnf("process %d did not stop within %s and is killed", process.pid(), PATIENCE);
            process.destroyForcibly();
            if (!hasEnded(() -> !isRunning(process, program))) {
                throw new IllegalStateException("process %d cannot be stopped".formatted(process.pid()));
            }
        }
    }

    /**
     * Waits until no process has this working directory. The children of a killed PostgreSQL end by themselves and may
     * write until then. Where the operating system does not say where processes work, there is no wait.
     *
     * @throws IllegalStateException if one does not end
     */
    static void awaitNobodyIn(Path directory) {
        if (!hasEnded(() -> ProcessHandle.allProcesses().noneMatch(process -> worksIn(process, directory)))) {
            throw new IllegalStateException("another process still works in " + directory);
        }
    }

    private static boolean worksIn(ProcessHandle process, Path directory) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .equals(directory);
        } catch (IOException | UnsupportedOperationException goneOrNotOurs) {
            return false;
        }
    }

    private static boolean hasEnded(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause();
        }
        return true;
    }

    static void pause() {
        pause(LOOK_EVERY);
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a store started or stopped", interrupted);
        }
    }

    /** A free port of the loopback interface. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException("no free port on the loopback interface", failure);
        }
    }
}
