package dev.orderonce.events;

import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Reads the histories of orders; the log's consumers read it through {@link OutboxStore}. */
@ApplicationScoped
class EventReader {
    private final Reads reads;

    EventReader(Reads reads) {
        this.reads = reads;
    }

    /** Returns the first {@code most} events of an order after a sequence, in their order. */
    Uni<List<PublishedEvent>> ofOrder(String number, int after, int most) {
        KeysetQuery query =
                KeysetQuery.ascending("sequence").where("number = ?", number).after(after);
        return reads.read(
                        "list-events",
                        () -> EventEntity.<EventEntity>find(query.hql(), query.parameters())
                                .range(0, most - 1)
                                .list())
                .map(rows -> rows.stream().map(EventEntity::toEvent).toList());
    }
}
