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
     * How long the provider may take to answer a request. Captures take about a second; after this the result counts as
     * unknown, and a job requests it from the provider.
     */
    @WithDefault("5s")
    Duration providerTimeout();

    /**
     * How long a request is left to finish what it began before the job resumes it. Longer than twice
     * {@link #providerTimeout()}; shorter resumes sooner what crashed.
     */
    @WithDefault("15s")
    Duration resumeDelay();

    /**
     * After how long the provider is asked again the first time that it does not answer. Delays double, up to 600 times
     * the first one.
     */
    @WithDefault("1s")
    Duration retryDelay();

    /**
     * How long an order may stay unpaid before a job cancels it. A day is longer than a transfer between banks takes,
     * and shorter than goods should be reserved without payment.
     */
    @WithDefault("24h")
    Duration unpaidOrderTtl();

    /**
     * How many payments of one order may be declined in any window before the next is refused. A person tries another
     * card, and perhaps mistypes it. Without a burst of its own.
     */
    @WithDefault("5/10m")
    RateLimit declinesPerOrderLimit();

    /**
     * How many payments of one buyer may be declined in any window, or be in progress, before the next is refused.
     * Without a burst of its own.
     */
    @WithDefault("10/1h")
    RateLimit declinesPerBuyerLimit();
}
