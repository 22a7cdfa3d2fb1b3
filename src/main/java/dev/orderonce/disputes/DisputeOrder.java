package dev.orderonce.disputes;

import dev.orderonce.postgres.KeysetQuery;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The order of a list of disputes. */
enum DisputeOrder {
    /** By the due date, the earliest first. */
    DUE,
    /** By the time of opening, the latest first. */
    NEWEST,
    /** By the time of opening, the earliest first. */
    OLDEST;

    /** Reads the name as the API has it. */
    static Optional<DisputeOrder> read(String name) {
        return Arrays.stream(values())
                .filter(order -> order.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    /** The query of the disputes after a cursor. */
    KeysetQuery query(Optional<DisputeCursor> after) {
        KeysetQuery query = switch (this) {
            case DUE -> KeysetQuery.ascending("dueAt", "id");
            case NEWEST -> KeysetQuery.descending("openedAt", "id");
            case OLDEST -> KeysetQuery.ascending("openedAt", "id");
        };
        after.ifPresent(cursor -> query.after(cursor.at(), cursor.id()));
        return query;
    }

    /** The cursor of a page that ends with this dispute. */
    DisputeCursor cursor(DisputeEntity last) {
        Instant at = switch (this) {
            case DUE -> last.dueAt;
            case NEWEST, OLDEST -> last.openedAt;
        };
        return new DisputeCursor(at, last.id);
    }
}
