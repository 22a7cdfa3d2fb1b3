package dev.orderonce.disputes;

import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Subject;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Finds one dispute; one that the reader may not see reads as absent. */
@ApplicationScoped
public class FindDispute {
    private final DisputeReader disputes;

    FindDispute(DisputeReader disputes) {
        this.disputes = disputes;
    }

    /** Every outcome of finding a dispute. */
    public sealed interface Finding extends Outcome {
        /** There is no such dispute, or the reader may not see it. */
        record Absent() implements Finding {}

        /** The dispute as it is now. */
        record Found(DisputeDetails details) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "found";
            };
        }
    }

    /**
     * Finds a dispute with its messages and evidence.
     *
     * @param as a buyer sees their own disputes; staff see all
     * @param written the dispute's id, as the client wrote it
     */
    public Uni<Finding> find(Subject reader, Party as, String written) {
        return visible(reader, as, written)
                .chain(found -> found.<Uni<Finding>>map(
                                dispute -> disputes.details(dispute).map(Finding.Found::new))
                        .orElseGet(() -> Uni.createFrom().item(new Finding.Absent())));
    }

    /** The dispute, if the reader may see it. */
    Uni<Optional<Dispute>> visible(Subject reader, Party as, String written) {
        return DisputeId.read(written)
                .map(disputes::find)
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .map(found -> found.filter(
                        dispute -> as != Party.BUYER || dispute.buyer().is(reader)));
    }
}
