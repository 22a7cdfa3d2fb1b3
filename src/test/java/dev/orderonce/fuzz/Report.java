package dev.orderonce.fuzz;

import dev.orderonce.fuzz.Wire.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** The result of a run: statuses, durations and violations. Thread-safe. */
final class Report {
    /** The bytes of failed requests, so that they can be sent again unchanged. */
    private static final Path DIRECTORY = Path.of("target", "fuzz");

    private static final int MOST_FAULTS = 20;
    private static final int MOST_ALIKE = 2;
    private static final int LONGEST_SHOWN = 1500;
    private static final int LONGEST_KIND = 80;

    /** Durations are counted in tenths of a millisecond, up to ten seconds. */
    private static final long NANOS_PER_TENTH = 100_000;

    private final long seed;
    private final Map<Integer, LongAdder> statuses = new ConcurrentSkipListMap<>();
    private final AtomicLongArray durations = new AtomicLongArray(100_001);
    private final Set<String> requested = ConcurrentHashMap.newKeySet();
    private final Set<String> succeeded = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> kinds = new ConcurrentSkipListMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final LongAdder cut = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder sentAgain = new LongAdder();

    Report(long seed) {
        this.seed = seed;
    }

    void cut(Request request) {
        requested.add(request.operation.id());
        cut.increment();
    }

    /** The service closed the connection, as it may. */
    void closed() {
        closed.increment();
    }

    void sentAgain() {
        sentAgain.increment();
    }

    void answered(Request request, Answer answer) {
        requested.add(request.operation.id());
        if (answer.status() < 300) {
            succeeded.add(request.operation.id());
        }
        statuses.computeIfAbsent(answer.status(), first -> new LongAdder()).increment();
        long tenths = Math.min(answer.nanos() / NANOS_PER_TENTH, durations.length() - 1L);
        durations.incrementAndGet((int) tenths);
    }

    void fault(int index, Request request, String what, Optional<Answer> answer) {
        String kind = request.operation.id() + request.mutation + ": " + what;
        LongAdder alike = kinds.computeIfAbsent(
                kind.substring(0, Math.min(kind.length(), LONGEST_KIND)), first -> new LongAdder());
        alike.increment();
        if (alike.sum() > MOST_ALIKE || faults.size() >= MOST_FAULTS) {
            return;
        }
        faults.add("""
                %s
                -Dfuzz.seed=%d, request %d, all of it in %s
                %s
                ----
                %s
                """.formatted(
                        kind,
                        seed,
                        index,
                        write(index, request),
                        shown(request.text()),
                        answer.map(Report::shown).orElse("no answer")));
    }

    private Path write(int index, Request request) {
        try {
            Files.createDirectories(DIRECTORY);
            return Files.write(
                    DIRECTORY.resolve(seed + "-" + index + ".http"),
                    request.text().getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String shown(Answer answer) {
        return answer.status() + " " + answer.headers() + "\n" + shown(answer.body());
    }

    /** Printable, and not too long. */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), LONGEST_SHOWN); i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c >= ' ' && c < 0x7f)) {
                shown.append(c);
            } else {
                shown.append("\\u%04x".formatted((int) c));
            }
        }
        return text.length() > LONGEST_SHOWN ? shown + "… (" + text.length() + " characters)" : shown.toString();
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    /** The operations that received a request. */
    Set<String> requested() {
        return requested;
    }

    /** The report as text for people. */
    String summary(Operations operations) {
        long answers = 0;
        for (int i = 0; i < durations.length(); i++) {
            answers += durations.get(i);
        }
        List<String> without = operations.all().stream()
                .map(Operations.Operation::id)
                .filter(id -> !succeeded.contains(id))
                .toList();
        return """
               FuzzTest: seed %d: %d answers %s, %d cut by the client, %d closed by the service
                 p50 %.1f ms, p99 %.1f ms, slowest %.1f ms, %d sent again because they were slow
                 never successful: %s
                 wrong: %s\
               """.formatted(
                        seed,
                        answers,
                        statuses,
                        cut.sum(),
                        closed.sum(),
                        percentile(answers, 0.5),
                        percentile(answers, 0.99),
                        percentile(answers, 1),
                        sentAgain.sum(),
                        without,
                        kinds);
    }

    /** A percentile of the responses so far. */
    double medianNanos() {
        long answers = statuses.values().stream().mapToLong(LongAdder::sum).sum();
        return percentile(answers, 0.5) * 1e6;
    }

    /** In milliseconds. */
    private double percentile(long answers, double share) {
        long left = Math.max(1, Math.round(answers * share));
        int tenths = 0;
        while (tenths < durations.length() - 1 && left > durations.get(tenths)) {
            left -= durations.get(tenths);
            tenths++;
        }
        return tenths / 10.0;
    }
}
