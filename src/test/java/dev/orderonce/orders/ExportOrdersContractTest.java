package dev.orderonce.orders;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GET /orders for staff, all orders of a search in one response. */
@QuarkusTest
class ExportOrdersContractTest {
    private static final String NDJSON = "application/x-ndjson";
    private static final String CSV = "text/csv";
    private static final String HEADER = "number,buyer,state,currency,total,placedAt";
    private static final Duration BOUND = Duration.ofSeconds(20);

    /** More than three pages. */
    private static final int MANY = 3 * ExportOrders.PAGE + 7;

    private final String buyer = "export-" + UUID.randomUUID();
    private final Shop support = Shop.as("sam-of-support", Role.SUPPORT);

    @TestHTTPResource("/orders")
    URI orders;

    @AfterEach
    void delete() {
        Stores.toPostgreSql().heal();
        Database.execute("DELETE FROM orders WHERE buyer = '" + buyer + "'");
        await().atMost(BOUND).until(() -> support.request().get("/orders").statusCode() == 200);
    }

    /** Inserts orders, one in each second; returns their numbers, the newest first. */
    private List<String> insert(int count) {
        String sql = """
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint)
                SELECT number, ?, 'PAID', timestamptz '2026-03-01T00:00:00Z' + place * interval '1 second', 'EUR', place,
                       '[]', '[]', decode(md5('x'), 'hex')
                FROM unnest(?::text[]) WITH ORDINALITY AS many (number, place)
                """;
        List<OrderNumber> numbers = IntStream.range(0, count)
                .mapToObj(i -> OrderNumber.ofClientKey(new Buyer(buyer), "one-of-many-orders-" + i))
                .toList();
        try (Connection connection = Database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, buyer);
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", numbers.stream().map(OrderNumber::symbols).toArray()));
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
        return numbers.reversed().stream().map(OrderNumber::shown).toList();
    }

    private RequestSpecification export(String mediaType) {
        return support.request().accept(mediaType).queryParam("buyer", buyer);
    }

    @Test
    void json_hasEveryOrderOfTheSearchOnALine() {
        // Given
        List<String> numbers = insert(MANY);
        // When
        Response response = export(NDJSON).get("/orders");
        // Then
        response.then().statusCode(200).header("Cache-Control", "no-store");
        assertThat(response.contentType()).isEqualTo(NDJSON);
        List<String> lines = response.asString().lines().toList();
        assertThat(response.asString()).endsWith("}\n");
        assertThat(lines.stream().map(line -> JsonPath.from(line).getString("number")))
                .containsExactlyElementsOf(numbers);
        assertThat(lines.getFirst())
                .isEqualTo(
                        "{\"number\":\"%s\",\"buyer\":\"%s\",\"state\":\"PAID\",\"currency\":\"EUR\",\"total\":%d,\"placedAt\":\"2026-03-01T00:25:07Z\"}"
                                .formatted(numbers.getFirst(), buyer, MANY));
    }

    @Test
    void csv_hasAHeaderAndEveryOrderOfTheSearch() {
        // Given
        List<String> numbers = insert(MANY);
        // When
        Response response = export(CSV).queryParam("order", "oldest").get("/orders");
        // Then
        response.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .header("Content-Type", "text/csv; charset=utf-8; header=present")
                .header("Content-Disposition", "attachment; filename=\"orders.csv\"");
        List<String> lines = List.of(response.asString().split("\r\n", -1));
        assertThat(lines).hasSize(MANY + 2).first().isEqualTo(HEADER);
        assertThat(lines).last().isEqualTo("");
        assertThat(lines.subList(1, MANY + 1))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, MANY)
                        .mapToObj(place -> "%s,%s,PAID,EUR,%d,2026-03-01T00:%02d:%02dZ"
                                .formatted(numbers.get(MANY - place), buyer, place, place / 60, place % 60))
                        .toList());
    }

    @Test
    void nothingFound_isAnEmptyExport() {
        // Without the validator, for which a body that the description has is never empty.
        given().header("Authorization", "Bearer " + support.token())
                .accept(NDJSON)
                .queryParam("buyer", buyer)
                .get("/orders")
                .then()
                .statusCode(200)
                .contentType(NDJSON)
                .body(equalTo(""));
        export(CSV).get("/orders").then().statusCode(200).body(equalTo(HEADER + "\r\n"));
    }

    @Test
    void filters_areThoseOfTheSearch() {
        // Given
        List<String> numbers = insert(5);
        Database.execute("UPDATE orders SET state = 'SHIPPED' WHERE number = '%s'"
                .formatted(numbers.get(2).replace("-", "")));
        // When
        Response response = export(CSV)
                .queryParam("state", "PAID")
                .queryParam("currency", "EUR")
                .queryParam("totalFrom", 2)
                .get("/orders");
        // Then
        assertThat(response.asString().lines().skip(1).map(line -> line.substring(0, 20)))
                .containsExactly(numbers.get(0), numbers.get(1), numbers.get(3));
    }

    @Test
    void interrupted_continuesAfterTheLastNumber() {
        // Given
        List<String> numbers = insert(5);
        // When
        Response response = export(NDJSON).queryParam("after", numbers.get(2)).get("/orders");
        // Then
        assertThat(response.asString().lines().map(line -> JsonPath.from(line).getString("number")))
                .containsExactlyElementsOf(numbers.subList(3, 5));
    }

    @ParameterizedTest
    @CsvSource({"state, NOPE", "after, x", "limit, 10", "order, random"})
    void parameterThatCannotBeUsed_isRefusedByName(String name, String value) {
        for (String mediaType : List.of(NDJSON, CSV)) {
            // When
            Response response = support.badRequest()
                    .accept(mediaType)
                    .queryParam(name, value)
                    .get("/orders");
            // Then
            response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
            assertThat(response.<String>path("detail")).startsWith("\"" + name + "\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NDJSON, CSV})
    void buyersExportNothing(String mediaType) {
        Shop.newBuyer()
                .request()
                .accept(mediaType)
                .get("/orders")
                .then()
                .statusCode(403)
                .body("type", equalTo("/problems/not-allowed"));
    }

    @Test
    void buyerWhoIsStaff_exportsTheSearch() {
        // Given
        List<String> numbers = insert(2);
        Shop both = Shop.as("both-" + UUID.randomUUID(), Role.BUYER, Role.MERCHANT);
        // Then
        assertThat(both.request()
                        .accept(NDJSON)
                        .queryParam("buyer", buyer)
                        .get("/orders")
                        .asString()
                        .lines())
                .hasSameSizeAs(numbers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/* | application/json",
                "application/json | application/json",
                "text/html, application/xhtml+xml, */*;q=0.8 | application/json",
                "application/json;q=0.1, text/csv | text/csv",
                "application/x-ndjson;q=0.9, text/csv;q=0.1 | application/x-ndjson"
            })
    void mediaType_isTheOneThatTheClientPrefers(String accept, String mediaType) {
        // Given
        insert(1);
        // When
        Response response = export(accept).get("/orders");
        // Then
        response.then().statusCode(200);
        assertThat(response.contentType()).startsWith(mediaType);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "text/plain", "application/json;q=0", "nonsense"})
    void noAcceptableMediaType_isRefused(String accept) {
        for (Shop caller : List.of(support, Shop.newBuyer())) {
            caller.badRequest()
                    .header("Accept", accept)
                    .get("/orders")
                    .then()
                    .statusCode(406)
                    .body("type", equalTo("/problems/not-acceptable"));
        }
    }

    /** The description has no HEAD: it is that of GET. */
    private Response head() {
        return support.badRequest().accept(CSV).queryParam("buyer", buyer).head("/orders");
    }

    @Test
    void head_sendsNoOrders() {
        // Given
        insert(2);
        // Then
        head().then().statusCode(200);
    }

    @Test
    void cell_isTextForASpreadsheet() {
        assertThat(ExportFormat.cell("plain")).isEqualTo("plain");
        assertThat(ExportFormat.cell("a,b")).isEqualTo("\"a,b\"");
        assertThat(ExportFormat.cell("say \"x\"")).isEqualTo("\"say \"\"x\"\"\"");
        assertThat(ExportFormat.cell("two\r\nlines")).isEqualTo("\"two\r\nlines\"");
        assertThat(ExportFormat.cell("")).isEmpty();
        for (String formula : List.of("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1")) {
            assertThat(ExportFormat.cell(formula)).isEqualTo("'" + formula);
        }
        assertThat(ExportFormat.cell("=1,\"2\"")).isEqualTo("\"'=1,\"\"2\"\"\"");
        assertThat(ExportFormat.cell("\r=1")).isEqualTo("\"'\r=1\"");
    }

    @Test
    void buyerWhoIsNamedLikeAFormula_isText() {
        // Given
        Shop formula = Shop.as("=cmd-" + UUID.randomUUID(), Role.BUYER);
        String number = formula.newOrder(4200);
        // When
        Response response = support.request()
                .accept(CSV)
                .queryParam("buyer", formula.subject())
                .get("/orders");
        // Then
        assertThat(response.asString()).contains(number + ",'" + formula.subject() + ",CREATED,EUR,4200,");
    }

    @ParameterizedTest
    @ValueSource(strings = {NDJSON, CSV})
    void postgreSqlUnavailableFromTheBeginning_isAProblem(String mediaType) {
        // Given
        support.token();
        Stores.toPostgreSql().refuse();
        // Then
        export(mediaType)
                .get("/orders")
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/store-unavailable"));
    }

    /** Far more than the buffers between the service and a client that reads nothing hold. */
    private void insertMore() {
        insert(60_000);
    }

    /** A client that has received the beginning of an export, and reads nothing more. */
    private Socket begin() throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(4096);
        client.connect(new InetSocketAddress(orders.getHost(), orders.getPort()));
        client.getOutputStream()
                .write("GET /orders?buyer=%s HTTP/1.1\r\nHost: test\r\nAccept: %s\r\nAuthorization: Bearer %s\r\n\r\n"
                        .formatted(buyer, NDJSON, support.token())
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(read(client.getInputStream().readNBytes(500)))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\n\r\n");
        return client;
    }

    private static String read(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Test
    void postgreSqlUnavailableInTheMiddle_isNotTakenForTheEnd() throws IOException {
        // Given
        insertMore();
        try (Socket client = begin()) {
            // When
            Stores.toPostgreSql().refuse();
            String rest = read(client.getInputStream().readAllBytes());
            // Then: the last chunk of a whole response is empty
            assertThat(rest).contains("{\"number\"").doesNotEndWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void exportsThatNoClientReads_areFewAndWait() throws IOException {
        // Given
        insertMore();
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < ExportOrders.MOST; i++) {
                idle.add(begin());
            }
            // When: the service reads no page while a client takes none
            await().atMost(BOUND).until(() -> pagesReadMeanwhile().isEmpty());
            Response another = export(CSV).get("/orders");
            Response page = export("application/json").get("/orders");
            // Then
            another.then()
                    .statusCode(503)
                    .header("Retry-After", notNullValue())
                    .body("type", equalTo("/problems/overloaded"));
            page.then().statusCode(200);
        } finally {
            for (Socket client : idle) {
                client.close();
            }
        }
        // Then: clients that are gone make room
        await().atMost(BOUND).until(() -> head().statusCode() == 200);
    }

    private List<String> pagesReadMeanwhile() {
        return Stores.statements()
                .during(() -> IntStream.range(0, 20).forEach(_ -> support.find("0K3M7QXW52TB9H4NRC")))
                .stream()
                .filter(sql -> sql.startsWith("select oe1_0"))
                .toList();
    }
}
