package dev.orderonce.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orderonce.config.UnusableSetting;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import dev.orderonce.testkit.LogRecords;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How jobs are scheduled, fail, are configured and stop. */
class JobsTest {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Config settings(Map<String, String> settings, Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "test", 400), new EnvConfigSource(environment, 300))
                .build();
    }

    private Jobs jobs(Map<String, String> settings, Job... jobs) {
        return new Jobs(List.of(jobs), settings(settings, Map.of()), vertx, metrics);
    }

    private Jobs started(Job... jobs) {
        Jobs started = jobs(Map.of(), jobs);
        started.start(new StartupEvent());
        return started;
    }

    private double failures(String job, String cause) {
        return metrics.counter("orderonce.jobs.failures", "name", job, "cause", cause)
                .count();
    }

    /** Counts the runs; each ends at once. */
    private static Supplier<Uni<Void>> counted(AtomicInteger runs) {
        return () -> {
            runs.incrementAndGet();
            return Uni.createFrom().voidItem();
        };
    }

    @Test
    void runInProgress_noOtherBeginsAndOtherJobsGoOn() throws InterruptedException {
        // Given
        Queue<UniEmitter<? super Void>> runs = new ConcurrentLinkedQueue<>();
        AtomicInteger ofTheOther = new AtomicInteger();
        Job slow = new Job("slow", SHORT, () -> Uni.createFrom().<Void>emitter(runs::add));
        // When
        Jobs jobs = started(slow, new Job("other", SHORT, counted(ofTheOther)));
        // Then
        await().until(() -> ofTheOther.get() > 50);
        assertThat(runs).hasSize(1);
        // When
        runs.element().complete(null);
        // Then
        await().until(() -> runs.size() == 2);
        runs.forEach(run -> run.complete(null));
        jobs.stop(new ShutdownEvent());
    }

    @Test
    void runThatFails_isRepeatedCountedAndLoggedOncePerOutage() throws InterruptedException {
        // Given
        AtomicInteger runs = new AtomicInteger();
        Job failing = new Job("failing", SHORT, () -> switch (runs.incrementAndGet()) {
            case 1, 2, 3 -> throw new IllegalStateException("broken");
            case 4, 6 -> Uni.createFrom().failure(new IllegalStateException("broken"));
            default -> Uni.createFrom().voidItem();
        });
        try (LogRecords log = LogRecords.collect()) {
            // When
            Jobs jobs = started(failing);
            await().until(() -> runs.get() > 10);
            jobs.stop(new ShutdownEvent());
            // Then
            assertThat(log.errors())
                    .filteredOn(line -> line.contains("failing"))
                    .hasSize(2);
            assertThat(log.matching("job failing works again")).hasSize(2);
        }
        assertThat(failures("failing", "error")).isEqualTo(5);
        assertThat(failures("failing", "unavailable")).isZero();
    }

    @Test
    void storeThatDoesNotAnswer_isCountedAndNoError() throws InterruptedException {
        // Given
        AtomicInteger runs = new AtomicInteger();
        Job waiting = new Job("waiting", SHORT, () -> {
            runs.incrementAndGet();
            return StoreUnavailable.failure(Store.REDIS);
        });
        try (LogRecords log = LogRecords.collect()) {
            // When
            Jobs jobs = started(waiting);
            await().until(() -> runs.get() > 3);
            jobs.stop(new ShutdownEvent());
            // Then
            assertThat(log.errors()).noneMatch(line -> line.contains("waiting"));
        }
        assertThat(failures("waiting", "unavailable")).isEqualTo(runs.get());
        assertThat(failures("waiting", "error")).isZero();
    }

    @Test
    void stop_awaitsTheRunInProgressAndBeginsNoOther() {
        // Given
        Queue<UniEmitter<? super Void>> runs = new ConcurrentLinkedQueue<>();
        Jobs jobs = started(new Job("slow", SHORT, () -> Uni.createFrom().<Void>emitter(runs::add)));
        await().until(() -> runs.size() == 1);
        // When
        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> {
            try {
                jobs.stop(new ShutdownEvent());
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        // Then
        await().during(Duration.ofMillis(300)).until(() -> !stop.isDone());
        runs.element().complete(null);
        assertThat(stop).succeedsWithin(Duration.ofSeconds(2));
        await().during(Duration.ofMillis(100)).until(() -> runs.size() == 1);
    }

    @Test
    void stop_cutsOffTheRunThatTakesTooLong() throws InterruptedException {
        // Given
        AtomicInteger cancelled = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        Jobs jobs = started(new Job("endless", SHORT, () -> {
            begun.incrementAndGet();
            return Uni.createFrom().<Void>nothing().onCancellation().invoke(cancelled::incrementAndGet);
        }));
        await().until(() -> begun.get() == 1);
        // When
        jobs.stop(new ShutdownEvent());
        // Then
        assertThat(cancelled).hasValue(1);
        assertThat(begun).hasValue(1);
    }

    @Test
    void intervalThatIsSet_overridesTheJobsOwn() throws InterruptedException {
        // Given
        AtomicInteger quick = new AtomicInteger();
        AtomicInteger off = new AtomicInteger();
        Jobs jobs = jobs(
                Map.of("jobs.interval.purge-it", "2ms", "jobs.interval.not-this", "off"),
                new Job("purge-it", NEVER, counted(quick)),
                new Job("not-this", SHORT, counted(off)));
        // When
        jobs.start(new StartupEvent());
        // Then
        await().until(() -> quick.get() > 10);
        assertThat(off).hasValue(0);
        jobs.stop(new ShutdownEvent());
    }

    @Test
    void intervalFromTheEnvironment_isTheOneOfTheJob() {
        // Given
        Config environment = settings(Map.of(), Map.of("JOBS_INTERVAL_PURGE_IT", "7m"));
        Job job = new Job("purge-it", SHORT, counted(new AtomicInteger()));
        // When
        JobIntervals intervals = new JobIntervals(environment, List.of("purge-it"));
        // Then
        assertThat(intervals.of(job)).contains(Duration.ofMinutes(7));
    }

    @Test
    void unknownJob_isRefusedWithTheNamesThatExist() {
        // Given
        Job job = new Job("purge-it", SHORT, counted(new AtomicInteger()));
        // When, Then
        assertThatThrownBy(() -> jobs(Map.of("jobs.interval.purge-this", "1s"), job))
                .isInstanceOf(UnusableSetting.class)
                .hasMessage("jobs.interval.purge-this: there is no such job; the jobs are purge-it");
        assertThatThrownBy(() -> new JobIntervals(
                        settings(Map.of(), Map.of("JOBS_INTERVAL_PURGE_THIS", "1s")), List.of("purge-it")))
                .isInstanceOf(UnusableSetting.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"often", "0s", "-1s"})
    void intervalThatIsNone_isRefused(String value) {
        // Given
        Job job = new Job("purge-it", SHORT, counted(new AtomicInteger()));
        // When, Then
        assertThatThrownBy(() -> jobs(Map.of("jobs.interval.purge-it", value), job))
                .isInstanceOf(UnusableSetting.class)
                .hasMessageStartingWith("jobs.interval.purge-it: " + value);
    }
}
