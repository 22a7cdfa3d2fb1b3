package dev.orderonce.orders;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.events.EventLog;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.postgres.Batched;
import dev.orderonce.postgres.Batches;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import dev.orderonce.postgres.UnreadableRow;
import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table of orders and tombstones: one row per number, for ever. */
@ApplicationScoped
class OrderStore {
    private static final String VOIDED = "VOIDED";

    private final Postgres postgres;
    private final Batches<DecidedNumber, Boolean> inserts;
    private final Batches<Sought, Optional<DecidedNumber>> finds;

    OrderStore(Postgres postgres) {
        this.postgres = postgres;
        this.inserts = postgres.batches(new Insert());
        this.finds = postgres.batches(new Find());
    }

    /** Opens the connections before the first request needs them. */
    void open(@Observes StartupEvent start) {
        // to be constructed is enough
    }

    /**
     * Inserts the row unless its number is already decided ({@code ON CONFLICT DO NOTHING}).
     *
     * @return the row that exists now. Fails with {@link StoreUnavailable} if PostgreSQL is unavailable; the row may
     *     have been written then.
     */
    Uni<Decision> decide(DecidedNumber row) {
        return inserts.submit(row)
                .chain(written -> written ? Uni.createFrom().item(new Decision(row, true)) : findDecided(row.number()));
    }

    /** A second statement, because the first sees no row that was committed after it began. */
    private Uni<Decision> findDecided(OrderNumber number) {
        return find(number)
                .map(found -> new Decision(
                        found.orElseThrow(() -> new StoreUnavailable(POSTGRESQL, "a row vanished while it was read")),
                        false));
    }

    /** What {@link #decided} reads. */
    private static final String COLUMNS = """
            number, buyer, state, decided_at, currency, total, lines::text, acknowledgements::text, void_reason,
            client_key, payment
            """;

    /**
     * One conditional update with its event: the row decides whether the move is open, and a stale holder of a lock is
     * refused by the token that the row remembers.
     */
    private static final String MOVE = """
            WITH moved AS (
                UPDATE orders
                SET state = $3, sequence = sequence + 1, payment = COALESCE($5, payment),
                    fence = GREATEST(fence, COALESCE($6, fence))
                WHERE number = $1 AND state = $2 AND ($4::text IS NULL OR payment = $4)
                  AND ($6::bigint IS NULL OR fence <= $6)
                RETURNING *
            ), happened AS (
                SELECT number, buyer, sequence, $7::text AS kind, $8::timestamptz AS at,
                       CAST($9::text AS json) AS detail
                FROM moved
            ), %s
            SELECT %s FROM moved
            """.formatted(EventLog.APPEND, COLUMNS);

    /** Makes the move if it is open; empty if it is not. */
    Uni<Optional<Order>> move(OrderNumber number, Move move, Transition because, Instant at) {
        Tuple parameters = Tuple.from(Arrays.asList(
                number.symbols(),
                move.from().name(),
                move.to().name(),
                move == Move.PAYMENT_BEGUN ? null : because.payment().orElse(null),
                because.payment().orElse(null),
                because.fence().isPresent() ? Long.valueOf(because.fence().getAsLong()) : null,
                move.name(),
                Timestamptz.of(at),
                OrderJson.detail(because)));
        return postgres.query(MOVE, parameters)
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of((Order) decided(rows.iterator().next())));
    }

    private static final String CANCEL_STALE = """
            WITH stale AS (
                SELECT number FROM orders WHERE state = 'CREATED' AND decided_at < $1
                ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED
            ), moved AS (
                UPDATE orders SET state = 'CANCELLED', sequence = sequence + 1
                FROM stale WHERE orders.number = stale.number AND state = 'CREATED'
                RETURNING orders.number, buyer, sequence
            ), happened AS (
                SELECT number, buyer, sequence, 'CANCELLED' AS kind, $3::timestamptz AS at,
                       CAST($4::text AS json) AS detail
                FROM moved
            ), %s
            SELECT number FROM moved
            """.formatted(EventLog.APPEND);

    private static final Transition NOT_PAID_IN_TIME =
            Transition.of(new Actor.Job("unpaid")).reason("it was not paid in time");

    /** Cancels some that were placed before a time and not paid; tells how many. */
    Uni<Integer> cancelStale(Instant before, Instant at, int most) {
        return postgres.query(
                        CANCEL_STALE,
                        Tuple.of(Timestamptz.of(before), most, Timestamptz.of(at), OrderJson.detail(NOT_PAID_IN_TIME)))
                .map(RowSet::size);
    }

    private static final String UNSETTLED_PAYMENTS = """
            SELECT payment FROM orders WHERE state IN ('PAYING', 'REFUNDING') AND payment > $1
            ORDER BY payment LIMIT $2
            """;

    /** Payments of orders whose payment or refund is in progress, after one of them. */
    Uni<List<String>> unsettledPayments(String after, int most) {
        return postgres.query(UNSETTLED_PAYMENTS, Tuple.of(after, (long) most)).map(rows -> {
            List<String> payments = new ArrayList<>(rows.size());
            rows.forEach(row -> payments.add(row.getString("payment")));
            return payments;
        });
    }

    /** The buyers of these orders, by number. */
    Uni<Map<String, String>> owners(Collection<String> numbers) {
        return postgres.query(
                        "SELECT number, buyer FROM orders WHERE number = ANY($1)",
                        Tuple.tuple().addArrayOfString(numbers.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, String> owners = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> owners.put(row.getString("number"), row.getString("buyer")));
                    return owners;
                });
    }

    private static final String FORGET_TOMBSTONES = """
            DELETE FROM orders WHERE number IN (
                SELECT number FROM orders WHERE state = 'VOIDED' AND decided_at < $1
                ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """;

    /** Removes some of the tombstones that were written before a time; tells how many. */
    Uni<Integer> forgetTombstones(Instant before, int most) {
        return postgres.query(FORGET_TOMBSTONES, Tuple.of(Timestamptz.of(before), most))
                .map(RowSet::rowCount);
    }

    /** The buyer's own orders among the numbers. */
    Uni<List<Order>> ownOrders(Buyer buyer, Collection<OrderNumber> numbers) {
        String[] symbols = numbers.stream().map(OrderNumber::symbols).toArray(String[]::new);
        return postgres.query(
                        "SELECT " + COLUMNS
                                + " FROM orders WHERE number = ANY($1) AND buyer = $2 AND state <> 'VOIDED'",
                        Tuple.tuple().addArrayOfString(symbols).addString(buyer.subject()))
                .map(rows -> {
                    List<Order> orders = new ArrayList<>(rows.size());
                    rows.forEach(row -> orders.add((Order) decided(row)));
                    return orders;
                });
    }

    /** What stands under the number. */
    Uni<Optional<DecidedNumber>> find(OrderNumber number) {
        return finds.submit(new Sought(number, Optional.empty()));
    }

    /**
     * What stands under the number, if it is this buyer's. What is somebody else's is neither sent by PostgreSQL nor
     * read: it takes as long as nothing at all.
     */
    Uni<Optional<DecidedNumber>> findOwn(OrderNumber number, Buyer buyer) {
        return finds.submit(new Sought(number, Optional.of(buyer)));
    }

    /** A number, and whose it has to be if that matters. */
    private record Sought(OrderNumber number, Optional<Buyer> owner) {}

    /** Inserts rows unless their numbers are decided; the answer is whether the row was written. */
    private static final class Insert implements Batched<DecidedNumber, Boolean> {
        private static final Comparator<DecidedNumber> BY_NUMBER = Comparator.comparing(DecidedNumber::number);

        /**
         * One statement, so one commit: each row and its event, or neither. The conflict has no target, so that two
         * concurrent inserts under one idempotency key can conflict on either index and neither is an error.
         */
        private static final String SQL = """
            WITH inserted AS (
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                    fingerprint, void_reason, client_key)
                SELECT number, buyer, state, decided_at, currency, total, CAST(lines AS json),
                       CAST(acknowledgements AS json), fingerprint, void_reason, client_key
                FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[],
                            $7::text[], $8::text[], $9::bytea[], $10::text[], $11::text[])
                  AS input (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                            fingerprint, void_reason, client_key)
                ON CONFLICT DO NOTHING
                RETURNING number, buyer, state, decided_at
            ), happened AS (
                SELECT number, buyer, 1 AS sequence, 'PLACED' AS kind, decided_at AS at, NULL::json AS detail
                FROM inserted WHERE state <> 'VOIDED'
            ), %s
            SELECT number FROM inserted
            """.formatted(EventLog.APPEND);

        @Override
        public String name() {
            return "insert";
        }

        @Override
        public String sql() {
            return SQL;
        }

        @Override
        public Object key(DecidedNumber row) {
            return row.number();
        }

        @Override
        public Tuple parameters(List<DecidedNumber> rows) {
            Columns columns = new Columns(rows.size());
            // In the order of the numbers: two statements with the same numbers cannot
            // deadlock.
            List<DecidedNumber> ordered = new ArrayList<>(rows);
            ordered.sort(BY_NUMBER);
            ordered.forEach(columns::add);
            return columns.toTuple();
        }

        @Override
        public List<Boolean> replies(List<DecidedNumber> requests, RowSet<Row> rows) {
            Set<String> written = HashSet.newHashSet(rows.size());
            rows.forEach(row -> written.add(row.getString(0)));
            List<Boolean> replies = new ArrayList<>(requests.size());
            requests.forEach(row -> replies.add(written.contains(row.number().symbols())));
            return replies;
        }
    }

    /** Rows as one array per column. */
    private static final class Columns {
        private final String[] numbers;
        private final String[] buyers;
        private final String[] states;
        private final OffsetDateTime[] decidedAts;
        private final @Nullable String[] currencies;
        private final @Nullable Long[] totals;
        private final @Nullable String[] lines;
        private final @Nullable String[] acknowledgements;
        private final @Nullable Buffer[] fingerprints;
        private final @Nullable String[] voidReasons;
        private final @Nullable String[] clientKeys;
        private int row;

        Columns(int rows) {
            numbers = new String[rows];
            buyers = new String[rows];
            states = new String[rows];
            decidedAts = new OffsetDateTime[rows];
            currencies = new String[rows];
            totals = new Long[rows];
            lines = new String[rows];
            acknowledgements = new String[rows];
            fingerprints = new Buffer[rows];
            voidReasons = new String[rows];
            clientKeys = new String[rows];
        }

        void add(DecidedNumber decided) {
            numbers[row] = decided.number().symbols();
            buyers[row] = decided.buyer().subject();
            switch (decided) {
                case Order order -> add(order);
                case Tombstone tombstone -> {
                    states[row] = VOIDED;
                    decidedAts[row] = Timestamptz.of(tombstone.decidedAt());
                    voidReasons[row] = tombstone.reason().name();
                }
            }
            row++;
        }

        private void add(Order order) {
            OrderDraft content = order.content();
            states[row] = order.state().name();
            decidedAts[row] = Timestamptz.of(order.placedAt());
            currencies[row] = content.total().currency().getCurrencyCode();
            totals[row] = content.total().minor();
            lines[row] = OrderJson.lines(content.lines());
            acknowledgements[row] = OrderJson.acknowledgements(content.acknowledgements());
            fingerprints[row] = Buffer.buffer(Content.fingerprint(content));
            clientKeys[row] = order.clientKey().map(IdempotencyKey::text).orElse(null);
        }

        Tuple toTuple() {
            return Tuple.tuple()
                    .addArrayOfString(numbers)
                    .addArrayOfString(buyers)
                    .addArrayOfString(states)
                    .addArrayOfOffsetDateTime(decidedAts)
                    .addArrayOfString(currencies)
                    .addArrayOfLong(totals)
                    .addArrayOfString(lines)
                    .addArrayOfString(acknowledgements)
                    .addArrayOfBuffer(fingerprints)
                    .addArrayOfString(voidReasons)
                    .addArrayOfString(clientKeys);
        }
    }

    /** Finds what stands under numbers. */
    private static final class Find implements Batched<Sought, Optional<DecidedNumber>> {
        private static final String SQL =
                "SELECT " + COLUMNS + " FROM orders WHERE number = ANY($1) AND (number = ANY($2) OR buyer = ANY($3))";

        @Override
        public String name() {
            return "find";
        }

        @Override
        public String sql() {
            return SQL;
        }

        @Override
        public Object key(Sought sought) {
            return sought;
        }

        @Override
        public Tuple parameters(List<Sought> sought) {
            String[] numbers = new String[sought.size()];
            List<String> whoever = new ArrayList<>();
            Set<String> owners = new HashSet<>();
            for (int i = 0; i < numbers.length; i++) {
                Sought one = sought.get(i);
                numbers[i] = one.number().symbols();
                one.owner()
                        .ifPresentOrElse(
                                owner -> owners.add(owner.subject()),
                                () -> whoever.add(one.number().symbols()));
            }
            return Tuple.tuple()
                    .addArrayOfString(numbers)
                    .addArrayOfString(whoever.toArray(String[]::new))
                    .addArrayOfString(owners.toArray(String[]::new));
        }

        @Override
        public List<Optional<DecidedNumber>> replies(List<Sought> sought, RowSet<Row> rows) {
            Map<String, Row> found = HashMap.newHashMap(rows.size());
            rows.forEach(row -> found.put(row.getString("number"), row));
            List<Optional<DecidedNumber>> answers = new ArrayList<>(sought.size());
            for (Sought one : sought) {
                answers.add(Optional.ofNullable(found.get(one.number().symbols()))
                        .filter(row -> isOf(one, row))
                        .map(OrderStore::decided));
            }
            return answers;
        }

        private static boolean isOf(Sought sought, Row row) {
            return sought.owner().isEmpty() || sought.owner().get().subject().equals(row.getString("buyer"));
        }
    }

    /**
     * Reads a row that has the {@link #COLUMNS}.
     *
     * @throws UnreadableRow if it cannot be
     */
    static DecidedNumber decided(Row row) {
        try {
            return read(row);
        } catch (RuntimeException unreadable) {
            throw new UnreadableRow("orders", row.getString("number"), unreadable);
        }
    }

    private static DecidedNumber read(Row row) {
        OrderNumber number = new OrderNumber(row.getString("number"));
        Buyer buyer = new Buyer(row.getString("buyer"));
        Instant decidedAt = row.getOffsetDateTime("decided_at").toInstant();
        String state = row.getString("state");
        if (state.equals(VOIDED)) {
            return new Tombstone(number, buyer, VoidReason.valueOf(row.getString("void_reason")), decidedAt);
        }
        Money total = new Money(row.getLong("total"), Currency.getInstance(row.getString("currency")));
        OrderDraft content = new OrderDraft(
                total,
                OrderJson.readLines(row.getString("lines")),
                OrderJson.readAcknowledgements(row.getString("acknowledgements")));
        return new Order(
                number,
                Optional.ofNullable(row.getString("client_key")).map(IdempotencyKey::new),
                buyer,
                OrderState.valueOf(state),
                Optional.ofNullable(row.getString("payment")),
                content,
                decidedAt);
    }
}
