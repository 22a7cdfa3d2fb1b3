package dev.orderonce.duplicates;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the scan for duplicates, prefix {@code duplicates}. */
@ConfigMapping(prefix = "duplicates")
public interface DuplicateSettings {

    /** How often each replica looks for new orders; so old is an order when it is compared. */
    @WithDefault("1s")
    Duration scanEvery();

    /**
     * The least pause between two batches of 250 while the scan is behind; when the stores are busy
     * it is longer by itself. What a peak leaves is scanned after it.
     */
    @WithDefault("1ms")
    Duration pause();

    /**
     * How far apart in time two orders are compared. A buyer who forgot an order notices within a
     * day; a longer window would compare habits.
     */
    @WithDefault("24h")
    Duration scanWindow();

    /**
     * The least score, of 100, that support reviews. 75 is the same basket within an hour (of
     * three lines or more: within four), or nearly the same within a quarter of one.
     */
    @WithDefault("75")
    int scoreThreshold();

    /**
     * How long whoever confirmed is left alone with the cancellation, before somebody else sees to
     * it: longer than the provider may take to answer.
     */
    @WithDefault("30s")
    Duration lookAfter();

    /** How often operators are told how many pairs wait for support. */
    @WithDefault("15s")
    Duration watchEvery();

    /** How often each replica looks for cancellations that were left behind. */
    @WithDefault("10s")
    Duration finishEvery();
}
