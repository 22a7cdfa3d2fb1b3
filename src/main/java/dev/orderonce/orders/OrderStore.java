package dev.orderonce.orders;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Why;
import dev.orderonce.stores.Postgres;
import dev.orderonce.stores.StoreUnavailable;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

import jakarta.enterprise.context.ApplicationScoped;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.Optional;

/** The table of orders and tombstones: one row per number, for ever. */
@ApplicationScoped
class OrderStore {
    /** One statement, so one commit: the row and its event, or neither. */
    private static final String OFFER =
            """
            WITH offered AS (
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                    fingerprint, void_reason)
                VALUES ($1, $2, $3, $4, $5, $6, CAST($7::text AS json), CAST($8::text AS json), $9, $10)
                ON CONFLICT (number) DO NOTHING
                RETURNING number, state, decided_at
            ), event AS (
                INSERT INTO order_events (number, sequence, kind, at)
                SELECT number, 1, 'PLACED', decided_at FROM offered WHERE state <> 'VOIDED'
            )
            SELECT number FROM offered
            """;

    private static final String FIND =
            """
            SELECT number, buyer, state, decided_at, currency, total, lines::text, acknowledgements::text, void_reason
            FROM orders WHERE number = $1
            """;

    private static final String VOIDED = "VOIDED";

    private final Postgres postgres;

    OrderStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /**
     * Offers a row under its number.
     *
     * @return what stands there now. Fails with {@link StoreUnavailable} if PostgreSQL does not
     *     answer; the row may have been written then.
     */
    Uni<Decision> decide(Standing offered) {
        return postgres.query(OFFER, row(offered))
                .onItem()
                .transformToUni(
                        written ->
                                written.size() == 1
                                        ? Uni.createFrom().item(new Decision(offered, true))
                                        : findDecided(offered.number()));
    }

    /** A second statement, because the first sees no row that was committed after it began. */
    private Uni<Decision> findDecided(OrderNumber number) {
        return find(number)
                .map(
                        found ->
                                new Decision(
                                        found.orElseThrow(
                                                () ->
                                                        new StoreUnavailable(
                                                                POSTGRESQL,
                                                                "a row vanished while it was read")),
                                        false));
    }

    /** What stands under the number. */
    Uni<Optional<Standing>> find(OrderNumber number) {
        return postgres.query(FIND, Tuple.of(number.symbols())).map(OrderStore::first);
    }

    private static Optional<Standing> first(RowSet<Row> rows) {
        return rows.size() == 0 ? Optional.empty() : Optional.of(standing(rows.iterator().next()));
    }

    private static Tuple row(Standing standing) {
        return switch (standing) {
            case Order order -> {
                OrderDraft content = order.content();
                yield tuple(
                        order,
                        order.state().name(),
                        order.placedAt(),
                        content.total().currency().getCurrencyCode(),
                        content.total().minor(),
                        OrderJson.lines(content.lines()),
                        OrderJson.acknowledgements(content.acknowledgements()),
                        Buffer.buffer(Content.fingerprint(content)),
                        null);
            }
            case Tombstone tombstone ->
                    tuple(
                            tombstone,
                            VOIDED,
                            tombstone.decidedAt(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            tombstone.why().name());
        };
    }

    private static Tuple tuple(
            Standing standing, String state, Instant at, @Nullable Object... content) {
        Tuple tuple =
                Tuple.of(
                        standing.number().symbols(),
                        standing.buyer().subject(),
                        state,
                        OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
        for (Object value : content) {
            tuple.addValue(value);
        }
        return tuple;
    }

    private static Standing standing(Row row) {
        OrderNumber number = new OrderNumber(row.getString("number"));
        Buyer buyer = new Buyer(row.getString("buyer"));
        Instant decidedAt = row.getOffsetDateTime("decided_at").toInstant();
        String state = row.getString("state");
        if (state.equals(VOIDED)) {
            return new Tombstone(
                    number, buyer, Why.valueOf(row.getString("void_reason")), decidedAt);
        }
        Money total =
                new Money(row.getLong("total"), Currency.getInstance(row.getString("currency")));
        OrderDraft content =
                new OrderDraft(
                        total,
                        OrderJson.readLines(row.getString("lines")),
                        OrderJson.readAcknowledgements(row.getString("acknowledgements")));
        return new Order(number, buyer, OrderState.valueOf(state), content, decidedAt);
    }
}
