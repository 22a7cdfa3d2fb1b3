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
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The table of orders and tombstones: at most one row per number. */
@ApplicationScoped
class OrderStore {
    private static final String VOIDED = "VOIDED";

    private final Postgres postgres;
    private final Batches<NewRow, Boolean> inserts;
    private final Batches<Sought, Optional<DecidedNumber>> finds;

    OrderStore(Postgres postgres, OrderSettings settings) {
        this.postgres = postgres;
        this.inserts = postgres.batches(new Insert(settings.uniqueReferences()));
        this.finds = postgres.batches(new Find());
    }

    /** Opens the connections before the first request needs them. */
    void open(@Observes StartupEvent start) {
        // the constructor opens them
    }

    /**
     * Inserts the order unless its number is already decided, its checkout has an order, or its reference must be
     * unique and is not ({@code ON CONFLICT DO NOTHING}).
     *
     * @param by the order's buyer, or the program that acts for them
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable; the row may have been written then
     */
    Uni<Decision> insert(Order order, Actor by) {
        return inserts.submit(new NewRow(order, placedDetail(by)))
                .chain(written -> written ? Uni.createFrom().item(new Decision.Inserted()) : findExisting(order));
    }

    /** The event of placing names nobody if the buyer placed the order. */
    private static @Nullable String placedDetail(Actor by) {
        return switch (by) {
            case Actor.Program _ -> OrderJson.detail(Transition.of(by));
            case Actor.Person _, Actor.Job _ -> null;
        };
    }

    /**
     * Inserts the tombstone unless its number is already decided.
     *
     * @return the row that exists under the number now; fails as {@link #insert}
     */
    Uni<DecidedNumber> insertUnlessDecided(Tombstone tombstone) {
        return insert(tombstone)
                .chain(written -> written
                        ? Uni.createFrom().item(tombstone)
                        : find(tombstone.number()).map(found -> found.orElseThrow(OrderStore::vanished)));
    }

    /**
     * Inserts the tombstone unless its number is already decided, or its key has a row under another number.
     *
     * @return whether it was inserted; fails as the insert of an order
     */
    Uni<Boolean> insert(Tombstone tombstone) {
        return inserts.submit(new NewRow(tombstone, null));
    }

    /** A second statement, because the first sees no row that was committed after it began. */
    private Uni<Decision> findExisting(Order order) {
        return find(order.number(), order.buyer(), order.content().checkout())
                .chain(found -> found.isPresent() || order.clientKey().isEmpty()
                        ? Uni.createFrom().item(found)
                        : find(order.buyer(), order.clientKey().get()))
                .chain(found -> found.isPresent()
                        ? Uni.createFrom().item(new Decision.Existing(found.get()))
                        : findReference(order));
    }

    private Uni<Decision> findReference(Order order) {
        return postgres.query(
                        "SELECT number, buyer FROM orders WHERE reference = $1 AND reference_is_unique",
                        Tuple.of(order.content().notes().reference().orElse(null)))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw vanished();
                    }
                    Row taken = rows.iterator().next();
                    return new Decision.ReferenceTaken(
                            taken.getString("buyer").equals(order.buyer().subject())
                                    ? Optional.of(new OrderNumber(taken.getString("number")))
                                    : Optional.empty());
                });
    }

    private static StoreUnavailable vanished() {
        return new StoreUnavailable(POSTGRESQL, "a row vanished while it was read");
    }

    private static Optional<String> checkout(DecidedNumber row) {
        return row instanceof Order order ? order.content().checkout() : Optional.empty();
    }

    /** The columns that {@link #decided} reads. */
    static final String COLUMNS = """
            number, buyer, state, decided_at, currency, total, lines::text, acknowledgements::text, void_reason,
            client_key, payment, checkout, holds, refunded, charges::text, reference, metadata::text, delivery, contact,
            sequence
            """;

    /**
     * One conditional update with its event: the row decides whether the move is open, its fencing token refuses a
     * stale holder of the lock, its sequence another version, and its holds refuse that it is shipped.
     */
    private static final String MOVE = """
            WITH moved AS (
                UPDATE orders
                SET state = $3, sequence = sequence + 1, payment = COALESCE($5, payment),
                    fence = GREATEST(fence, COALESCE($6, fence))
                WHERE number = $1 AND state = ANY($2) AND ($4::text IS NULL OR payment = $4)
                  AND ($6::bigint IS NULL OR fence <= $6) AND ($3 <> 'SHIPPED' OR holds IS NULL) AND %s
                RETURNING *
            ), happened AS (
                SELECT number, buyer, sequence, $7::text AS kind, $8::timestamptz AS at,
                       CAST($9::text AS json) AS detail
                FROM moved
            ), %s
            SELECT %s FROM moved
            """.formatted(Precondition.sql("$10", "sequence"), EventLog.APPEND, COLUMNS);

    /** Makes the move if it is open; empty if it is not. */
    Uni<Optional<Order>> move(OrderNumber number, List<OrderState> from, Move move, Transition transition, Instant at) {
        Tuple parameters = Tuple.from(Arrays.asList(
                number.symbols(),
                from.stream().map(OrderState::name).toArray(String[]::new),
                move.to().name(),
                move == Move.PAYMENT_BEGUN ? null : transition.payment().orElse(null),
                transition.payment().orElse(null),
                transition.fence().isPresent() ? Long.valueOf(transition.fence().getAsLong()) : null,
                move.kind(),
                Timestamptz.of(at),
                OrderJson.detail(transition),
                transition.precondition().parameter()));
        return changed(MOVE, parameters);
    }

    /** The row is locked with its sequence: it is in this version still when it is updated. */
    private static final String HOLD = """
            WITH holding AS (
                SELECT number, $2::text AS hold, $3::timestamptz AS at, CAST($4::text AS json) AS detail
                FROM orders WHERE number = $1 AND %s
                FOR UPDATE
            ), %s
            SELECT %s FROM held
            """.formatted(Precondition.sql("$5", "sequence"), Hold.SET, COLUMNS);

    /**
     * Sets the hold of support; empty if it exists, if the order is shipped or cancelled, or if the precondition is not
     * met.
     */
    Uni<Optional<Order>> hold(OrderNumber number, Transition because, Instant at) {
        return changed(
                HOLD,
                Tuple.of(
                        number.symbols(),
                        Hold.OF_SUPPORT.stored(),
                        Timestamptz.of(at),
                        OrderJson.detail(because),
                        because.precondition().parameter()));
    }

    private static final String RELEASE = """
            WITH holding AS (
                SELECT number, hold, $2::timestamptz AS at, CAST($3::text AS json) AS detail
                FROM orders, unnest(holds) AS existing (hold)
                WHERE number = $1 AND %s
                FOR UPDATE OF orders
            ), %s
            SELECT %s FROM held
            """.formatted(Precondition.sql("$4", "sequence"), Hold.END, COLUMNS);

    /** Ends all holds; empty if there is none, or the precondition is not met. */
    Uni<Optional<Order>> release(OrderNumber number, Transition because, Instant at) {
        return changed(
                RELEASE,
                Tuple.of(
                        number.symbols(),
                        Timestamptz.of(at),
                        OrderJson.detail(because),
                        because.precondition().parameter()));
    }

    private Uni<Optional<Order>> changed(String sql, Tuple parameters) {
        return postgres.query(sql, parameters)
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

    /** Cancels orders that were placed before a time and not paid, at most this many; returns how many. */
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

    /** The payments of orders whose payment or refund is in progress, with references after this one. */
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

    private static final String PURGE_TOMBSTONES = """
            DELETE FROM orders WHERE number IN (
                SELECT number FROM orders WHERE state = 'VOIDED' AND client_key IS NULL AND decided_at < $1
                ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """;

    /**
     * Deletes tombstones that were written before a time, at most this many; returns how many. Those of keys are kept:
     * a key has no time.
     */
    Uni<Integer> purgeTombstones(Instant before, int most) {
        return postgres.query(PURGE_TOMBSTONES, Tuple.of(Timestamptz.of(before), most))
                .map(RowSet::rowCount);
    }

    /** Finds the order or tombstone under the number. */
    Uni<Optional<DecidedNumber>> find(OrderNumber number) {
        return finds.submit(Sought.of(number));
    }

    /** Finds the order or tombstone under the number; if there is none, the buyer's order of the checkout. */
    Uni<Optional<DecidedNumber>> find(OrderNumber number, Buyer buyer, Optional<String> checkout) {
        return finds.submit(new Sought(
                Optional.of(number), Optional.empty(), checkout.map(id -> new Checkout(buyer.subject(), id))));
    }

    private static final String BY_KEY =
            "SELECT %s FROM orders WHERE buyer = $1 AND client_key = $2".formatted(COLUMNS);

    /** Finds the buyer's order or tombstone of the key, whatever its number was derived from. */
    Uni<Optional<DecidedNumber>> find(Buyer buyer, IdempotencyKey key) {
        return postgres.query(BY_KEY, Tuple.of(buyer.subject(), key.text()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(decided(rows.iterator().next())));
    }

    /** Finds the order that completes the buyer's checkout. */
    Uni<Optional<Order>> findOrder(Buyer buyer, String checkout) {
        return finds.submit(new Sought(
                        Optional.empty(), Optional.empty(), Optional.of(new Checkout(buyer.subject(), checkout))))
                .map(OrderStore::order);
    }

    /** Finds the order under the number; a tombstone is left out. */
    Uni<Optional<Order>> findOrder(OrderNumber number) {
        return find(number).map(OrderStore::order);
    }

    /**
     * Finds the order under the number if it is this buyer's. PostgreSQL does not send another buyer's order: the
     * response time is that of an absent one.
     */
    Uni<Optional<Order>> findOwnOrder(OrderNumber number, Buyer buyer) {
        return finds.submit(new Sought(Optional.of(number), Optional.of(buyer), Optional.empty()))
                .map(OrderStore::order);
    }

    private static Optional<Order> order(Optional<DecidedNumber> found) {
        return found.filter(Order.class::isInstance).map(Order.class::cast);
    }

    /** A buyer's checkout. */
    private record Checkout(String buyer, String id) {}

    /**
     * What is sought under a number, or else for a checkout.
     *
     * @param owner the buyer to whom the number's row has to belong, if that matters
     */
    private record Sought(Optional<OrderNumber> number, Optional<Buyer> owner, Optional<Checkout> checkout) {
        static Sought of(OrderNumber number) {
            return new Sought(Optional.of(number), Optional.empty(), Optional.empty());
        }
    }

    /**
     * A row to insert.
     *
     * @param detail that of the event of placing, as JSON
     */
    private record NewRow(DecidedNumber decided, @Nullable String detail) {}

    /** The event of an order with a total of 0. */
    private static final Transition NOTHING_TO_PAY =
            Transition.of(new Actor.Job("placing")).reason("there is nothing to pay");

    /**
     * Inserts rows unless their numbers are decided, their checkouts have orders, or their references are taken; the
     * reply is whether the row was written.
     */
    private static final class Insert implements Batched<NewRow, Boolean> {
        private static final Comparator<NewRow> BY_NUMBER =
                Comparator.comparing(row -> row.decided().number());

        /**
         * One statement, so one commit: each row and its event, or neither. The conflict has no target, so that a row
         * can conflict on any unique index, with another statement's row or one of its own, and none is an error. An
         * order that is placed as paid has the second event after all first ones, and so a greater id. The last two
         * arrays have the details of the events of placing, and are empty for buyers.
         */
        private static final String SQL = """
            WITH inserted AS (
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                    fingerprint, void_reason, client_key, checkout, charges, reference,
                                    reference_is_unique, metadata, delivery, contact, sequence)
                SELECT number, buyer, state, decided_at, currency, total, CAST(lines AS json),
                       CAST(acknowledgements AS json), fingerprint, void_reason, client_key, checkout,
                       CAST(charges AS json), reference, CASE WHEN $18 AND reference IS NOT NULL THEN true END,
                       CAST(metadata AS json), delivery, contact, CASE WHEN state = 'PAID' THEN 2 ELSE 1 END
                FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[],
                            $7::text[], $8::text[], $9::bytea[], $10::text[], $11::text[], $12::text[],
                            $13::text[], $14::text[], $15::text[], $16::text[], $17::text[])
                  AS input (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                            fingerprint, void_reason, client_key, checkout, charges, reference, metadata,
                            delivery, contact)
                ON CONFLICT DO NOTHING
                RETURNING number, buyer, state, decided_at
            ), happened AS (
                SELECT number, buyer, 1 AS sequence, 'PLACED' AS kind, decided_at AS at,
                       CAST(($21::text[])[array_position($20::text[], number)] AS json) AS detail
                FROM inserted WHERE state <> 'VOIDED'
                UNION ALL
                SELECT number, buyer, 2, 'PAID', decided_at, CAST($19::text AS json)
                FROM inserted WHERE state = 'PAID'
            ), %s
            SELECT number FROM inserted
            """.formatted(EventLog.APPEND);

        private final boolean areReferencesUnique;

        Insert(boolean areReferencesUnique) {
            this.areReferencesUnique = areReferencesUnique;
        }

        @Override
        public String name() {
            return "insert";
        }

        @Override
        public String sql() {
            return SQL;
        }

        @Override
        public Object key(NewRow row) {
            return row.decided().number();
        }

        @Override
        public Tuple parameters(List<NewRow> rows) {
            // Sorted by number: two statements with the same numbers cannot deadlock. Two that have two checkouts in
            // common, under different numbers, can: PostgreSQL ends one of them, which is then sent in halves.
            List<NewRow> inserted = rows.stream().sorted(BY_NUMBER).toList();
            List<DecidedNumber> sorted = inserted.stream().map(NewRow::decided).toList();
            List<NewRow> detailed =
                    inserted.stream().filter(row -> row.detail() != null).toList();
            return Tuple.tuple()
                    .addArrayOfString(
                            column(sorted, String[]::new, row -> row.number().symbols()))
                    .addArrayOfString(
                            column(sorted, String[]::new, row -> row.buyer().subject()))
                    .addArrayOfString(column(sorted, String[]::new, Insert::state))
                    .addArrayOfOffsetDateTime(column(sorted, OffsetDateTime[]::new, Insert::decidedAt))
                    .addArrayOfString(contentColumn(sorted, String[]::new, Insert::currency))
                    .addArrayOfLong(contentColumn(
                            sorted, Long[]::new, content -> content.total().minor()))
                    .addArrayOfString(contentColumn(sorted, String[]::new, content -> OrderJson.lines(content.lines())))
                    .addArrayOfString(contentColumn(sorted, String[]::new, Insert::acknowledgements))
                    .addArrayOfBuffer(contentColumn(sorted, Buffer[]::new, Insert::fingerprint))
                    .addArrayOfString(column(sorted, String[]::new, Insert::voidReason))
                    .addArrayOfString(column(sorted, String[]::new, Insert::clientKey))
                    .addArrayOfString(
                            column(sorted, String[]::new, row -> checkout(row).orElse(null)))
                    .addArrayOfString(contentColumn(sorted, String[]::new, Insert::charges))
                    .addArrayOfString(
                            notesColumn(sorted, notes -> notes.reference().orElse(null)))
                    .addArrayOfString(notesColumn(sorted, Insert::metadata))
                    .addArrayOfString(
                            notesColumn(sorted, notes -> notes.delivery().orElse(null)))
                    .addArrayOfString(
                            notesColumn(sorted, notes -> notes.contact().orElse(null)))
                    .addBoolean(areReferencesUnique)
                    .addString(OrderJson.detail(NOTHING_TO_PAY))
                    .addArrayOfString(detailed.stream()
                            .map(row -> row.decided().number().symbols())
                            .toArray(String[]::new))
                    .addArrayOfString(detailed.stream().map(NewRow::detail).toArray(String[]::new));
        }

        private static <T> T[] column(
                List<DecidedNumber> rows, IntFunction<T[]> array, Function<DecidedNumber, @Nullable T> value) {
            T[] column = array.apply(rows.size());
            for (int i = 0; i < column.length; i++) {
                column[i] = value.apply(rows.get(i));
            }
            return column;
        }

        /** A column of the orders' content, null in tombstones. */
        private static <T> T[] contentColumn(
                List<DecidedNumber> rows, IntFunction<T[]> array, Function<OrderDraft, @Nullable T> value) {
            return column(rows, array, row -> row instanceof Order order ? value.apply(order.content()) : null);
        }

        private static String[] notesColumn(List<DecidedNumber> rows, Function<OrderNotes, @Nullable String> value) {
            return contentColumn(rows, String[]::new, content -> value.apply(content.notes()));
        }

        private static @Nullable String charges(OrderDraft content) {
            return content.charges().isEmpty() ? null : OrderJson.charges(content.charges());
        }

        private static @Nullable String metadata(OrderNotes notes) {
            return notes.metadata().isEmpty() ? null : OrderJson.metadata(notes.metadata());
        }

        private static String state(DecidedNumber row) {
            return switch (row) {
                case Order order -> order.state().name();
                case Tombstone _ -> VOIDED;
            };
        }

        private static OffsetDateTime decidedAt(DecidedNumber row) {
            return Timestamptz.of(
                    switch (row) {
                        case Order order -> order.placedAt();
                        case Tombstone tombstone -> tombstone.decidedAt();
                    });
        }

        private static String currency(OrderDraft content) {
            return content.total().currency().getCurrencyCode();
        }

        private static String acknowledgements(OrderDraft content) {
            return OrderJson.acknowledgements(content.acknowledgements());
        }

        private static Buffer fingerprint(OrderDraft content) {
            return Buffer.buffer(Content.fingerprint(content));
        }

        private static @Nullable String voidReason(DecidedNumber row) {
            return row instanceof Tombstone tombstone ? tombstone.reason().name() : null;
        }

        private static @Nullable String clientKey(DecidedNumber row) {
            return row.clientKey().map(IdempotencyKey::text).orElse(null);
        }

        @Override
        public List<Boolean> replies(List<NewRow> requests, RowSet<Row> rows) {
            Set<String> written = HashSet.newHashSet(rows.size());
            rows.forEach(row -> written.add(row.getString(0)));
            List<Boolean> replies = new ArrayList<>(requests.size());
            requests.forEach(
                    row -> replies.add(written.contains(row.decided().number().symbols())));
            return replies;
        }
    }

    /** Finds the rows under numbers and the orders of checkouts. */
    private static final class Find implements Batched<Sought, Optional<DecidedNumber>> {
        /** An order that is found both ways is returned twice. */
        private static final String SQL = """
            SELECT %1$s FROM orders WHERE number = ANY($1) AND (number = ANY($2) OR buyer = ANY($3))
            UNION ALL
            SELECT %1$s FROM unnest($4::text[], $5::text[]) AS sought (of_buyer, of_checkout)
            CROSS JOIN LATERAL (
                SELECT * FROM orders WHERE buyer = of_buyer AND checkout = of_checkout AND checkout IS NOT NULL LIMIT 1
            ) AS completed
            """.formatted(COLUMNS);

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
            List<String> numbers = new ArrayList<>(sought.size());
            List<String> ofAnyOwner = new ArrayList<>();
            Set<String> owners = new HashSet<>();
            List<Checkout> checkouts = new ArrayList<>();
            for (Sought one : sought) {
                one.number().map(OrderNumber::symbols).ifPresent(number -> {
                    numbers.add(number);
                    one.owner().ifPresentOrElse(owner -> owners.add(owner.subject()), () -> ofAnyOwner.add(number));
                });
                one.checkout().ifPresent(checkouts::add);
            }
            return Tuple.tuple()
                    .addArrayOfString(numbers.toArray(String[]::new))
                    .addArrayOfString(ofAnyOwner.toArray(String[]::new))
                    .addArrayOfString(owners.toArray(String[]::new))
                    .addArrayOfString(checkouts.stream().map(Checkout::buyer).toArray(String[]::new))
                    .addArrayOfString(checkouts.stream().map(Checkout::id).toArray(String[]::new));
        }

        @Override
        public List<Optional<DecidedNumber>> replies(List<Sought> sought, RowSet<Row> rows) {
            Map<String, Row> byNumber = HashMap.newHashMap(rows.size());
            Map<Checkout, Row> byCheckout = new HashMap<>();
            for (Row row : rows) {
                byNumber.put(row.getString("number"), row);
                String checkout = row.getString("checkout");
                if (checkout != null) {
                    byCheckout.put(new Checkout(row.getString("buyer"), checkout), row);
                }
            }
            List<Optional<DecidedNumber>> replies = new ArrayList<>(sought.size());
            for (Sought one : sought) {
                replies.add(one.number()
                        .map(number -> byNumber.get(number.symbols()))
                        .filter(row -> isOf(one, row))
                        .or(() -> one.checkout().map(byCheckout::get))
                        .map(OrderStore::decided));
            }
            return replies;
        }

        private static boolean isOf(Sought sought, Row row) {
            return sought.owner().isEmpty() || sought.owner().get().subject().equals(row.getString("buyer"));
        }
    }

    /**
     * Reads a row that has the {@link #COLUMNS}.
     *
     * @throws UnreadableRow if the row cannot be read
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
        Optional<IdempotencyKey> clientKey =
                Optional.ofNullable(row.getString("client_key")).map(IdempotencyKey::new);
        String state = row.getString("state");
        if (state.equals(VOIDED)) {
            return new Tombstone(number, clientKey, buyer, VoidReason.valueOf(row.getString("void_reason")), decidedAt);
        }
        OrderState current = OrderState.valueOf(state);
        Money total = new Money(row.getLong("total"), Currency.getInstance(row.getString("currency")));
        OrderDraft content = new OrderDraft(
                total,
                OrderJson.readLines(row.getString("lines")),
                OrderJson.readCharges(row.getString("charges")),
                OrderJson.readAcknowledgements(row.getString("acknowledgements")),
                Optional.ofNullable(row.getString("checkout")),
                new OrderNotes(
                        Optional.ofNullable(row.getString("reference")),
                        OrderJson.readTexts(row.getString("metadata")),
                        Optional.ofNullable(row.getString("delivery")),
                        Optional.ofNullable(row.getString("contact"))));
        return new Order(
                number,
                clientKey,
                buyer,
                current,
                Optional.ofNullable(row.getString("payment")),
                content,
                decidedAt,
                Hold.read(row.getArrayOfStrings("holds")),
                Order.refunded(current, total, row.getLong("refunded")),
                row.getInteger("sequence"));
    }
}
