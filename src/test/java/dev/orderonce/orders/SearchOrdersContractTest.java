package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of GET /orders for merchant and support. */
@QuarkusTest
class SearchOrdersContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("sam-of-support", Role.SUPPORT);

    /** No other test has an order of this amount in this currency. */
    private final long amount = ThreadLocalRandom.current().nextLong(100_000_000, 900_000_000) * 100;

    private String order(Shop buyer, long total) {
        return buyer.newOrder(icelandic(total));
    }

    private static Map<String, Object> icelandic(long total) {
        Map<String, Object> basket = new HashMap<>(Baskets.worth(total));
        basket.put("currency", "ISK");
        return basket;
    }

    /** The orders of this test, whoever placed them. */
    private RequestSpecification ofThisTest() {
        return support.request()
                .queryParam("currency", "ISK")
                .queryParam("totalFrom", amount)
                .queryParam("totalTo", amount + 99);
    }

    private RequestSpecification ofTheBuyer() {
        return support.request().queryParam("buyer", shop.subject());
    }

    private static List<String> numbers(Response page) {
        return page.then().statusCode(200).extract().path("orders.number");
    }

    /** Follows the pages of a search to their end. */
    private static List<String> all(Supplier<RequestSpecification> search) {
        List<String> found = new ArrayList<>();
        Response page = search.get().get("/orders");
        found.addAll(numbers(page));
        while (page.path("after") != null) {
            page = search.get().queryParam("after", page.<String>path("after")).get("/orders");
            found.addAll(numbers(page));
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {Role.MERCHANT, Role.SUPPORT})
    void search_returnsAFewMembersOfTheOrders(String role) {
        // Given
        String number = order(shop, amount);
        Shop staff = Shop.as("staff-" + UUID.randomUUID(), role);
        // When
        Response page = staff.request().queryParam("buyer", shop.subject()).get("/orders");
        // Then
        page.then().statusCode(200).body("orders.number", contains(number)).body("after", nullValue());
        assertThat(page.<Map<String, Object>>path("orders[0]"))
                .containsOnlyKeys("number", "buyer", "state", "currency", "total", "placedAt")
                .containsEntry("buyer", shop.subject())
                .containsEntry("state", "CREATED")
                .containsEntry("currency", "ISK")
                .containsEntry("placedAt", shop.find(number).path("placedAt"));
        assertThat(page.jsonPath().getLong("orders[0].total")).isEqualTo(amount);
    }

    @Test
    void ordersOfABuyer_areInTheOrderInWhichTheyWerePlaced() {
        // Given: a number that was issued first and placed last, and one placed under a key between others
        String early = shop.newNumber();
        List<String> placed = new ArrayList<>();
        placed.add(order(shop, amount));
        placed.add(
                shop.placeByKey(UUID.randomUUID().toString()).then().extract().path("number"));
        placed.add(order(shop, amount));
        placed.add(shop.place(early).then().statusCode(201).extract().path("number"));
        shop.voidNumber(shop.newNumber()).then().statusCode(200);
        order(Shop.newBuyer(), amount);
        // Then
        assertThat(all(() -> ofTheBuyer().queryParam("limit", 3).queryParam("order", "oldest")))
                .isEqualTo(placed);
        assertThat(all(() -> ofTheBuyer().queryParam("limit", 2))).isEqualTo(placed.reversed());
    }

    @Test
    void ordersOfAllBuyers_areInTheOrderOfTheirNumbers() {
        // Given
        List<String> numbers = Stream.of(shop, Shop.newBuyer(), Shop.newBuyer(), Shop.newBuyer())
                .map(buyer -> order(buyer, amount))
                .sorted()
                .toList();
        String underKey = shop.placeByKey(UUID.randomUUID().toString(), icelandic(amount))
                .then()
                .statusCode(201)
                .extract()
                .path("number");
        // When
        List<String> newest = all(() -> ofThisTest().queryParam("limit", 2));
        List<String> oldest = all(() -> ofThisTest().queryParam("limit", 3).queryParam("order", "oldest"));
        // Then: the number of an order that was placed under a key has no time
        assertThat(newest)
                .isEqualTo(Stream.concat(numbers.reversed().stream(), Stream.of(underKey))
                        .toList());
        assertThat(oldest)
                .isEqualTo(Stream.concat(numbers.stream(), Stream.of(underKey)).toList());
    }

    @Test
    void states_areOneOrMore() {
        // Given
        String created = order(shop, amount);
        String paid = order(shop, amount);
        shop.pay(paid).then().statusCode(201);
        String cancelled = order(shop, amount);
        shop.cancel(cancelled).then().statusCode(200);
        // Then
        assertThat(all(() -> ofTheBuyer().queryParam("state", "PAID"))).containsExactly(paid);
        assertThat(all(() -> ofTheBuyer().queryParam("state", "CANCELLED,CREATED")))
                .containsExactly(cancelled, created);
        assertThat(all(() -> ofThisTest().queryParam("state", "CREATED,PAID")))
                .containsExactlyInAnyOrder(created, paid);
        assertThat(all(() -> ofTheBuyer().queryParam("state", "SHIPPED"))).isEmpty();
    }

    /** Few orders are in these states at a time: an index has them. */
    @ParameterizedTest
    @CsvSource({"CREATED, CREATED", "PAYING, PAYING", "'PAYING,REFUNDING', REFUNDING"})
    void stateOfFewOrders_isListedByTime(String searched, String state) {
        // Given: a number that was issued first and placed last, and one placed under a key between others
        String early = shop.newNumber();
        List<String> placed = new ArrayList<>();
        placed.add(order(shop, amount));
        placed.add(shop.placeByKey(UUID.randomUUID().toString(), icelandic(amount + 1))
                .then()
                .extract()
                .path("number"));
        placed.add(order(Shop.newBuyer(), amount + 2));
        placed.add(shop.place(early, icelandic(amount + 3))
                .then()
                .statusCode(201)
                .extract()
                .path("number"));
        placed.forEach(number -> Database.setState(number, state, "p-" + UUID.randomUUID()));
        // Then
        assertThat(all(() -> ofThisTest().queryParam("state", searched).queryParam("limit", 1)))
                .isEqualTo(placed.reversed());
        assertThat(all(() -> ofThisTest()
                        .queryParam("state", searched)
                        .queryParam("order", "oldest")
                        .queryParam("limit", 3)))
                .isEqualTo(placed);
    }

    @Test
    void amounts_includeBothBounds() {
        // Given
        String smaller = order(shop, amount);
        String larger = order(shop, amount + 1);
        // Then
        assertThat(all(() -> totals(amount, amount + 1))).containsExactlyInAnyOrder(smaller, larger);
        assertThat(all(() -> totals(amount, amount))).containsExactly(smaller);
        assertThat(all(() -> totals(amount + 1, amount + 99))).containsExactly(larger);
        support.request()
                .queryParam("currency", "EUR")
                .queryParam("buyer", shop.subject())
                .get("/orders")
                .then()
                .statusCode(200)
                .body("orders", empty());
    }

    private RequestSpecification totals(long from, long to) {
        return support.request()
                .queryParam("currency", "ISK")
                .queryParam("totalFrom", from)
                .queryParam("totalTo", to);
    }

    @Test
    void reference_isExact() {
        // Given
        String reference = "R/" + UUID.randomUUID() + "&ü";
        String first = shop.newOrder(referring(reference));
        String second = Shop.newBuyer().newOrder(referring(reference));
        shop.newOrder(referring(reference + "-2"));
        order(shop, amount);
        // Then
        assertThat(all(() -> support.request()
                        .queryParam("reference", reference)
                        .queryParam("limit", 1)
                        .queryParam("order", "oldest")))
                .containsExactly(first, second);
        assertThat(all(() -> ofTheBuyer().queryParam("reference", reference))).containsExactly(first);
        assertThat(all(() -> support.request().queryParam("reference", reference.substring(1))))
                .isEmpty();
    }

    private static Map<String, Object> referring(String reference) {
        Map<String, Object> basket =
                new HashMap<>(Baskets.onlyFor(UUID.randomUUID().toString()));
        basket.put("reference", reference);
        return basket;
    }

    @Test
    void hold_isAnyOrNoneOrAReason() {
        // Given
        String free = order(shop, amount);
        String held = order(shop, amount + 1);
        support.hold(held, "the address is incomplete").then().statusCode(200);
        String disputed = order(shop, amount + 2);
        shop.request()
                .contentType(ContentType.JSON)
                .body(Map.of("kind", "NOT_MINE", "message", "I did not order this"))
                .post("/orders/{number}/disputes", disputed)
                .then()
                .statusCode(201);
        String both = order(shop, amount + 3);
        Database.execute("UPDATE orders SET holds = '{SUSPECTED_DUPLICATE 7,SUPPORT}' WHERE number = '%s'"
                .formatted(both.replace("-", "")));
        // Then
        assertThat(held("true")).containsExactly(both, disputed, held);
        assertThat(held("false")).containsExactly(free);
        assertThat(held("SUPPORT")).containsExactly(both, held);
        assertThat(held("DISPUTE")).containsExactly(disputed);
        assertThat(held("SUSPECTED_DUPLICATE")).containsExactly(both);
        assertThat(all(() -> ofTheBuyer().queryParam("hold", "SUPPORT"))).containsExactly(both, held);
    }

    private List<String> held(String hold) {
        return all(() -> ofThisTest().queryParam("hold", hold).queryParam("limit", 1));
    }

    /** An index has the rows of these searches, so that no page of others is examined. */
    @ParameterizedTest
    @CsvSource({"reference = 'R-1', orders_by_reference", "holds IS NOT NULL, orders_held"})
    void search_hasAnIndex(String condition, String index) throws SQLException {
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            // Given: a planner that prefers any index to the few rows of a test
            statement.execute("SET enable_seqscan = off");
            // When
            ResultSet plan = statement.executeQuery(
                    "EXPLAIN SELECT number FROM orders WHERE %s ORDER BY decided_at DESC, number DESC LIMIT 20"
                            .formatted(condition));
            StringBuilder text = new StringBuilder();
            while (plan.next()) {
                text.append(plan.getString(1)).append('\n');
            }
            // Then
            assertThat(text.toString()).contains(index).doesNotContain("Sort");
        }
    }

    @Test
    void everyPageButTheLast_linksToTheNext() {
        // Given
        List<String> placed = List.of(order(shop, amount), order(shop, amount + 1), order(shop, amount + 2));
        // When
        Response page = ofTheBuyer()
                .queryParam("currency", "ISK")
                .queryParam("placedFrom", "2026-01-01T00:00:00Z")
                .queryParam("limit", 1)
                .get("/orders");
        List<String> found = new ArrayList<>(numbers(page));
        while (page.header("Link") != null) {
            assertThat(page.header("Link")).matches("</orders\\?[^<>]*&after=[-0-9A-Z]+>; rel=\"next\"");
            page = support.badRequest().urlEncodingEnabled(false).get(linked(page));
            found.addAll(numbers(page));
        }
        // Then
        assertThat(found).isEqualTo(placed.reversed());
        page.then().body("after", nullValue());
    }

    private static String linked(Response page) {
        return page.header("Link").replaceAll("<(.*)>.*", "$1");
    }

    @Test
    void pageOfABuyersOwnOrders_linksToTheNext() {
        // Given
        String first = order(shop, amount);
        String second = order(shop, amount + 1);
        // When
        Response page = shop.request().queryParam("limit", 1).get("/orders");
        Response next = shop.request().get(linked(page));
        // Then
        assertThat(numbers(page)).containsExactly(second);
        assertThat(linked(page)).isEqualTo("/orders?limit=1&after=" + second);
        assertThat(numbers(next)).containsExactly(first);
        next.then().header("Link", nullValue());
    }

    @Test
    void beginningOfANumber_isReadAsLenientlyAsANumber() {
        // Given
        String number = order(shop, amount);
        String written = number.substring(0, 10)
                .toLowerCase(Locale.ROOT)
                .replace('0', 'o')
                .replace('1', 'l');
        // When
        Response byBeginning = support.request().queryParam("number", written).get("/orders");
        Response byWhole = support.request().queryParam("number", number).get("/orders");
        Response ofAnother = support.request()
                .queryParam("number", number)
                .queryParam("buyer", "somebody-else")
                .get("/orders");
        // Then
        assertThat(numbers(byBeginning)).contains(number);
        assertThat(numbers(byWhole)).containsExactly(number);
        assertThat(numbers(ofAnother)).isEmpty();
    }

    @Test
    void time_isFromInclusiveToExclusive() {
        // Given
        String number = order(shop, amount);
        String underKey = shop.placeByKey(UUID.randomUUID().toString(), icelandic(amount))
                .then()
                .statusCode(201)
                .extract()
                .path("number");
        String first = shop.find(number).path("placedAt");
        String second = shop.find(underKey).path("placedAt");
        String after = Instant.parse(second).plusNanos(1000).toString();
        // Then
        for (boolean isOfBuyer : List.of(true, false)) {
            assertThat(all(() -> placed(isOfBuyer, first, second))).containsExactly(number);
            assertThat(all(() -> placed(isOfBuyer, second, after))).containsExactly(underKey);
            assertThat(all(() -> placed(isOfBuyer, first, after))).containsExactlyInAnyOrder(number, underKey);
        }
        assertThat(all(() -> ofThisTest().queryParam("placedTo", first))).isEmpty();
        assertThat(all(() -> ofThisTest().queryParam("placedFrom", after))).isEmpty();
    }

    private RequestSpecification placed(boolean isOfBuyer, String from, String to) {
        return (isOfBuyer ? ofTheBuyer() : ofThisTest())
                .queryParam("placedFrom", from)
                .queryParam("placedTo", to);
    }

    /** A page ends after 10,000 rows, with what it found; the next one continues there. */
    @Test
    void rareOrdersAmongMany_areFoundInPagesThatEndSooner() throws SQLException {
        // Given
        String number = shop.placeByKey(UUID.randomUUID().toString(), icelandic(amount))
                .then()
                .statusCode(201)
                .extract()
                .path("number");
        String others = "many-" + UUID.randomUUID();
        insert(others, 2 * OrderReader.MOST_EXAMINED);
        try {
            // When
            List<String> found = new ArrayList<>();
            List<String> cursors = new ArrayList<>();
            Response page = ofThisTest().get("/orders");
            found.addAll(numbers(page));
            while (page.path("after") != null) {
                cursors.add(page.path("after"));
                page = ofThisTest().queryParam("after", cursors.getLast()).get("/orders");
                found.addAll(numbers(page));
            }
            // Then
            assertThat(found).containsExactly(number);
            assertThat(cursors).hasSizeGreaterThanOrEqualTo(2).isSortedAccordingTo(Comparator.reverseOrder());
        } finally {
            Database.execute("DELETE FROM orders WHERE buyer = '" + others + "'");
        }
    }

    private static void insert(String buyer, int count) throws SQLException {
        String sql = """
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint)
                SELECT number, ?, 'PAID', now(), 'EUR', 1, '[]', '[]', decode(md5('x'), 'hex')
                FROM unnest(?::text[]) AS many (number)
                """;
        Object[] numbers = IntStream.range(0, count)
                .mapToObj(i -> OrderNumber.ofClientKey(new Buyer(buyer), "one-of-many-orders-" + i)
                        .symbols())
                .toArray();
        try (Connection connection = Database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, buyer);
            statement.setArray(2, connection.createArrayOf("text", numbers));
            statement.executeUpdate();
        }
    }

    @Test
    void page_readsNoLines() {
        // Given
        order(shop, amount);
        support.token();
        // When
        List<String> statements = Stores.statements()
                .during(() -> ofTheBuyer().get("/orders").then().statusCode(200));
        // Then: where the page ends, and its rows; the statements of jobs are not generated
        assertThat(statements)
                .filteredOn(sql -> sql.startsWith("select oe1_0"))
                .hasSize(2)
                .noneMatch(sql -> sql.contains("lines"));
    }

    @ParameterizedTest
    @CsvSource({
        "state, NOPE",
        "state, paid",
        "state, 'PAID,'",
        "state, 'PAID,PAID'",
        "state, VOIDED",
        "placedFrom, yesterday",
        "placedFrom, 2026-11-21",
        "placedTo, +12026-11-21T00:00:00Z",
        "currency, eur",
        "currency, XXX",
        "totalFrom, -1",
        "totalFrom, 1.5",
        "totalTo, 99999999999999999",
        "number, 0K3",
        "number, 0K3-M7Q-XW5-2TB-9H4-NRC-0",
        "number, 0K3U",
        "reference, 'a b'",
        "hold, maybe",
        "hold, 'DISPUTE,SUPPORT'",
        "order, random",
        "limit, 0",
        "limit, 101",
        "limit, all",
        "after, x"
    })
    void parameterThatCannotBeUsed_isRefusedByName(String name, String value) {
        // When
        Response response = support.badRequest().queryParam(name, value).get("/orders");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
        assertThat(response.<String>path("detail")).startsWith("\"" + name + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "totalFrom=1, currency",
        "totalTo=1&buyer=alice, currency",
        "placedFrom=2026-11-22T00:00:00Z&placedTo=2026-11-22T00:00:00Z, placedTo",
        "placedFrom=2026-11-22T00:00:00Z&placedTo=2026-11-21T00:00:00Z, placedTo"
    })
    void parametersThatDoNotFit_areRefusedByName(String query, String name) {
        // When
        Response response = support.request().get("/orders?" + query);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
        assertThat(response.<String>path("detail")).startsWith("\"" + name + "\"");
    }

    @Test
    void continuingAfterAnotherBuyersOrder_isRefused() {
        // Given
        order(shop, amount);
        String others = order(Shop.newBuyer(), amount);
        // Then
        ofTheBuyer().queryParam("after", others).get("/orders").then().statusCode(400);
    }

    @ParameterizedTest
    @CsvSource({
        "buyer, alice",
        "state, PAID",
        "placedFrom, 2026-11-22T00:00:00Z",
        "placedTo, 2026-11-22T00:00:00Z",
        "currency, EUR",
        "totalFrom, 1",
        "totalTo, 1",
        "number, 0K3M",
        "reference, R-1",
        "hold, true",
        "order, oldest"
    })
    void buyer_cannotSearch(String name, String value) {
        // Given
        order(shop, amount);
        // When
        Response response = shop.request().queryParam(name, value).get("/orders");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
        assertThat(response.<String>path("orders")).isNull();
    }

    @Test
    void programs_mayNotList() {
        Shop.as("importer", Role.SERVICE)
                .request()
                .queryParam("buyer", shop.subject())
                .get("/orders")
                .then()
                .statusCode(403);
    }

    @Test
    void buyerWhoIsStaff_listsTheirOwnOrdersUnlessTheySearch() {
        // Given
        Shop both = Shop.as("both-" + UUID.randomUUID(), Role.BUYER, Role.SUPPORT);
        String own = order(both, amount);
        String others = order(shop, amount);
        // Then
        both.request()
                .get("/orders")
                .then()
                .statusCode(200)
                .body("orders.number", contains(own))
                .body("orders[0].lines.size()", equalTo(1));
        both.request()
                .queryParam("buyer", shop.subject())
                .get("/orders")
                .then()
                .statusCode(200)
                .body("orders.number", contains(others))
                .body("orders[0].lines", nullValue());
    }
}
