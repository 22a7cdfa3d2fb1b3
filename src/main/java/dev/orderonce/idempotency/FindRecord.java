package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Finds the record of a name, or its claim. */
@ApplicationScoped
public class FindRecord {
    private final RecordStore store;
    private final Clock clock;

    FindRecord(RecordStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The results of the search. */
    public sealed interface Finding extends Outcome {
        /** The name counts as unused: nothing exists, or it has expired. */
        record Absent() implements Finding {}

        record Found(OnceEntry entry) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "found";
            };
        }
    }

    public Uni<Finding> find(String scope, String key) {
        Optional<RecordName> name = RecordName.read(scope, key);
        if (name.isEmpty()) {
            return Uni.createFrom().item(new Finding.Absent());
        }
        return store.find(name.get()).map(this::finding);
    }

    private Finding finding(Optional<OnceEntry> found) {
        return found.filter(entry -> !entry.isAbsent(clock.instant()))
                .<Finding>map(Finding.Found::new)
                .orElseGet(Finding.Absent::new);
    }
}
