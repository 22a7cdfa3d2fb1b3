package dev.orderonce.numbers;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** When a number expires, and when that can be believed without asking PostgreSQL to hold it. */
@ApplicationScoped
public class Validity implements MadeFromSettings {
    /**
     * The longest {@code numbers.valid-for} that any replica may be given. A number older than this
     * cannot be placed whatever the settings were changed to, so beyond it no tombstone is needed.
     * A week is longer than any checkout.
     */
    static final Duration LONGEST = Duration.ofDays(7);

    private final Clock clock;
    private final Duration validFor;
    private final Duration clockMargin;

    Validity(Clock clock, NumbersSettings settings) {
        this.clock = clock;
        this.validFor = settings.validFor();
        this.clockMargin = settings.clockMargin();
        if (!validFor.isPositive() || validFor.compareTo(LONGEST) > 0) {
            throw new UnusableSetting("numbers.valid-for: from 1 s to " + LONGEST.toDays() + " days");
        }
        if (settings.checkoutMemory().compareTo(validFor) < 0) {
            throw new UnusableSetting("numbers.checkout-memory: at least numbers.valid-for");
        }
        if (clockMargin.isNegative()) {
            throw new UnusableSetting("numbers.clock-margin: not negative");
        }
    }

    public Instant now() {
        return clock.instant();
    }

    /** The first instant at which the number can no longer be placed. */
    public Instant expiresAt(OrderNumber number) {
        return number.issuedAt().plus(validFor);
    }

    public boolean isExpired(OrderNumber number) {
        return !now().isBefore(expiresAt(number));
    }

    /** Whether it is expired on every replica, whatever its clock and its settings. */
    public boolean isExpiredForGood(OrderNumber number) {
        return !now().isBefore(number.issuedAt().plus(LONGEST).plus(clockMargin));
    }

    /** No replica would place a number that was issued before this, whatever its settings. */
    public Instant forGoodBefore() {
        return now().minus(LONGEST).minus(clockMargin);
    }

    public Duration validFor() {
        return validFor;
    }
}
