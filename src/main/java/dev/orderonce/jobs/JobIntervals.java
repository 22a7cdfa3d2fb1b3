package dev.orderonce.jobs;

import dev.orderonce.config.UnusableSetting;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.Config;

/**
 * The setting {@code jobs.interval.<job>}. The settings are read by the jobs' names and not by a mapping: a mapping
 * cannot distinguish which characters of a map's key were hyphens in an environment variable.
 */
public final class JobIntervals {
    private static final String PREFIX = "jobs.interval.";
    private static final String OFF = "off";

    private final Config config;

    /** @throws UnusableSetting if an interval cannot be used, or is set for a job that does not exist */
    JobIntervals(Config config, Collection<String> jobs) {
        this.config = config;
        check(config, jobs, sentence -> {
            throw new UnusableSetting(sentence);
        });
    }

    /**
     * Adds a sentence for each interval that cannot be used, and for each that is set for a job that does not exist.
     *
     * @param jobs the names of all jobs
     */
    public static void check(Config config, Collection<String> jobs, Consumer<String> wrong) {
        List<String> known =
                jobs.stream().map(name -> inEnvironment(PREFIX + name)).toList();
        for (String setting : config.getPropertyNames()) {
            String name = inEnvironment(setting);
            if (name.startsWith(inEnvironment(PREFIX)) && !known.contains(name)) {
                wrong.accept("%s: there is no such job; the jobs are %s"
                        .formatted(
                                setting,
                                String.join(", ", jobs.stream().sorted().toList())));
            }
        }
        for (String job : jobs) {
            UnusableSetting.report(() -> given(config, PREFIX + job), wrong);
        }
    }

    private static String inEnvironment(String setting) {
        return setting.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** Returns the job's interval: the one that is set, or else the job's own; empty if the job is switched off. */
    Optional<Duration> of(Job job) {
        Optional<String> given = given(config, PREFIX + job.name());
        return given.isEmpty()
                ? Optional.of(job.interval())
                : given.filter(value -> !value.equals(OFF)).map(value -> parse(PREFIX + job.name(), value));
    }

    /** @throws UnusableSetting if the value is neither {@code off} nor a duration of at least 1 ms */
    private static Optional<String> given(Config config, String setting) {
        Optional<String> given =
                config.getOptionalValue(setting, String.class).map(String::trim).filter(value -> !value.isEmpty());
        given.filter(value -> !value.equals(OFF)).ifPresent(value -> parse(setting, value));
        return given;
    }

    private static Duration parse(String setting, String value) {
        Duration interval;
        try {
            interval = DurationConverter.parseDuration(value);
        } catch (IllegalArgumentException malformed) {
            throw unusable(setting, value);
        }
        if (interval.compareTo(Duration.ofMillis(1)) < 0) {
            throw unusable(setting, value);
        }
        return interval;
    }

    private static UnusableSetting unusable(String setting, String value) {
        return new UnusableSetting("%s: %s is neither \"off\" nor a duration of at least 1 ms, such as 500ms or 10m"
                .formatted(setting, value));
    }
}
