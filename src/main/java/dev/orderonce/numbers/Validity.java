package dev.orderonce.numbers;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** Computes when a number expires, and when its expiry is final without a tombstone. */
@ApplicationScoped
public class Validity {
    /**
     * The maximum of {@code numbers.ttl} on any replica. An older number cannot be placed even if the settings change,
     * so it needs no tombstone. A week is longer than any checkout.
     */
    static final Duration LONGEST = Duration.ofDays(7);

    /**
     * How far the replicas' clocks may differ. NTP keeps hosts within milliseconds; a minute covers a host that lost
     * its time server for days. It is added where an expiry counts without a tombstone in PostgreSQL.
     */
    private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

    private final Clock clock;
    private final Duration ttl;

    Validity(Clock clock, NumbersSettings settings) {
        this.clock = clock;
        this.ttl = settings.ttl();
    }

    static void check(NumbersSettings settings, Consumer<String> wrong) {
        Duration ttl = settings.ttl();
        if (!ttl.isPositive() || ttl.compareTo(LONGEST) > 0) {
            wrong.accept("numbers.ttl: from 1 s to " + LONGEST.toDays() + " days");
        } else if (settings.checkoutTtl().compareTo(ttl) < 0) {
            wrong.accept("numbers.checkout-ttl: at least numbers.ttl");
        }
    }

    public Instant now() {
        return clock.instant();
    }

    /** The first instant at which the number can no longer be placed. */
    public Instant expiresAt(OrderNumber number) {
        return number.issuedAt().plus(ttl);
    }

    public boolean isExpired(OrderNumber number) {
        return !now().isBefore(expiresAt(number));
    }

    /** Whether the number is expired on every replica, whatever its clock and its settings. */
    public boolean isExpiredForGood(OrderNumber number) {
        return !now().isBefore(number.issuedAt().plus(LONGEST).plus(CLOCK_MARGIN));
    }

    /** Numbers issued before this instant are expired on every replica, whatever its clock and its settings. */
    public Instant forGoodBefore() {
        return earliestIssue(now());
    }

    /** When the oldest number was issued that can be placed at this instant on any replica, whatever its settings. */
    public static Instant earliestIssue(Instant placedAt) {
        return placedAt.minus(LONGEST).minus(CLOCK_MARGIN);
    }

    /** Before when every number was issued that is placed before this instant on any replica. */
    public static Instant latestIssue(Instant placedAt) {
        return placedAt.plus(CLOCK_MARGIN);
    }

    public Duration ttl() {
        return ttl;
    }
}
