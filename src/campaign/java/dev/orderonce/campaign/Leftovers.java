package dev.orderonce.campaign;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ends what a campaign leaves behind that is itself killed. Its servers have their working directory below that of all
 * campaigns. A process of its own reads from a pipe that ends when the campaign does, however that happens, and kills
 * them then. The next campaign does the same before it starts, in case that this process was killed, too.
 */
final class Leftovers implements AutoCloseable {
    /** Only the programs that a campaign starts are killed: an editor may have a log of it open. */
    private static final String END = """
            trap '' HUP INT TERM
            read -r end
            for pass in 1 2 3 4 5 6 7 8 9 10; do
              found=
              for cwd in /proc/[0-9]*/cwd; do
                case "$(readlink "$cwd" 2>/dev/null)" in "$1"/*) ;; *) continue ;; esac
                program=$(readlink "${cwd%cwd}exe" 2>/dev/null)
                case "${program##*/}" in java|postgres|haproxy) ;; *) continue ;; esac
                pid=${cwd#/proc/}
                kill -KILL "${pid%/cwd}" 2>/dev/null && echo "$program" && found=1
              done
              [ -n "$found" ] || break
              sleep 0.1
            done
            sed -n "s|^[^ ]* \\($1/[^ ]*\\) .*|\\1|p" /proc/mounts | while read -r mounted; do
              umount "$mounted" && echo "the file system $mounted"
            done
            """;

    private final FileLock lock;
    private final FileChannel channel;
    private final Process guard;

    /** Another campaign runs in the same directory. */
    static final class Busy extends Exception {
        private Busy(Path campaigns) {
            super("Another campaign runs in %s.".formatted(campaigns));
        }
    }

    private Leftovers(FileChannel channel, FileLock lock, Process guard) {
        this.channel = channel;
        this.lock = lock;
        this.guard = guard;
    }

    /**
     * Ends the processes that an earlier campaign left, and starts the guard that ends those of this one.
     *
     * @param campaigns the directory of all campaigns
     */
    static Leftovers guard(Path campaigns) throws IOException, Busy {
        Files.createDirectories(campaigns);
        Path directory = campaigns.toRealPath();
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new Busy(directory);
        }
        end(directory).forEach(left -> System.out.println("an earlier campaign left behind, ended: " + left));
        // In a session of its own: a signal to the campaign's group does not end it.
        Process guard = new ProcessBuilder(command(List.of("setsid"), directory))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("leftovers.log").toFile())
                .start();
        return new Leftovers(channel, lock, guard);
    }

    private static List<String> command(List<String> before, Path directory) {
        return Stream.concat(before.stream(), Stream.of("sh", "-c", END, "leftovers", directory.toString()))
                .toList();
    }

    /** Ends all that runs below the directory; returns what that was. */
    static List<String> end(Path directory) throws IOException {
        Process process = new ProcessBuilder(command(List.of(), directory)).start();
        process.getOutputStream().close();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        }
    }

    /** Ends the guard, after the campaign has ended its servers. */
    @Override
    public void close() throws IOException {
        guard.getOutputStream().close();
        guard.onExit().join();
        lock.release();
        channel.close();
    }
}
