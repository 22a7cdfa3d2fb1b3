package dev.orderonce.duplicates;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of the scan for duplicates, prefix {@code duplicates}. */
@ConfigMapping(prefix = "duplicates")
public interface DuplicateSettings {

    /**
     * How far apart in time two orders are compared. A buyer who forgot an order notices within a day; a longer window
     * would compare habits.
     */
    @WithDefault("24h")
    Duration scanWindow();

    /**
     * The least score, of 100, that support reviews. 75 is the same basket within an hour (of three lines or more:
     * within four), or nearly the same within a quarter of one.
     */
    @WithDefault("75")
    int scoreThreshold();

    /**
     * The least score, of 100, with which an open pair holds its orders: they are not shipped. 90 is the same basket
     * within an hour. With 101 no pair does.
     */
    @WithDefault("90")
    int holdFrom();

    /** How long an open pair holds its orders at most. Parcels wait for support no longer than for the carrier. */
    @WithDefault("1h")
    Duration holdTtl();

    /** Adds a sentence for each value that cannot be used. */
    static void check(DuplicateSettings settings, Consumer<String> wrong) {
        Rules.lasting("duplicates.scan-window", settings.scanWindow(), wrong);
        Rules.lasting("duplicates.hold-ttl", settings.holdTtl(), wrong);
        Rules.atLeast(0, "duplicates.score-threshold", settings.scoreThreshold(), wrong);
        Rules.atLeast(0, "duplicates.hold-from", settings.holdFrom(), wrong);
    }
}
