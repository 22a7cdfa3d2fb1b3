package dev.orderonce.payments;

import dev.orderonce.config.RateLimit;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of payments, prefix {@code payments}. */
@ConfigMapping(prefix = "payments")
public interface PaymentSettings {

    /** What the standalone build's provider inside the process is called. */
    String SIMULATED = "simulated:provider";

    /** Where the provider's interface is. The standalone build simulates one if it is not given. */
    Optional<String> providerUrl();

    /** The bearer token under which the provider knows us. */
    Optional<String> providerToken();

    /** The secret with which the provider signs its notifications; without it they are refused. */
    Optional<String> notificationSecret();

    /**
     * How long the provider may take to answer a request. Captures take about a second; after this
     * the result counts as unknown, and a job requests it from the provider.
     */
    @WithDefault("5s")
    Duration providerTimeout();

    /**
     * How long whoever began something is left to finish it before the settler looks. Longer than a
     * request takes; shorter finds what died sooner.
     */
    @WithDefault("15s")
    Duration lookAfter();

    /** How often each replica asks for payments that are due to be looked at. */
    @WithDefault("1s")
    Duration settleEvery();

    /**
     * The longest wait between two looks at one payment. Waits double from {@link #settleEvery} on,
     * so this is reached after some ten looks.
     */
    @WithDefault("10m")
    Duration longestWait();

    /**
     * After how many looks in vain support is shown the payment. It is looked at for ever all the
     * same.
     */
    @WithDefault("8")
    int looksUntilSupport();

    /**
     * How long an order may stay unpaid before a job cancels it. A day is longer than a transfer
     * between banks takes, and shorter than goods should be reserved without payment.
     */
    @WithDefault("24h")
    Duration unpaidOrderTtl();

    /** How often each replica looks for orders that stayed unpaid. */
    @WithDefault("10s")
    Duration unpaidEvery();

    /** How often operators are told how many payments wait for support. */
    @WithDefault("15s")
    Duration watchEvery();

    /**
     * How many payments of one order may be declined in any window before the next is refused. A
     * person tries another card, and perhaps mistypes it. Without a burst of its own.
     */
    @WithDefault("5/10m")
    RateLimit declinesPerOrderLimit();

    /**
     * How many payments of one buyer may be declined in any window, or be in progress, before the
     * next is refused. Without a burst of its own.
     */
    @WithDefault("10/1h")
    RateLimit declinesPerBuyerLimit();
}
