package dev.orderonce.payments;

import dev.orderonce.config.RateLimit;
import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings of payments, prefix {@code payments}. */
@ConfigMapping(prefix = "payments")
public interface PaymentSettings {

    /** The value of {@link #providerUrl()} that names the standalone build's provider inside the process. */
    String SIMULATED = "simulated:provider";

    /** The base URL of the provider's interface. The standalone build simulates a provider without it. */
    Optional<String> providerUrl();

    /** The bearer token that every request to the provider carries. */
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
     * How long a request has to finish a payment that it began before the job resumes the payment. Longer than twice
     * {@link #providerTimeout()}; a shorter one resumes a crashed request's payment sooner.
     */
    @WithDefault("15s")
    Duration resumeDelay();

    /**
     * How long after the first missing answer the job sends a request to the provider again. Delays double, up to 600
     * times the first one.
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

    /** Adds a sentence for each value that cannot be used. */
    static void check(PaymentSettings settings, Consumer<String> wrong) {
        Rules.lasting("payments.provider-timeout", settings.providerTimeout(), wrong);
        Rules.lasting("payments.resume-delay", settings.resumeDelay(), wrong);
        Rules.lasting("payments.retry-delay", settings.retryDelay(), wrong);
        Rules.lasting("payments.unpaid-order-ttl", settings.unpaidOrderTtl(), wrong);
        DeclineLimits.check(settings, wrong);
    }
}
