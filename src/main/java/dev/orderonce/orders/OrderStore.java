package dev.orderonce.orders;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.postgres.Batched;
import dev.orderonce.postgres.Batches;
import dev.orderonce.postgres.Postgres;
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
import java.time.ZoneOffset;
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
import java.util.stream.IntStream;
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
     * @return the row that exists now. Fails with {@link StoreUnavailable} if PostgreSQL is unavailable; the row may have
     *     been written then.
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

    /**
     * One conditional update with its event: the row decides whether the move is open, and a stale
     * holder of a lock is refused by the token that the row remembers.
     */
    private static final String MOVE = """
            WITH moved AS (
                UPDATE orders
                SET state = $3, sequence = sequence + 1, payment = COALESCE($5, payment),
                    fence = GREATEST(fence, COALESCE($6, fence))
                WHERE number = $1 AND state = $2 AND ($4::text IS NULL OR payment = $4)
                  AND ($6::bigint IS NULL OR fence <= $6)
                RETURNING number, sequence
            ), event AS (
                INSERT INTO order_events (number, sequence, kind, at, detail)
                SELECT number, sequence, $7, $8, CAST($9::text AS json) FROM moved
            )
            SELECT sequence FROM moved
            """;

    /** Whether the move was made. */
    Uni<Boolean> move(OrderNumber number, Move move, Transition because, Instant at) {
        Tuple parameters = Tuple.from(Arrays.asList(
                number.symbols(),
                move.from().name(),
                move.to().name(),
                move == Move.PAYMENT_BEGUN ? null : because.payment().orElse(null),
                because.payment().orElse(null),
                because.fence().isPresent() ? Long.valueOf(because.fence().getAsLong()) : null,
                move.name(),
                OffsetDateTime.ofInstant(at, ZoneOffset.UTC),
                OrderJson.detail(because)));
        return postgres.query(MOVE, parameters).map(rows -> rows.size() == 1);
    }

    private static final String CANCEL_STALE = """
            WITH stale AS (
                SELECT number FROM orders WHERE state = 'CREATED' AND decided_at < $1
                ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED
            ), moved AS (
                UPDATE orders SET state = 'CANCELLED', sequence = sequence + 1
                FROM stale WHERE orders.number = stale.number AND state = 'CREATED'
                RETURNING orders.number, sequence
            ), event AS (
                INSERT INTO order_events (number, sequence, kind, at, detail)
                SELECT number, sequence, 'CANCELLED', $3, '{"by":"unpaid","reason":"it was not paid in time"}'
                FROM moved
            )
            SELECT number FROM moved
            """;

    /** Cancels some that were placed before a time and not paid; tells how many. */
    Uni<Integer> cancelStale(Instant before, Instant at, int most) {
        return postgres.query(
                        CANCEL_STALE,
                        Tuple.of(
                                OffsetDateTime.ofInstant(before, ZoneOffset.UTC),
                                most,
                                OffsetDateTime.ofInstant(at, ZoneOffset.UTC)))
                .map(RowSet::size);
    }

    private static final String FORGET_TOMBSTONES = """
            DELETE FROM orders WHERE number IN (
                SELECT number FROM orders WHERE state = 'VOIDED' AND decided_at < $1
                ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """;

    /** Removes some of the tombstones that were written before a time; tells how many. */
    Uni<Integer> forgetTombstones(Instant before, int most) {
        return postgres.query(FORGET_TOMBSTONES, Tuple.of(OffsetDateTime.ofInstant(before, ZoneOffset.UTC), most))
                .map(RowSet::rowCount);
    }

    private static final String EVENTS =
            "SELECT sequence, kind, at, detail::text AS detail FROM order_events WHERE number = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";

    /** Some of what has happened to the order after an event, in its own order. */
    Uni<List<OrderEvent>> events(OrderNumber number, int after, int most) {
        return postgres.query(EVENTS, Tuple.of(number.symbols(), after, (long) most))
                .map(OrderStore::events);
    }

    /** The events are arrays: one row for each order, which may have 100,000 characters of lines. */
    private static final String HISTORIES = """
            SELECT o.number, o.buyer, o.state, o.decided_at, o.currency, o.total, o.lines::text, o.acknowledgements::text,
                   o.void_reason, o.client_key, o.payment, e.sequences, e.kinds, e.times, e.details
            FROM orders o, LATERAL (
                SELECT array_agg(sequence ORDER BY sequence) AS sequences, array_agg(kind ORDER BY sequence) AS kinds,
                       array_agg(at ORDER BY sequence) AS times, array_agg(detail::text ORDER BY sequence) AS details
                FROM (SELECT sequence, kind, at, detail FROM order_events WHERE number = o.number
                      ORDER BY sequence DESC LIMIT $3) latest
            ) e
            WHERE o.number = ANY($1) AND o.buyer = $2
            """;

    /** The buyer's own orders among the numbers, each with its latest events. */
    Uni<Map<OrderNumber, OrderHistory>> histories(Buyer buyer, Collection<OrderNumber> numbers, int mostEvents) {
        String[] symbols = numbers.stream().map(OrderNumber::symbols).toArray(String[]::new);
        return postgres.query(
                        HISTORIES,
                        Tuple.tuple()
                                .addArrayOfString(symbols)
                                .addString(buyer.subject())
                                .addLong((long) mostEvents))
                .map(rows -> {
                    Map<OrderNumber, OrderHistory> histories = new HashMap<>();
                    for (Row row : rows) {
                        if (decided(row) instanceof Order order) {
                            histories.put(order.number(), new OrderHistory(order, aggregatedEvents(row)));
                        }
                    }
                    return histories;
                });
    }

    private static List<OrderEvent> aggregatedEvents(Row row) {
        Integer[] sequences = row.getArrayOfIntegers("sequences");
        if (sequences == null) {
            return List.of(); // the aggregate of no rows is null
        }
        String[] kinds = row.getArrayOfStrings("kinds");
        OffsetDateTime[] times = row.getArrayOfOffsetDateTimes("times");
        @Nullable String[] details = row.getArrayOfStrings("details");
        return IntStream.range(0, sequences.length)
                .mapToObj(i ->
                        new OrderEvent(sequences[i], kinds[i], times[i].toInstant(), OrderJson.readDetail(details[i])))
                .toList();
    }

    private static List<OrderEvent> events(RowSet<Row> rows) {
        List<OrderEvent> events = new ArrayList<>(rows.size());
        rows.forEach(row -> events.add(event(row)));
        return events;
    }

    private static OrderEvent event(Row row) {
        return new OrderEvent(
                row.getInteger("sequence"),
                row.getString("kind"),
                row.getOffsetDateTime("at").toInstant(),
                OrderJson.readDetail(row.getString("detail")));
    }

    /** What stands under the number. */
    Uni<Optional<DecidedNumber>> find(OrderNumber number) {
        return finds.submit(new Sought(number, Optional.empty()));
    }

    /**
     * What stands under the number, if it is this buyer's. What is somebody else's is neither sent
     * by PostgreSQL nor read: it takes as long as nothing at all.
     */
    Uni<Optional<DecidedNumber>> findOwn(OrderNumber number, Buyer buyer) {
        return finds.submit(new Sought(number, Optional.of(buyer)));
    }

    /** A number, and whose it has to be if that matters. */
    private record Sought(OrderNumber number, Optional<Buyer> owner) {}

    /** Inserts rows unless their numbers are decided; the answer is whether the row was written. */
    private static final class Insert implements Batched<DecidedNumber, Boolean> {
        private static final Comparator<DecidedNumber> BY_NUMBER = Comparator.comparing(DecidedNumber::number);

        @Override
        public String name() {
            return "insert";
        }

        /**
         * One statement, so one commit: each row and its event, or neither. The conflict has no
         * target, so that two concurrent inserts under one idempotency key can conflict on either index and neither
         * is an error.
         */
        @Override
        public String sql() {
            return """
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
                RETURNING number, state, decided_at
            ), event AS (
                INSERT INTO order_events (number, sequence, kind, at)
                SELECT number, 1, 'PLACED', decided_at FROM inserted WHERE state <> 'VOIDED'
            )
            SELECT number FROM inserted
            """;
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
                    decidedAts[row] = at(tombstone.decidedAt());
                    voidReasons[row] = tombstone.reason().name();
                }
            }
            row++;
        }

        private void add(Order order) {
            OrderDraft content = order.content();
            states[row] = order.state().name();
            decidedAts[row] = at(order.placedAt());
            currencies[row] = content.total().currency().getCurrencyCode();
            totals[row] = content.total().minor();
            lines[row] = OrderJson.lines(content.lines());
            acknowledgements[row] = OrderJson.acknowledgements(content.acknowledgements());
            fingerprints[row] = Buffer.buffer(Content.fingerprint(content));
            clientKeys[row] = order.clientKey().map(IdempotencyKey::text).orElse(null);
        }

        private static OffsetDateTime at(Instant instant) {
            return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
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
        @Override
        public String name() {
            return "find";
        }

        @Override
        public String sql() {
            return """
            SELECT number, buyer, state, decided_at, currency, total, lines::text, acknowledgements::text, void_reason,
                   client_key, payment
            FROM orders WHERE number = ANY($1) AND (number = ANY($2) OR buyer = ANY($3))
            """;
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
     * Reads a row that has the columns of {@link Find}.
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
