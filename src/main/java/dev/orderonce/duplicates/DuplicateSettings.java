package dev.orderonce.duplicates;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

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
}
