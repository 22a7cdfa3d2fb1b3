package dev.orderonce.payments;

import dev.orderonce.config.RateLimit;
import dev.orderonce.http.LimitPolicy;
import dev.orderonce.http.Quota;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * How many payments may be declined before no further one is begun for a while: a person has two or three cards, and a
 * thief who tries stolen ones has a list (OWASP API6:2023).
 *
 * <p>Declined payments are counted in PostgreSQL, in the statement that begins a payment: another replica, a restart or
 * an outage of Redis does not reset the count.
 */
@ApplicationScoped
class DeclineLimits {
    /** The limit's name in problems and metrics. */
    static final String NAME = "payments-declined";

    /** The payments that count, before one is begun. */
    record Counted(long ofOrder, long ofBuyer) {}

    /**
     * A limit that is reached.
     *
     * @param retryAfter how long until the limits allow another payment
     */
    record Full(LimitPolicy policy, Duration retryAfter) {
        private static Full since(RateLimit limit, Instant oldest, Instant now) {
            return new Full(policyOf(limit), Duration.between(now, oldest.plus(limit.window())));
        }
    }

    /** Until the payments in progress are decided: a capture takes about a second. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final RateLimit ofOrder;
    private final RateLimit ofBuyer;

    DeclineLimits(PaymentSettings settings) {
        this.ofOrder = settings.declinesPerOrderLimit();
        this.ofBuyer = settings.declinesPerBuyerLimit();
    }

    static void check(PaymentSettings settings, Consumer<String> wrong) {
        withoutBurst("payments.declines-per-order-limit", settings.declinesPerOrderLimit(), wrong);
        withoutBurst("payments.declines-per-buyer-limit", settings.declinesPerBuyerLimit(), wrong);
    }

    /** The limit counts rows in a window, which cannot express a burst. */
    private static void withoutBurst(String setting, RateLimit limit, Consumer<String> wrong) {
        if (limit.burst() != limit.count()) {
            wrong.accept(setting + ": COUNT/WINDOW without a burst");
        }
    }

    RateLimit ofOrder() {
        return ofOrder;
    }

    /** Payments whose result is not known yet count too, or a hundred at once would pass. */
    RateLimit ofBuyer() {
        return ofBuyer;
    }

    private static LimitPolicy policyOf(RateLimit limit) {
        return LimitPolicy.of(NAME, limit.count(), limit.window());
    }

    /**
     * Returns what is left of the limit that is reached first: that of the order or that of the buyer.
     *
     * @param counted before the payment
     * @param state of the payment
     */
    Quota left(Counted counted, PaymentState state) {
        long leftOfOrder = ofOrder.count() - counted.ofOrder() - (state == PaymentState.DECLINED ? 1 : 0);
        long leftOfBuyer = ofBuyer.count()
                - counted.ofBuyer()
                - (state == PaymentState.DECLINED || state == PaymentState.ASKED ? 1 : 0);
        return leftOfOrder <= leftOfBuyer
                ? policyOf(ofOrder).left(leftOfOrder)
                : policyOf(ofBuyer).left(leftOfBuyer);
    }

    /**
     * Returns the limit that allows another payment last; empty if the limits allow one now.
     *
     * @param orderFullSince when the oldest of the declined payments that fill the order's limit was begun
     * @param buyerFullSince when the oldest of those that fill the buyer's limit was begun
     * @param notCaptured the buyer's payments that were declined or are in progress
     */
    Optional<Full> full(
            Optional<Instant> orderFullSince, Optional<Instant> buyerFullSince, long notCaptured, Instant now) {
        Optional<Full> full = Stream.concat(
                        orderFullSince.map(since -> Full.since(ofOrder, since, now)).stream(),
                        buyerFullSince.map(since -> Full.since(ofBuyer, since, now)).stream())
                .max(Comparator.comparing(Full::retryAfter));
        return full.isEmpty() && notCaptured >= ofBuyer.count() ? Optional.of(new Full(policyOf(ofBuyer), SOON)) : full;
    }
}
