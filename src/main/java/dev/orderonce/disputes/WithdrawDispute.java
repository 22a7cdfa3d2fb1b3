package dev.orderonce.disputes;

import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** Lets a buyer take back what they said of an order, until it is decided. */
@ApplicationScoped
public class WithdrawDispute {
    private final FindDispute findDispute;
    private final DisputeStore store;
    private final Clock clock;

    WithdrawDispute(FindDispute findDispute, DisputeStore store, Clock clock) {
        this.findDispute = findDispute;
        this.store = store;
        this.clock = clock;
    }

    /** Every way withdrawing can end, in the order the checks run. */
    public sealed interface Withdrawal extends Outcome {
        /** No such dispute of this buyer. */
        record Absent() implements Withdrawal {}

        /** It was withdrawn before. */
        record AlreadyWithdrawn(DisputeDetails dossier) implements Withdrawal {}

        /** It is decided. */
        record NotOpen(Dispute dispute) implements Withdrawal {}

        /** It is withdrawn, by this request. */
        record Withdrawn(DisputeDetails dossier) implements Withdrawal {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case AlreadyWithdrawn _ -> "already-withdrawn";
                case NotOpen _ -> "not-open";
                case Withdrawn _ -> "withdrawn";
            };
        }
    }

    public Uni<Withdrawal> withdraw(Buyer buyer, String written) {
        return findDispute
                .standing(buyer, Party.BUYER, written)
                .chain(found -> found.map(this::withdrawOpen).orElseGet(() -> item(new Withdrawal.Absent())));
    }

    private Uni<Withdrawal> withdrawOpen(Dispute dispute) {
        return store.withdraw(dispute.id(), clock.instant().truncatedTo(ChronoUnit.MICROS))
                .chain(withdrawn -> withdrawn.map(now -> tell(now, false)).orElseGet(() -> lookAgain(dispute)));
    }

    /** It was not open: was that by an earlier request? */
    private Uni<Withdrawal> lookAgain(Dispute dispute) {
        return store.find(dispute.id())
                .map(found -> found.orElse(dispute))
                .chain(now ->
                        now.state() == DisputeState.WITHDRAWN ? tell(now, true) : item(new Withdrawal.NotOpen(now)));
    }

    private Uni<Withdrawal> tell(Dispute dispute, boolean isRepeat) {
        return store.dossier(dispute)
                .map(dossier ->
                        isRepeat ? new Withdrawal.AlreadyWithdrawn(dossier) : new Withdrawal.Withdrawn(dossier));
    }

    private static Uni<Withdrawal> item(Withdrawal withdrawal) {
        return Uni.createFrom().item(withdrawal);
    }
}
