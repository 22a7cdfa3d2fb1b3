package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Renews a claim, also one whose lease has ended, as long as no other claim was granted. */
@ApplicationScoped
public class RenewClaim {
    private final RecordStore store;

    RenewClaim(RecordStore store) {
        this.store = store;
    }

    /** The results of renewing, in the order of the checks. */
    public sealed interface Renewing extends Outcome {
        /** The name cannot be used. */
        record BadParameter(String why) implements Renewing {}

        /** The lease cannot be used. */
        record Invalid(List<Violation> violations) implements Renewing {}

        /** Nothing exists under the name. */
        record Absent() implements Renewing {}

        /** Another claim was granted, or this one was given up or has completed. */
        record Lost() implements Renewing {}

        record Renewed(RecordName name, String claim, Instant expiresAt) implements Renewing {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Lost _ -> "lost";
                case Renewed _ -> "renewed";
            };
        }
    }

    /**
     * Renews the claim.
     *
     * @param lease in seconds from now, as in {@link ClaimName#claim}
     */
    public Uni<Renewing> renew(String scope, String key, String claim, @Nullable Long lease) {
        Optional<RecordName> name = RecordName.read(scope, key);
        if (name.isEmpty()) {
            return item(new Renewing.BadParameter(RecordName.RULES + "."));
        }
        List<Violation> violations = ClaimName.leaseViolations(lease);
        return violations.isEmpty() ? renew(name.get(), claim, lease) : item(new Renewing.Invalid(violations));
    }

    private Uni<Renewing> renew(RecordName name, String claim, @Nullable Long lease) {
        return store.renew(name, claim, ClaimName.lease(lease))
                .chain(renewed -> renewed.map(until -> item(new Renewing.Renewed(name, claim, until)))
                        .orElseGet(() -> store.find(name).map(RenewClaim::refusal)));
    }

    private static Renewing refusal(Optional<OnceEntry> found) {
        return found.isEmpty() ? new Renewing.Absent() : new Renewing.Lost();
    }

    private static Uni<Renewing> item(Renewing renewing) {
        return Uni.createFrom().item(renewing);
    }
}
