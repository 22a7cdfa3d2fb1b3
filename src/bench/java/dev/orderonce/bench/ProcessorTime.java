package dev.orderonce.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Processor time, user and system, as Linux reports it in {@code /proc}; 0 where there is no such directory. */
final class ProcessorTime {
    /** Below it the compiler is quiet. */
    static final double QUIET = 0.02;

    /** Linux reports hundredths of a second, whatever the kernel counts in. */
    private static final long TICK_MICROS = 10_000;

    // Of the fields of a stat file that follow the name in parentheses.
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int ENDED_CHILDREN_USER = 13;
    private static final int ENDED_CHILDREN_SYSTEM = 14;

    private final ProcessHandle jvm;
    private final Map<Path, Long> compilers = new HashMap<>();
    private long allBefore;
    private long compilingBefore;

    ProcessorTime(ProcessHandle jvm) {
        this.jvm = jvm;
    }

    /** Microseconds of a process and its descendants, ended ones included. */
    static long micros(ProcessHandle process) {
        long ended = micros(stat(process), USER, SYSTEM, ENDED_CHILDREN_USER, ENDED_CHILDREN_SYSTEM);
        return ended + process.children().mapToLong(ProcessorTime::micros).sum();
    }

    /** Microseconds of a process' first thread: in Redis the one that executes all commands. */
    static long firstThread(ProcessHandle process) {
        Path threads = stat(process).resolveSibling("task");
        return micros(threads.resolve(Long.toString(process.pid())).resolve("stat"), USER, SYSTEM);
    }

    /** The share of the JIT compiler's threads in the JVM's processor time since the last call, or since its start. */
    double compilerShare() {
        try (Stream<Path> threads = Files.list(stat(jvm).resolveSibling("task"))) {
            // A compiler thread without work ends after a while; its time still counts.
            threads.filter(ProcessorTime::isCompiler)
                    .forEach(thread -> compilers.put(thread, micros(thread.resolve("stat"), USER, SYSTEM)));
        } catch (IOException ended) {
            // the process has ended, or this is not Linux
        }
        long compiling = compilers.values().stream().mapToLong(Long::longValue).sum();
        long all = micros(stat(jvm), USER, SYSTEM);
        double share = all > allBefore ? (double) (compiling - compilingBefore) / (all - allBefore) : 0;
        compilingBefore = compiling;
        allBefore = all;
        return share;
    }

    /** The largest share of several JVMs. */
    static double compilerShare(List<ProcessorTime> jvms) {
        return jvms.stream().mapToDouble(ProcessorTime::compilerShare).max().orElse(0);
    }

    private static boolean isCompiler(Path thread) {
        try {
            // C1 or C2, with the rest of the name cut off after 15 characters.
            return Files.readString(thread.resolve("comm")).matches("(?s)C[12] CompilerThre.*");
        } catch (IOException ended) {
            return false;
        }
    }

    private static Path stat(ProcessHandle process) {
        return Path.of("/proc", Long.toString(process.pid()), "stat");
    }

    private static long micros(Path stat, int... fields) {
        try {
            String text = Files.readString(stat);
            List<String> words =
                    List.of(text.substring(text.lastIndexOf(')') + 2).split(" ", -1));
            long ticks = 0;
            for (int field : fields) {
                ticks += Long.parseLong(words.get(field));
            }
            return ticks * TICK_MICROS;
        } catch (IOException ended) {
            return 0;
        }
    }
}
