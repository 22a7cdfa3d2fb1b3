package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Database;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A generated day of a shop, from a seed: most buyers order once or twice, some have habits, some confirm a second
 * order, and some order twice by mistake; the day knows which.
 */
public final class GeneratedDay {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final int PRODUCTS = 5_000;
    private static final int AT_ONCE = 5_000;

    /** Two orders that were meant as one, by their numbers. */
    public record Pair(String earlier, String later) {}

    /** How a duplicate came about. */
    public enum Kind {
        WITHIN_A_QUARTER,
        WITHIN_AN_HOUR,
        WITHIN_FOUR_HOURS,
        NEARLY_THE_SAME
    }

    /** A duplicate of the day. */
    public record Known(Kind kind, Pair pair) {}

    private final Random random;
    private final String day;
    private final Instant begin;
    private final List<Order> orders = new ArrayList<>();
    private final List<Known> known = new ArrayList<>();
    private int serial;

    /** Makes a day of about so many orders that ended a moment ago. */
    public GeneratedDay(long seed, int size) {
        this.random = new Random(seed);
        this.day = "day-" + Long.toHexString(seed) + '-';
        this.begin = Instant.now().minus(Duration.ofHours(24));
        while (orders.size() < size) {
            buyer(new Buyer(day + serial++));
        }
    }

    /** The duplicates. */
    public List<Known> known() {
        return known;
    }

    /** How many orders there are. */
    public int size() {
        return orders.size();
    }

    /** The prefix of all its buyers' names. */
    public String buyers() {
        return day;
    }

    private void buyer(Buyer buyer) {
        Instant first = begin.plusSeconds(random.nextInt(20 * 3600));
        double what = random.nextDouble();
        if (what < 0.03) {
            habit(buyer, first);
        } else if (what < 0.05) {
            Order order = order(buyer, basket(), List.of(), first);
            order(
                    buyer,
                    order.content().lines(),
                    List.of(new Acknowledgement.SecondOrder(order.number())),
                    first.plusSeconds(60 + random.nextInt(3 * 3600)));
        } else if (what < 0.10) {
            orderMissingItem(buyer, first);
        } else if (what < 0.15) {
            duplicate(buyer, first);
        } else {
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                order(buyer, basket(), List.of(), first.plusSeconds(random.nextInt(4 * 3600)));
            }
        }
    }

    /** The same coffee every few hours: one to three lines. */
    private void habit(Buyer buyer, Instant first) {
        List<Line> whole = basket();
        List<Line> usual = whole.subList(0, Math.min(whole.size(), 1 + random.nextInt(3)));
        Instant at = first;
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            order(buyer, usual, List.of(), at);
            at = at.plusSeconds(2 * 3600 + random.nextInt(4 * 3600));
        }
    }

    /** Another order soon after, for an item missing in the first. */
    private void orderMissingItem(Buyer buyer, Instant first) {
        order(buyer, basket(), List.of(), first);
        order(buyer, basket(), List.of(), first.plusSeconds(120 + random.nextInt(1800)));
    }

    private void duplicate(Buyer buyer, Instant first) {
        Order meant = order(buyer, basket(), List.of(), first);
        double how = random.nextDouble();
        if (how < 0.5) {
            again(Kind.WITHIN_A_QUARTER, meant, 5 + random.nextInt(895));
        } else if (how < 0.75) {
            again(Kind.WITHIN_AN_HOUR, meant, 900 + random.nextInt(2700));
        } else if (how < 0.85) {
            again(Kind.WITHIN_FOUR_HOURS, meant, 3600 + random.nextInt(3 * 3600));
        } else {
            Order other = order(
                    buyer, nearly(meant.content().lines()), List.of(), first.plusSeconds(30 + random.nextInt(1800)));
            keep(Kind.NEARLY_THE_SAME, meant, other);
        }
    }

    private void again(Kind kind, Order meant, int seconds) {
        keep(
                kind,
                meant,
                order(
                        meant.buyer(),
                        meant.content().lines(),
                        List.of(),
                        meant.placedAt().plusSeconds(seconds)));
    }

    private void keep(Kind kind, Order earlier, Order later) {
        known.add(new Known(
                kind, new Pair(earlier.number().symbols(), later.number().symbols())));
    }

    /** One more of something, or one thing more. */
    private List<Line> nearly(List<Line> lines) {
        List<Line> changed = new ArrayList<>(lines);
        if (random.nextBoolean()) {
            int at = random.nextInt(changed.size());
            Line line = changed.get(at);
            changed.set(at, new Line(line.productCode(), line.name(), line.quantity() + 1, line.unitPrice()));
        } else {
            changed.add(line());
        }
        return changed;
    }

    private List<Line> basket() {
        Set<String> codes = new HashSet<>();
        List<Line> lines = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        while (lines.size() < count) {
            Line line = line();
            if (codes.add(line.productCode())) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** A few products are in most baskets; each has its price. */
    private Line line() {
        int product = (int) (PRODUCTS * Math.pow(random.nextDouble(), 3));
        return new Line("product-" + product, Optional.empty(), 1 + random.nextInt(3), 199 + product * 7919L % 4000);
    }

    private Order order(Buyer buyer, List<Line> lines, List<Acknowledgement> said, Instant at) {
        long total = lines.stream()
                .mapToLong(line -> line.quantity() * line.unitPrice())
                .sum();
        OrderNumber number = OrderNumber.ofClientKey(buyer, "generated-order-" + day + orders.size());
        Order order =
                Order.placed(number, Optional.empty(), buyer, new OrderDraft(new Money(total, EUR), lines, said), at);
        orders.add(order);
        return order;
    }

    /** Writes the day into the database as the service would have, in the order of its time. */
    public void write() throws SQLException {
        orders.sort(java.util.Comparator.comparing(Order::placedAt));
        try (Connection connection = Database.connect()) {
            for (int from = 0; from < orders.size(); from += AT_ONCE) {
                write(connection, orders.subList(from, Math.min(from + AT_ONCE, orders.size())));
            }
        }
        Database.execute("ANALYZE orders");
        Database.execute("ANALYZE order_events");
    }

    private static void write(Connection connection, List<Order> some) throws SQLException {
        String sql = """
                WITH placed AS (
                    INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                        fingerprint)
                    SELECT number, buyer, 'CREATED', at, 'EUR', total, lines::json, said::json, decode(fingerprint, 'hex')
                    FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                      AS day (number, buyer, at, total, lines, said, fingerprint)
                    RETURNING number, buyer, decided_at
                )
                INSERT INTO order_events (number, buyer, sequence, kind, at)
                SELECT number, buyer, 1, 'PLACED', decided_at FROM placed
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            array(
                    connection,
                    statement,
                    1,
                    "text",
                    some.stream().map(o -> o.number().symbols()).toArray());
            array(
                    connection,
                    statement,
                    2,
                    "text",
                    some.stream().map(o -> o.buyer().subject()).toArray());
            array(
                    connection,
                    statement,
                    3,
                    "timestamptz",
                    some.stream().map(o -> Timestamp.from(o.placedAt())).toArray());
            array(
                    connection,
                    statement,
                    4,
                    "bigint",
                    some.stream().map(o -> o.content().total().minor()).toArray());
            array(
                    connection,
                    statement,
                    5,
                    "text",
                    some.stream().map(o -> OrderJson.lines(o.content().lines())).toArray());
            array(
                    connection,
                    statement,
                    6,
                    "text",
                    some.stream()
                            .map(o -> OrderJson.acknowledgements(o.content().acknowledgements()))
                            .toArray());
            array(
                    connection,
                    statement,
                    7,
                    "text",
                    some.stream()
                            .map(o -> HexFormat.of().formatHex(Content.fingerprint(o.content())))
                            .toArray());
            statement.executeUpdate();
        }
    }

    private static void array(Connection connection, PreparedStatement statement, int at, String type, Object[] values)
            throws SQLException {
        Array array = connection.createArrayOf(type, values);
        statement.setArray(at, array);
    }

    /** Deletes the day from the database. */
    public void remove() {
        Database.execute("DELETE FROM suspected_duplicates WHERE buyer LIKE '%s%%'".formatted(day));
        Database.execute(
                "DELETE FROM order_events USING orders WHERE orders.number = order_events.number AND orders.buyer LIKE '%s%%'"
                        .formatted(day));
        Database.execute("DELETE FROM orders WHERE buyer LIKE '%s%%'".formatted(day));
    }
}
