package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Tells what stands under a name. */
@ApplicationScoped
public class FindRecord {
    private final RecordStore store;
    private final Clock clock;

    FindRecord(RecordStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Every way the search can end. */
    public sealed interface Finding extends Outcome {
        /** Nothing stands there, or its time is over. */
        record Absent() implements Finding {}

        record Found(OnceRecord record) implements Finding {}

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

    private Finding finding(Optional<OnceRecord> found) {
        return found.filter(record -> !record.isOver(clock.instant()))
                .<Finding>map(Finding.Found::new)
                .orElseGet(Finding.Absent::new);
    }
}
