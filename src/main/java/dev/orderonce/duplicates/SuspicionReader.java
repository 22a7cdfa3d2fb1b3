package dev.orderonce.duplicates;

import dev.orderonce.duplicates.ListSuspicions.Query;
import dev.orderonce.duplicates.SuspicionOrder.Cursor;
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

    /** One page of the suspicions. */
    Uni<KeysetPage<Suspicion, Cursor>> list(Query search) {
        KeysetQuery query = search.order()
                .query(search.after())
                .where("state = ? and score >= ?", search.state().name(), search.fromScore())
                .wherePresent("buyer = ?", search.buyer());
        return reads.read(
                "list-suspicions",
                () -> KeysetPage.read(
                                SuspicionEntity.<SuspicionEntity>find(query.hql(), query.parameters()),
                                search.limit(),
                                row -> new Cursor(row.score, row.id))
                        .map(page -> page.map(SuspicionEntity::toSuspicion)));
    }
}
