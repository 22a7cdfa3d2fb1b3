package dev.orderonce.duplicates;

import dev.orderonce.duplicates.ListSuspicions.Case;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Subject;
import dev.orderonce.payments.CancelOrder;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Dismisses a suspected duplicate, for support: both orders are meant. */
@ApplicationScoped
public class DismissSuspicion {
    private final SuspicionStore store;
    private final SuspicionReader reader;
    private final ListSuspicions listSuspicions;
    private final Clock clock;

    DismissSuspicion(SuspicionStore store, SuspicionReader reader, ListSuspicions listSuspicions, Clock clock) {
        this.store = store;
        this.reader = reader;
        this.listSuspicions = listSuspicions;
        this.clock = clock;
    }

    /** Every outcome of dismissing a suspicion, in the order of the checks. */
    public sealed interface Dismissing extends Outcome {
        /** The reason is not valid. */
        record Invalid(List<Violation> violations) implements Dismissing {}

        /** There is no such suspicion. */
        record Absent() implements Dismissing {}

        /** The orders are the support agent's own. */
        record Own() implements Dismissing {}

        /** An earlier request decided otherwise, or the suspicion is over. */
        record Decided(Case decided) implements Dismissing {}

        /** An earlier request dismissed the suspicion. */
        record AlreadyDismissed(Case dismissed) implements Dismissing {}

        /** This request dismissed the suspicion. */
        record Dismissed(Case dismissed) implements Dismissing {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Own _ -> "own";
                case Decided _ -> "decided";
                case AlreadyDismissed _ -> "already-dismissed";
                case Dismissed _ -> "dismissed";
            };
        }
    }

    /**
     * Dismisses a suspicion.
     *
     * @param reason 1 to {@value CancelOrder#LONGEST_REASON} characters
     */
    public Uni<Dismissing> dismiss(Subject support, long id, Optional<String> reason) {
        List<Violation> violations = new ArrayList<>();
        reason.ifPresent(text -> FreeText.read("reason", text, CancelOrder.LONGEST_REASON, violations));
        if (!violations.isEmpty()) {
            return Uni.createFrom().item(new Dismissing.Invalid(List.copyOf(violations)));
        }
        return store.dismiss(id, support.id(), reason, clock.instant())
                .chain(dismissed -> dismissed.isPresent()
                        ? listSuspicions.withOrders(dismissed.get()).<Dismissing>map(Dismissing.Dismissed::new)
                        : notDismissed(support, id));
    }

    private Uni<Dismissing> notDismissed(Subject support, long id) {
        return reader.find(id).chain(found -> {
            if (found.isEmpty()) {
                return Uni.createFrom().item(new Dismissing.Absent());
            }
            return found.get().buyer().is(support)
                    ? Uni.createFrom().item(new Dismissing.Own())
                    : listSuspicions.withOrders(found.get()).map(DismissSuspicion::judge);
        });
    }

    private static Dismissing judge(Case standing) {
        return switch (standing.suspicion().state()) {
            case DISMISSED -> new Dismissing.AlreadyDismissed(standing);
            case OPEN, CONFIRMED, OVER -> new Dismissing.Decided(standing);
        };
    }
}
