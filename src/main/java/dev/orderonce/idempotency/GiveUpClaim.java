package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Gives a claim up, so that the next one is granted at once. */
@ApplicationScoped
public class GiveUpClaim {
    private final RecordStore store;

    GiveUpClaim(RecordStore store) {
        this.store = store;
    }

    /** The results of giving up. */
    public sealed interface GivingUp extends Outcome {
        /** The name cannot be used. */
        record BadParameter(String why) implements GivingUp {}

        /** Another claim was granted, or this one has completed. */
        record Lost() implements GivingUp {}

        /** The claim holds nothing: by this request, by an earlier one, or because nothing exists under the name. */
        record GivenUp() implements GivingUp {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Lost _ -> "lost";
                case GivenUp _ -> "given-up";
            };
        }
    }

    public Uni<GivingUp> giveUp(String scope, String key, String claim) {
        return RecordName.read(scope, key)
                .map(name -> giveUp(name, claim))
                .orElseGet(() -> item(new GivingUp.BadParameter(RecordName.RULES + ".")));
    }

    private Uni<GivingUp> giveUp(RecordName name, String claim) {
        return store.giveUp(name, claim)
                .chain(isGivenUp -> isGivenUp
                        ? item(new GivingUp.GivenUp())
                        : store.find(name).map(GiveUpClaim::outcome));
    }

    private static GivingUp outcome(Optional<OnceEntry> found) {
        return found.isEmpty() ? new GivingUp.GivenUp() : new GivingUp.Lost();
    }

    private static Uni<GivingUp> item(GivingUp givingUp) {
        return Uni.createFrom().item(givingUp);
    }
}
