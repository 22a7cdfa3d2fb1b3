package dev.orderonce.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheQuery;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a list.
 *
 * @param after the cursor of the next page; empty on the last page
 */
public record KeysetPage<T, C>(List<T> rows, Optional<C> after) {
    /** The largest page of every list. */
    public static final int LARGEST = 100;

    /** Says what is wrong with the page size that a client requests; empty if nothing is. */
    public static Optional<String> refusal(int limit) {
        return limit >= 1 && limit <= LARGEST
                ? Optional.empty()
                : Optional.of("\"limit\" must be from 1 to " + LARGEST + ".");
    }

    /**
     * Reads one page of a query that is ordered as {@link KeysetQuery} orders it, and one row more, to know whether
     * there is another page.
     *
     * @param limit rows of the page, 1 or more
     */
    public static <T, C> Uni<KeysetPage<T, C>> read(PanacheQuery<T> query, int limit, Function<T, C> cursor) {
        return query.range(0, limit).list().map(rows -> cut(rows, limit, cursor));
    }

    /** The page of rows of which one more than the limit was read. */
    public static <T, C> KeysetPage<T, C> cut(List<T> rows, int limit, Function<? super T, C> cursor) {
        return rows.size() <= limit
                ? new KeysetPage<>(rows, Optional.empty())
                : new KeysetPage<>(rows.subList(0, limit), Optional.of(cursor.apply(rows.get(limit - 1))));
    }

    /** The same page with other rows. */
    public <R> KeysetPage<R, C> map(Function<? super T, R> row) {
        return new KeysetPage<>(rows.stream().map(row).toList(), after);
    }
}
