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
import org.jboss.logging.Logger;

/** Tells whether a number, known to be its buyer's own, may still be placed. */
@ApplicationScoped
public class AdmitNumber {
    private static final Logger LOG = Logger.getLogger(AdmitNumber.class);

    private final AdmissionStore cache;
    private final Limits limits;
    private final Validity validity;
    private final boolean trustsSignature;

    AdmitNumber(AdmissionStore cache, Limits limits, Validity validity, NumbersSettings settings) {
        this.cache = cache;
        this.limits = limits;
        this.validity = validity;
        this.trustsSignature = settings.whenRedisIsDown() == TRUST_SIGNATURE;
    }

    /** For somebody who is about to place it: the next one to ask hears that it was tried. */
    public Uni<Entry> admit(OrderNumber number, Buyer buyer, ContentClaim likeness) {
        if (validity.isExpired(number)) {
            return note(number, buyer, "late")
                    .replaceWith(new Entry.Refused(VoidReason.EXPIRED, validity.isExpiredForGood(number)));
        }
        return cache.admit(number, buyer, likeness)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(
                        silent -> trustsSignature ? withoutRedis(buyer) : new Entry.CannotTell(silent.store()));
    }

    /**
     * For somebody who has found out that nothing stands under the number, or who has a key in its
     * place: whether anything is against a new order.
     */
    public Uni<Entry> ask(OrderNumber number, Buyer buyer, ContentClaim likeness) {
        return cache.ask(number, buyer, likeness)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(silent -> withoutRedis(buyer));
    }

    /** Lookalikes are not asked about then: a missing answer never stands in the way of a sale. */
    private Entry withoutRedis(Buyer buyer) {
        return limits.takeWithoutRedis(Limit.ORDERS_PLACED, buyer)
                .<Entry>map(Entry.Limited::new)
                .orElseGet(Entry.Free::new);
    }

    /** For somebody who only wants to know. */
    public Uni<Admission> look(OrderNumber number, Buyer buyer) {
        if (validity.isExpired(number)) {
            return Uni.createFrom().item(new Admission.Refused(VoidReason.EXPIRED, validity.isExpiredForGood(number)));
        }
        return cache.look(number, buyer)
                .map(AdmitNumber::judge)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(silent ->
                        trustsSignature ? new Admission.Admitted() : new Admission.CannotTell(silent.store()));
    }

    private static Admission judge(AdmissionStore.Known known) {
        return switch (known) {
            case ISSUED -> new Admission.Admitted();
            case NOTHING -> new Admission.Refused(VoidReason.NOT_CACHED, false);
        };
    }

    /**
     * For somebody who asked, and has found that an order stood already: it does not count. Without
     * Redis it goes on counting for a while.
     */
    public Uni<Void> giveBack(Buyer buyer) {
        return cache.giveBack(buyer).onFailure(StoreUnavailable.class).recoverWithNull();
    }

    /**
     * Keeps that an order was submitted again, as evidence. Without Redis it is not kept: an order
     * matters more than what is known of its repeats.
     */
    public Uni<Void> note(OrderNumber number, Buyer buyer, String outcome) {
        return cache.note(number, buyer, outcome)
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("a repeat is not kept: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }
}
