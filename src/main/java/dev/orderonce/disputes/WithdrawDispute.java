package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Withdraws an undecided dispute, for its buyer. */
@ApplicationScoped
public class WithdrawDispute {
    private final FindDispute findDispute;
    private final DisputeStore store;
    private final DisputeReader disputes;
    private final Clock clock;

    WithdrawDispute(FindDispute findDispute, DisputeStore store, DisputeReader disputes, Clock clock) {
        this.findDispute = findDispute;
        this.store = store;
        this.disputes = disputes;
        this.clock = clock;
    }

    /** Every outcome of withdrawing a dispute, in the order of the checks. */
    public sealed interface Withdrawal extends Outcome {
        /** The buyer has no such dispute. */
        record Absent() implements Withdrawal {}

        /** An earlier request withdrew the dispute. */
        record AlreadyWithdrawn(DisputeDetails details) implements Withdrawal {}

        /** The dispute is decided. */
        record NotOpen(Dispute dispute) implements Withdrawal {}

        /** This request withdrew the dispute. */
        record Withdrawn(DisputeDetails details) implements Withdrawal {}

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

    /**
     * Withdraws a dispute.
     *
     * @param written the dispute's id, as the client wrote it
     */
    public Uni<Withdrawal> withdraw(Buyer buyer, String written) {
        return findDispute
                .visible(buyer.asSubject(), Party.BUYER, written)
                .chain(found -> found.map(this::withdraw).orElseGet(() -> item(new Withdrawal.Absent())));
    }

    private Uni<Withdrawal> withdraw(Dispute dispute) {
        return store.end(dispute, Move.WITHDRAWN, Optional.empty(), clock.instant())
                .chain(withdrawn -> withdrawn
                        .<Uni<Withdrawal>>map(
                                current -> disputes.details(current).map(Withdrawal.Withdrawn::new))
                        .orElseGet(() -> notOpen(dispute)));
    }

    /** The dispute was withdrawn or decided before. */
    private Uni<Withdrawal> notOpen(Dispute dispute) {
        return disputes.find(dispute.id())
                .map(found -> found.orElse(dispute))
                .chain(current -> current.state() == DisputeState.WITHDRAWN
                        ? disputes.details(current).map(Withdrawal.AlreadyWithdrawn::new)
                        : item(new Withdrawal.NotOpen(current)));
    }

    private static Uni<Withdrawal> item(Withdrawal withdrawal) {
        return Uni.createFrom().item(withdrawal);
    }
}
