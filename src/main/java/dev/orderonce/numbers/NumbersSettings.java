package dev.orderonce.numbers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of order numbers, prefix {@code numbers}. */
@ConfigMapping(prefix = "numbers")
public interface NumbersSettings {

    /**
     * The key that signs: base 64 of at least 32 random bytes, e.g. from {@code openssl rand
     * -base64 32}.
     */
    String signingKey();

    /**
     * Other keys that verify: older ones, and the next one before it signs. To rotate, first give
     * the new key to every replica here, then let it sign, and keep the old one here until no
     * client can still repeat a request under a number it signed: the validity, and as long as a
     * page may come back to ask.
     */
    Optional<List<String>> verifyingKeys();

    /**
     * How long a number can be placed. Long enough for a slow checkout over lunch; shorter would
     * send patient people for a second number, longer keeps more numbers in Redis (about 200 bytes
     * each).
     */
    @WithDefault("2h")
    Duration validFor();

    /**
     * How long a checkout finds its number again, placed or not. A day covers the page left open
     * over night; at least {@link #validFor()}.
     */
    @WithDefault("24h")
    Duration checkoutMemory();

    /**
     * How far replicas' clocks may differ. NTP keeps hosts within milliseconds; a minute covers one
     * that lost its time server for days. It is added where an expiry is believed without asking
     * PostgreSQL to hold it.
     */
    @WithDefault("1m")
    Duration clockMargin();

    /**
     * For how long the same content under another number is asked about. Who is not sure whether it
     * worked tries again within minutes; longer asks people who mean a second order. Zero asks
     * nobody.
     */
    @WithDefault("15m")
    Duration lookalikeWithin();

    /**
     * For how long Redis keeps when an order was submitted again, as evidence for a dispute; about
     * 100 bytes for each order that was. A statement of account comes once a month.
     */
    @WithDefault("40d")
    Duration submitsKeptFor();

    /** What carries the promise while Redis does not answer. */
    @WithDefault("trust-signature")
    WhenRedisIsDown whenRedisIsDown();

    /** What to do while Redis does not answer. */
    enum WhenRedisIsDown {
        /**
         * Keep selling: signature, time stamp and primary key still hold, only the cache check is
         * missing.
         */
        TRUST_SIGNATURE,
        /** Stop selling: 503 until Redis answers. */
        REFUSE
    }
}
