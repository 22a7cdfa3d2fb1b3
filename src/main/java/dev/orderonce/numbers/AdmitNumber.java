package dev.orderonce.numbers;

import static dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown.TRUST_SIGNATURE;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.NumberCache.Known;
import dev.orderonce.stores.StoreUnavailable;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

/** Tells whether a number, known to be its buyer's own, may still be placed. */
@ApplicationScoped
public class AdmitNumber {
    private final NumberCache cache;
    private final Validity validity;
    private final boolean trustsSignature;

    AdmitNumber(NumberCache cache, Validity validity, NumbersSettings settings) {
        this.cache = cache;
        this.validity = validity;
        this.trustsSignature = settings.whenRedisIsDown() == TRUST_SIGNATURE;
    }

    /** For somebody who is about to place it: the next one to ask hears that it was tried. */
    public Uni<Admission> admit(OrderNumber number, Buyer buyer) {
        return judge(number, cache.markTried(number, buyer));
    }

    /** For somebody who only wants to know. */
    Uni<Admission> look(OrderNumber number, Buyer buyer) {
        return judge(number, cache.look(number, buyer));
    }

    private Uni<Admission> judge(OrderNumber number, Uni<Known> asked) {
        if (validity.isExpired(number)) {
            return Uni.createFrom()
                    .item(new Admission.Refused(Why.EXPIRED, validity.isExpiredForGood(number)));
        }
        return asked.map(AdmitNumber::judge)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(this::withoutRedis);
    }

    private static Admission judge(Known known) {
        return switch (known) {
            case ISSUED -> new Admission.Admitted(true);
            case TRIED -> new Admission.Admitted(false);
            case NOTHING -> new Admission.Refused(Why.NOT_CACHED, false);
        };
    }

    private Admission withoutRedis(StoreUnavailable silent) {
        return trustsSignature
                ? new Admission.Admitted(true)
                : new Admission.CannotTell(silent.store());
    }
}
