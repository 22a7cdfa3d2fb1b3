package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Deletes the record of a name, or its claim with the result, so that the name can be used again. */
@ApplicationScoped
public class DeleteRecord {
    private final CreateOnce createOnce;
    private final RecordStore store;
    private final Clock clock;

    DeleteRecord(CreateOnce createOnce, RecordStore store, Clock clock) {
        this.createOnce = createOnce;
        this.store = store;
        this.clock = clock;
    }

    /** The results of deleting. */
    public sealed interface Deleting extends Outcome {
        /** The name counted as unused. */
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
        return store.delete(name.get()).map(deleted -> deleted(name.get(), deleted));
    }

    private Deleting deleted(RecordName name, Optional<OnceEntry> deleted) {
        createOnce.deleteMarker(name.marker());
        return deleted.filter(entry -> !entry.isAbsent(clock.instant())).isPresent()
                ? new Deleting.Deleted()
                : new Deleting.Absent();
    }
}
