package dev.orderonce.payments;

import dev.orderonce.jobs.Gauge;
import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import dev.orderonce.jobs.Resume;
import dev.orderonce.orders.CancelStale;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;

/** The jobs of payments. */
class PaymentJobs {
    /** As short as the first retry delay: a buyer may wait for the payment at the page. */
    private static final Duration RESUME_INTERVAL = Duration.ofSeconds(1);

    /** Payments claimed at once; each may take as long as the provider takes to answer. */
    private static final int CLAIM_SIZE = 50;

    /**
     * The longest retry delay, in first ones; it is reached after ten attempts. With the first at one second it is ten
     * minutes: a provider that is available again gets requests soon, and is not flooded.
     */
    static final int LONGEST_RETRY_DELAY = 600;

    /**
     * Attempts without an answer after which support sees the payment; about four minutes, which an outage of the
     * provider should not last. The job continues to attempt it, without a limit.
     */
    static final int ATTEMPTS_UNTIL_SUPPORT = 8;

    /** An order is cancelled so much later than {@code payments.unpaid-order-ttl} at most, which is hours. */
    private static final Duration UNPAID_INTERVAL = Duration.ofSeconds(10);

    /** Providers repeat a notification for some days; and one that is processed twice changes nothing. */
    private static final Duration NOTIFICATIONS_KEPT_FOR = Duration.ofDays(30);

    /** Short against the time they are kept. */
    private static final Duration PURGE_INTERVAL = Duration.ofHours(1);

    /** Settles payments whose request crashed or whose provider did not answer, until both rows agree. */
    @Produces
    @Singleton
    Job resumePayments(
            PaymentStore store, SettlePayment settlePayment, PaymentSettings settings, Resume resume, Clock clock) {
        return new Job(
                "resume-payments",
                RESUME_INTERVAL,
                () -> settlePayment
                        .scheduleMissed()
                        .chain(_ -> store.claimDue(clock.instant(), settings.resumeDelay(), CLAIM_SIZE))
                        .chain(claimed -> resume.each(
                                claimed,
                                payment -> "payment " + payment.id(),
                                payment -> settlePayment.settle(payment, OptionalLong.empty()))));
    }

    /** Counts, for operators, the payments that support sees: those whose result has been unknown for long. */
    @Produces
    @Singleton
    Job countUnsettled(PaymentStore store, MeterRegistry metrics) {
        return Gauge.job(
                "count-unsettled-payments",
                metrics,
                "orderonce.payments.unsettled",
                () -> store.countUnsettled(ATTEMPTS_UNTIL_SUPPORT, ListUnsettled.MOST));
    }

    /**
     * Cancels orders that stayed unpaid for too long; never one whose payment was begun: that order is not CREATED any
     * more.
     */
    @Produces
    @Singleton
    Job cancelUnpaid(CancelStale cancelStale, PaymentSettings settings, Clock clock) {
        return new Job(
                "cancel-unpaid",
                UNPAID_INTERVAL,
                () -> Purge.inBatches(
                        most -> cancelStale.createdBefore(clock.instant().minus(settings.unpaidOrderTtl()), most)));
    }

    /** Deletes the notifications that the provider cannot repeat any longer. */
    @Produces
    @Singleton
    Job purgeNotifications(PaymentStore store, Clock clock) {
        return new Job(
                "purge-notifications",
                PURGE_INTERVAL,
                () -> Purge.inBatches(
                        most -> store.deleteNotifications(clock.instant().minus(NOTIFICATIONS_KEPT_FOR), most)));
    }
}
