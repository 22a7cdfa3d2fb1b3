package dev.orderonce.admission;

import dev.orderonce.config.RateLimit;
import java.time.Duration;

/**
 * One limit as a leaky bucket: each request fills it by one interval, time empties it, and a request that would make it
 * overflow is refused.
 *
 * <p>This is the generic cell rate algorithm (ITU-T I.371, annex A): the only state of a buyer is the time at which the
 * bucket will be empty. Any window has at most {@code burst + rate} requests, any longer time {@code burst} more than
 * the rate allows.
 *
 * @param rate how many in each window, in the long run
 * @param burst how many at once, after a quiet time
 */
public record Bucket(Limit limit, long rate, Duration window, long burst) {
    private static final long MICROS_PER_SECOND = 1_000_000;

    static Bucket of(Limit limit, RateLimit allowed) {
        return new Bucket(limit, allowed.count(), allowed.window(), allowed.burst());
    }

    /** How far one request fills the bucket, in microseconds of emptying. */
    double interval() {
        return micros(window) / rate;
    }

    /** How much the bucket holds, in microseconds of emptying. */
    double depth() {
        return interval() * burst;
    }

    /**
     * How long until one more fits, in microseconds; 0 or less if it fits now.
     *
     * @param emptyAt when the bucket will be empty, or was
     */
    double wait(double emptyAt, double now) {
        return Math.max(emptyAt, now) + interval() - depth() - now;
    }

    /** When the bucket will be empty after one more request. */
    double filled(double emptyAt, double now) {
        return Math.max(emptyAt, now) + interval();
    }

    private static double micros(Duration duration) {
        return (double) duration.getSeconds() * MICROS_PER_SECOND + duration.getNano() / 1000.0;
    }
}
