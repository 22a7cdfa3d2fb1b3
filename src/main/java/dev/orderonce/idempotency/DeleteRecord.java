package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Removes what stands under a name, so that it can be put anew. */
@ApplicationScoped
public class DeleteRecord {
    private final CreateOnce once;
    private final RecordStore store;
    private final Clock clock;

    DeleteRecord(CreateOnce once, RecordStore store, Clock clock) {
        this.once = once;
        this.store = store;
        this.clock = clock;
    }

    /** Every way deleting can end. */
    public sealed interface Deleting extends Outcome {
        /** Nothing stood there. */
        record Absent() implements Deleting {}

        record Deleted() implements Deleting {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Deleted _ -> "deleted";
            };
        }
    }

    public Uni<Deleting> delete(String scope, String key) {
        Optional<RecordName> name = RecordName.read(scope, key);
        if (name.isEmpty()) {
            return Uni.createFrom().item(new Deleting.Absent());
        }
        return store.delete(name.get(), clock.instant()).map(stood -> deleted(name.get(), stood));
    }

    private Deleting deleted(RecordName name, boolean stood) {
        once.forget(name.mark());
        return stood ? new Deleting.Deleted() : new Deleting.Absent();
    }
}
