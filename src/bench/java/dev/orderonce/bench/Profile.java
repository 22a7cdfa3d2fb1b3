package dev.orderonce.bench;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import one.profiler.AsyncProfilerLoader;

/** Where a JVM's processor time goes: a flame graph and the shares of the libraries, by async-profiler. */
final class Profile {
    private static final Path RESULTS = Path.of("src/bench/results");
    private static final int MOST_GROUPS = 10;

    private static final String JDK = "JDK";
    private static final String KERNEL = "kernel";
    private static final String JVM = "JVM";

    /**
     * Where the kernel's frames are not available: the innermost frame of a thread in it, a function of the C library.
     */
    private static final Pattern SYSTEM_CALL = Pattern.compile(
            "_*(libc_)?(p?read|p?write|readv|writev|send|sendto|sendmsg|recv|recvfrom|recvmsg|accept4?|close|syscall"
                    + "|epoll_wait|epoll_pwait2?|epoll_ctl|eventfd_(read|write)|futex.*|pthread_cond_.*|sched_yield)(@.*)?");

    /** Groups by the beginning of a frame's name; the first that matches counts. */
    private static final Map<String, Pattern> GROUPS = groups();

    private Profile() {}

    private static Map<String, Pattern> groups() {
        Map<String, Pattern> groups = new LinkedHashMap<>();
        groups.put("Redis client", Pattern.compile("io/(vertx|quarkus)/(mutiny/)?redis/.*"));
        groups.put("PostgreSQL client", Pattern.compile("io/(vertx|quarkus)/.*(pgclient|sqlclient)/.*"));
        groups.put("Netty", Pattern.compile("io/netty/.*"));
        groups.put("Vert.x and Quarkus REST", Pattern.compile("(io/vertx|io/quarkus|org/jboss|jakarta)/.*"));
        groups.put("Mutiny and SmallRye", Pattern.compile("io/smallrye/.*"));
        groups.put("Jackson", Pattern.compile("com/fasterxml/.*"));
        groups.put("Micrometer", Pattern.compile("(io/micrometer|org/HdrHistogram)/.*"));
        groups.put("order-once", Pattern.compile("dev/orderonce/.*"));
        groups.put(JDK, Pattern.compile("(java|jdk|sun|com/sun)/.*"));
        groups.put("other libraries", Pattern.compile("[a-z]+/.*"));
        return groups;
    }

    private static final class Samples {
        private long own;
        private long withCalled;
    }

    /** Profiles a JVM during a load, writes the flame graph and reports the shares. */
    static void of(String what, ProcessHandle jvm, Runnable load, Path directory, Report report)
            throws IOException, AttachNotSupportedException, AgentLoadException, AgentInitializationException {
        AsyncProfilerLoader.setExtractionDirectory(directory.resolve("async-profiler"));
        Path stacks = directory.resolve("stacks-" + what + ".txt");
        Path graph = RESULTS.resolve("flame-" + what + ".html").toAbsolutePath();
        // With the kernel's frames where the system allows it.
        command(jvm, "start,event=cpu,interval=1ms");
        load.run();
        command(jvm, "dump,collapsed,file=" + stacks);
        command(jvm, "stop,flamegraph,minwidth=0.5,title=" + what + ",file=" + graph);
        report.detail("profile of " + what, shares(what, Files.readAllLines(stacks)));
    }

    private static void command(ProcessHandle jvm, String command)
            throws IOException, AttachNotSupportedException, AgentLoadException, AgentInitializationException {
        VirtualMachine attached = VirtualMachine.attach(Long.toString(jvm.pid()));
        try {
            attached.loadAgentPath(AsyncProfilerLoader.getAsyncProfilerPath().toString(), command);
        } finally {
            attached.detach();
        }
    }

    /** Prints the groups with the most samples, by the innermost frame and by the innermost frame of a library. */
    private static JsonObject shares(String what, List<String> stacks) {
        Map<String, Samples> groups = new LinkedHashMap<>();
        long all = 0;
        for (String stack : stacks) {
            int count = stack.lastIndexOf(' ');
            long samples = Long.parseLong(stack.substring(count + 1));
            List<String> frames = List.of(stack.substring(0, count).split(";", -1));
            String leaf = group(frames.getLast(), frames);
            groups.computeIfAbsent(leaf, name -> new Samples()).own += samples;
            groups.computeIfAbsent(caller(frames, leaf), name -> new Samples()).withCalled += samples;
            all += samples;
        }
        JsonObject shares = new JsonObject();
        System.out.printf("%n%-34s %8s   %s%n", what, "itself", "with what it calls of JDK, JVM and kernel");
        double total = all;
        groups.entrySet().stream()
                .sorted(Comparator.comparingLong(group -> -group.getValue().own))
                .limit(MOST_GROUPS)
                .forEach(group -> {
                    double own = group.getValue().own / total;
                    double withCalled = group.getValue().withCalled / total;
                    System.out.printf(
                            Locale.ROOT, "  %-32s %6.1f %%   %.1f %%%n", group.getKey(), 100 * own, 100 * withCalled);
                    shares.put(
                            group.getKey(), new JsonObject().put("itself", own).put("withCalled", withCalled));
                });
        return shares;
    }

    /** The innermost library that called the JDK, the JVM or the kernel; the leaf's group if none did. */
    private static String caller(List<String> frames, String leaf) {
        return frames.reversed().stream()
                .map(frame -> group(frame, frames))
                .filter(group -> !List.of(JDK, JVM, KERNEL).contains(group))
                .findFirst()
                .orElse(leaf);
    }

    private static String group(String frame, List<String> stack) {
        return GROUPS.entrySet().stream()
                .filter(group -> group.getValue().matcher(frame).matches())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> nativeGroup(frame, stack));
    }

    private static String nativeGroup(String frame, List<String> stack) {
        // The profiler could not walk this stack.
        if (frame.startsWith("[unknown") || frame.startsWith("[not_walkable")) {
            return "unknown";
        }
        if (frame.endsWith("_[k]") || SYSTEM_CALL.matcher(frame).matches()) {
            return KERNEL;
        }
        if (stack.stream().anyMatch(caller -> caller.startsWith("CompileBroker::"))) {
            return "JIT compiler";
        }
        return stack.stream().anyMatch(caller -> caller.matches("(VM_|Gen|Serial|G1|VMThread).*::.*"))
                ? "garbage collector and safepoints"
                : JVM;
    }
}
