package dev.orderonce.embedded;

import org.jboss.logging.Logger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stops the processes of stores: our own, and those that a killed service left behind. */
final class Processes {
    private static final Logger LOG = Logger.getLogger(Processes.class);

    /** Both stores stop within a second when asked; one that does not is not going to. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Processes() {}

    /**
     * Stops the store that a killed service left running, if the process of the given number still
     * is that store.
     *
     * @param pidFile its first line is the number of the process
     * @param program what its executable's name begins with: the number may belong to another
     *     process by now
     */
    static void reap(Path pidFile, String program) {
        readPid(pidFile)
                .flatMap(ProcessHandle::of)
                .filter(process -> isRunning(process, program))
                .ifPresent(
                        orphan -> {
                            LOG.infof(
                                    "stopping the %s (process %d) that a killed service left",
                                    program, orphan.pid());
                            stop(orphan);
                        });
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

    private static boolean isRunning(ProcessHandle process, String program) {
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString().startsWith(program))
                .orElse(false);
    }

    /**
     * Asks it to stop, and kills it if it does not: both stores survive that with everything they
     * acknowledged.
     */
    static void stop(ProcessHandle process) {
        CompletableFuture<ProcessHandle> end = process.onExit();
        process.destroy();
        try {
            end.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stuck) {
            LOG.warnf("process %d did not stop within %s and is killed", process.pid(), PATIENCE);
            process.destroyForcibly();
            end.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (java.util.concurrent.ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A port of the loopback interface that nobody uses now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException("no free port on the loopback interface", failure);
        }
    }
}
