package dev.orderonce.orders;

import dev.orderonce.admission.VerifyNumber;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Finds what exists under a buyer's idempotency key. */
@ApplicationScoped
class LookUpKey {
    private final OrderStore store;
    private final VerifyNumber verifyNumber;

    LookUpKey(OrderStore store, VerifyNumber verifyNumber) {
        this.store = store;
        this.verifyNumber = verifyNumber;
    }

    /** An order that was claimed from a guest has the key, and a number that was derived from the guest. */
    Uni<KeyStatus> find(Buyer buyer, IdempotencyKey key) {
        return store.find(OrderNumber.ofClientKey(buyer, key.text()))
                .chain(found -> found.isPresent() ? Uni.createFrom().item(found) : store.find(buyer, key))
                .chain(found -> found.map(row -> statusOf(row, buyer, key))
                        .orElseGet(() -> Uni.createFrom().item(new KeyStatus.Unused())));
    }

    /**
     * Compares the stored key, because the number is only a digest of buyer and key: another key's order is never
     * returned. An order that was claimed from the caller, a guest, has no key if its new buyer has used the same one.
     *
     * @param row the one under the key's number, or that has the key
     * @return never {@link KeyStatus.Unused}
     */
    Uni<KeyStatus> statusOf(DecidedNumber row, Buyer buyer, IdempotencyKey key) {
        boolean isOfKey = row.clientKey().equals(Optional.of(key));
        boolean isClaimed = !row.buyer().equals(buyer) && row.clientKey().isEmpty();
        return verifyNumber.isOwn(row.buyer(), buyer, buyer).map(isOwn -> switch (row) {
            case Order order when isOwn && (isOfKey || isClaimed) -> new KeyStatus.Placed(order);
            case Tombstone _ when isOwn && isOfKey -> new KeyStatus.Voided();
            case Order _, Tombstone _ -> new KeyStatus.Collides();
        });
    }
}
