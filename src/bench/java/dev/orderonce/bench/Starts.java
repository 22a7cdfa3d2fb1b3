package dev.orderonce.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Measures the time of the packaged service from its start to its first order, and its memory then: with the JVM's AOT
 * cache (JEP 514) of a training run, and without.
 */
final class Starts {
    static final String WITHOUT_CACHE = "-XX:AOTMode=off";

    private static final int STARTS = 5;

    /** As many orders as the training run of the image places, unless another number is given. */
    private static final int TRAINING_ORDERS = Integer.getInteger("bench.training", 360);

    private final Service.Packaged packaged;
    private final Path cache;

    /** The measurements of one start. */
    private record Start(double millis, long residentMiB) {}

    Starts(Service.Packaged packaged) {
        this.packaged = packaged;
        this.cache = packaged.directory().resolve("order-once.aot");
    }

    /**
     * A run that places some orders and ends: its cache is written at its end.
     *
     * @return the option of a JVM that uses it
     */
    String train() throws IOException, InterruptedException {
        Files.deleteIfExists(cache);
        try (Service service = packaged.start("-XX:AOTCacheOutput=" + cache)) {
            service.order();
            for (int i = 1; i < TRAINING_ORDERS; i++) {
                service.checkout();
            }
        }
        return "-XX:AOTCache=" + cache;
    }

    /** Alternating, while the other one is idle; the median of each. */
    void measure(Report report) throws IOException, InterruptedException {
        String withCache = train();
        List<Start> without = new ArrayList<>();
        List<Start> with = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            without.add(start(WITHOUT_CACHE));
            with.add(start(withCache));
        }
        Start plain = median(without);
        Start cached = median(with);
        report.fact(
                "start to first order",
                String.format(
                        Locale.ROOT,
                        "%.0f ms and %d MiB; with an AOT cache %.0f ms and %d MiB",
                        plain.millis(),
                        plain.residentMiB(),
                        cached.millis(),
                        cached.residentMiB()));
        report.atMost("start to first order with an AOT cache ÷ without", cached.millis() / plain.millis(), 0.60);
    }

    private Start start(String option) throws IOException, InterruptedException {
        try (Service service = packaged.start(option)) {
            service.order();
            return new Start(service.millis(), service.residentMiB());
        }
    }

    private static Start median(List<Start> starts) {
        return starts.stream()
                .sorted(Comparator.comparingDouble(Start::millis))
                .skip(starts.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
