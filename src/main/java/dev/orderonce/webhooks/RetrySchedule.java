package dev.orderonce.webhooks;

import java.time.Duration;
import java.util.Optional;

/** When an endpoint that fails is tried again. */
final class RetrySchedule {
    private static final Duration FIRST_DELAY = Duration.ofSeconds(5);

    /** A receiver that is back waits no longer; one that is away for a day costs about thirty attempts. */
    static final Duration LONGEST_DELAY = Duration.ofHours(1);

    /** 5 s doubled so often exceeds the longest delay. */
    private static final int MOST_DOUBLINGS = 10;

    private RetrySchedule() {}

    /**
     * Returns the delay after a failure: doubled with each, and between 80 % and 120 % of that, so that endpoints of
     * one receiver do not come at once. The receiver's {@code Retry-After} can only lengthen it, up to the longest
     * delay.
     *
     * @param failures so far, 1 or more
     * @param random from 0 to 1
     */
    static Duration delay(int failures, Optional<Duration> retryAfter, double random) {
        Duration doubled =
                shorter(FIRST_DELAY.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS)), LONGEST_DELAY);
        Duration spread = Duration.ofMillis((long) (doubled.toMillis() * (0.8 + 0.4 * random)));
        Duration asked = shorter(retryAfter.orElse(Duration.ZERO), LONGEST_DELAY);
        return spread.compareTo(asked) < 0 ? asked : spread;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
