package dev.orderonce.admission;

import static dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown.TRUST_SIGNATURE;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Decides whether a buyer may place an order under a number of their own.
 *
 * <p>Without Redis each replica applies the rate limit by itself, and nothing is compared with earlier orders: a
 * missing reply never prevents a sale.
 */
@ApplicationScoped
public class AdmitNumber {
    private static final Logger LOG = Logger.getLogger(AdmitNumber.class);

    private final AdmissionStore store;
    private final Limits limits;
    private final Validity validity;
    private final boolean trustsSignature;

    AdmitNumber(AdmissionStore store, Limits limits, Validity validity, NumbersSettings settings) {
        this.store = store;
        this.limits = limits;
        this.validity = validity;
        this.trustsSignature = settings.whenRedisIsDown() == TRUST_SIGNATURE;
    }

    /**
     * Admits an issued number that is about to be placed, and atomically marks it as tried.
     *
     * @param named the checkout that the request names
     * @return fails with {@link StoreUnavailable} if Redis is unavailable and the setting is to refuse then
     */
    public Uni<Admittance<Admission>> admit(
            OrderNumber number, Buyer buyer, Optional<String> named, ContentClaim claim) {
        Optional<Admission.Refused> expired = expired(number);
        if (expired.isPresent()) {
            return recordResubmission(number, buyer, Resubmission.LATE)
                    .replaceWith(() -> new Admittance<>(expired.get(), named));
        }
        return store.admit(number, buyer, named, claim)
                .onFailure(this::isTolerated)
                .recoverWithItem(() -> new Admittance<>(admitWithoutRedis(buyer), named));
    }

    /**
     * Checks an order that is about to be placed under a number without an order: one that was tried before, or one
     * that belongs to an idempotency key.
     */
    public Uni<Admission.Check> check(OrderNumber number, Buyer buyer, ContentClaim claim) {
        return store.check(number, buyer, claim)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(() -> admitWithoutRedis(buyer));
    }

    private Admission.Check admitWithoutRedis(Buyer buyer) {
        return limits.countUnlessFull(Limit.ORDERS_PLACED, buyer)
                .<Admission.Check>map(limited -> limited)
                .orElseGet(Admission.Admitted::new);
    }

    /**
     * Returns whether the number may be placed; changes and counts nothing.
     *
     * @param named the checkout that the request names
     * @return fails with {@link StoreUnavailable} if Redis is unavailable and the setting is to refuse then
     */
    public Uni<Admittance<Admission.LookUp>> lookUp(OrderNumber number, Buyer buyer, Optional<String> named) {
        Optional<Admission.Refused> expired = expired(number);
        if (expired.isPresent()) {
            return Uni.createFrom().item(new Admittance<>(expired.get(), named));
        }
        return store.find(number, buyer)
                .map(found -> found.map(cached ->
                                new Admittance<Admission.LookUp>(new Admission.Admitted(), cached.checkout(named)))
                        .orElseGet(() -> new Admittance<>(new Admission.Refused(VoidReason.NOT_CACHED, false), named)))
                .onFailure(this::isTolerated)
                .recoverWithItem(() -> new Admittance<>(new Admission.Admitted(), named));
    }

    private Optional<Admission.Refused> expired(OrderNumber number) {
        return validity.isExpired(number)
                ? Optional.of(new Admission.Refused(VoidReason.EXPIRED, validity.isExpiredForGood(number)))
                : Optional.empty();
    }

    private boolean isTolerated(Throwable failure) {
        return trustsSignature && failure instanceof StoreUnavailable;
    }

    /** Uncounts one admitted order that existed already. Without Redis it counts until the limit's window ends. */
    public Uni<Void> giveBack(Buyer buyer) {
        return store.giveBack(buyer).onFailure(StoreUnavailable.class).recoverWithNull();
    }

    /** Records that an order was submitted again, as evidence for a dispute. Without Redis it is not recorded. */
    public Uni<Void> recordResubmission(OrderNumber number, Buyer buyer, String outcome) {
        return store.recordResubmission(number, buyer, outcome)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> {
                    LOG.debugf("resubmission not recorded: %s", unavailable.getMessage());
                    return null;
                });
    }
}
