package dev.orderonce.duplicates;

import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Reads the table of suspected duplicates. */
@ApplicationScoped
class SuspicionReader {
    private final Reads reads;

    SuspicionReader(Reads reads) {
        this.reads = reads;
    }

    Uni<Optional<Suspicion>> find(long id) {
        return reads.read("find-suspicion", () -> SuspicionEntity.<SuspicionEntity>findById(id))
                .map(row -> Optional.ofNullable(row).map(SuspicionEntity::toSuspicion));
    }

    /** One page of the suspicions below an id, the newest first. */
    Uni<KeysetPage<Suspicion, Long>> list(
            SuspicionState state, Optional<Long> below, int fromScore, Optional<String> buyer, int limit) {
        KeysetQuery query = KeysetQuery.descending("id")
                .where("state = ? and score >= ?", state.name(), fromScore)
                .wherePresent("buyer = ?", buyer);
        below.ifPresent(query::after);
        return reads.read(
                "list-suspicions",
                () -> KeysetPage.read(
                                SuspicionEntity.<SuspicionEntity>find(query.hql(), query.parameters()),
                                limit,
                                row -> row.id)
                        .map(page -> page.map(SuspicionEntity::toSuspicion)));
    }
}
