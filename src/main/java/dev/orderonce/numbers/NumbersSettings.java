package dev.orderonce.numbers;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings of order numbers, prefix {@code numbers}. */
@ConfigMapping(prefix = "numbers")
public interface NumbersSettings {

    /** The key that signs: base 64 of at least 32 random bytes, e.g. from {@code openssl rand -base64 32}. */
    String signingKey();

    /**
     * Other keys that verify: older ones, and the next one before it signs. To rotate, first give the new key to every
     * replica here, then let it sign, and keep the old one here until no client can still repeat a request under a
     * number it signed: the longest validity, and as long as a page may come back.
     */
    Optional<List<String>> verifyingKeys();

    /**
     * How long a number can be placed. Long enough for a slow checkout over lunch; shorter would send patient people
     * for a second number, longer keeps more numbers in Redis (about 200 bytes each).
     */
    @WithDefault("2h")
    Duration ttl();

    /**
     * How long a checkout is returned the same number, placed or not. A day covers a page left open over night; at
     * least {@link #ttl()}.
     */
    @WithDefault("24h")
    Duration checkoutTtl();

    /**
     * How long after an order the same content under another number needs a confirmation. A buyer who is not sure
     * whether the order was placed tries again within minutes; a longer window stops buyers who mean a second order.
     * Zero turns it off.
     */
    @WithDefault("15m")
    Duration duplicateWindow();

    /**
     * How long Redis keeps when an order was submitted again, as evidence for a dispute; about 100 bytes for each such
     * order. A bank statement comes once a month.
     */
    @WithDefault("40d")
    Duration resubmissionTtl();

    /** What the service does while Redis is unavailable. */
    @WithDefault("trust-signature")
    WhenRedisIsDown whenRedisIsDown();

    /** What the service does while Redis is unavailable. */
    enum WhenRedisIsDown {
        /** Keep selling: signature, time stamp and primary key still decide, only the cached state is missing. */
        TRUST_SIGNATURE,
        /** Stop selling: 503 until Redis answers. */
        REFUSE
    }

    /** Adds a sentence for each value that cannot be used. */
    static void check(NumbersSettings settings, Consumer<String> wrong) {
        SigningKeys.check(settings, wrong);
        Validity.check(settings, wrong);
        if (settings.duplicateWindow().isNegative()) {
            wrong.accept("numbers.duplicate-window: 0s or more");
        }
        Rules.lasting("numbers.resubmission-ttl", settings.resubmissionTtl(), wrong);
    }
}
