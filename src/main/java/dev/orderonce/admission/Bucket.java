package dev.orderonce.admission;

import dev.orderonce.config.RateLimit;
import dev.orderonce.http.LimitPolicy;
import java.time.Duration;

/**
 * One limit as a leaky bucket: each request fills it by one, time empties it, and a request that would make it overflow
 * is refused. Any window has at most {@code burst + rate} requests, any longer time {@code burst} more than the rate
 * allows.
 *
 * <p>The bucket is divided, so that most requests are counted without Redis: a quarter is shared out equally among the
 * replicas, and the rest is one {@link #shared} bucket in Redis. A replica that has used its share asks the shared
 * bucket. The parts add up to the whole, so the bound holds over all replicas; a buyer whose requests all reach one of
 * {@code n} replicas is allowed at least three quarters of the limit.
 *
 * @param rate how many in each window, in the long run
 * @param burst how many at once, after a quiet time
 */
public record Bucket(Limit limit, long rate, Duration window, long burst) {
    /**
     * One part in so many is shared out: more than a person needs, and little for a buyer who always meets one replica.
     */
    private static final int PARTS = 4;

    private static final double MICROS_PER_SECOND = 1e6;

    /** Less than this, in microseconds, is a rounding error of a level. */
    private static final double ROUNDING = 1e-3;

    static Bucket of(Limit limit, RateLimit allowed) {
        return new Bucket(limit, allowed.count(), allowed.window(), allowed.burst());
    }

    /**
     * The bucket, or a part of it.
     *
     * @param perMicro how many requests leave it in each microsecond
     * @param size how many it holds
     */
    record Part(double perMicro, long size) {
        /** How many are in it now. */
        double level(Level before, double now) {
            return Math.max(0, before.requests() - Math.max(0, now - before.at()) * perMicro);
        }

        /** How long until one more fits, in microseconds; 0 or less if it fits now. */
        double wait(double level) {
            double micros = (level + 1 - size) / perMicro;
            return micros < ROUNDING ? Math.min(micros, 0) : micros;
        }

        /** How long it takes until one request has left, in microseconds. */
        double interval() {
            return 1 / perMicro;
        }

        /** How long it takes until a full bucket is empty, in microseconds. */
        double depth() {
            return size / perMicro;
        }
    }

    /**
     * What a bucket held at a time.
     *
     * @param at in microseconds since 1970
     */
    record Level(double requests, double at) {}

    /** The limit, as responses name it. */
    LimitPolicy policy() {
        return LimitPolicy.of(limit.label(), rate, window);
    }

    /** All of it. */
    Part whole() {
        return part(burst);
    }

    /** The part in Redis. */
    Part shared() {
        return part(burst - burst / PARTS);
    }

    /** The share of each of so many replicas, from 1; it may hold nothing. */
    Part local(int replicas) {
        return part(burst / PARTS / replicas);
    }

    private Part part(long size) {
        double micros = window.getSeconds() * MICROS_PER_SECOND + window.getNano() / 1000.0;
        return new Part(rate / micros * size / burst, size);
    }
}
