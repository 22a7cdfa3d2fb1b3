package dev.orderonce.testkit;

import static io.restassured.RestAssured.given;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.atlassian.oai.validator.restassured.OpenApiValidationFilter;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.http.Headers;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * One buyer at the service's HTTP interface. Every exchange is checked against the API description, the types of
 * problems included.
 */
public final class Shop {
    private static final OpenApiInteractionValidator DESCRIPTION = OpenApiInteractionValidator.createFor(
                    "src/main/openapi/openapi.yaml")
            .build();
    private static final OpenApiInteractionValidator ANSWERS = OpenApiInteractionValidator.createFor(
                    "src/main/openapi/openapi.yaml")
            .withLevelResolver(LevelResolver.create()
                    .withLevel("validation.request", ValidationReport.Level.IGNORE)
                    .build())
            .build();

    private static final DeclaredProblems DECLARED = DeclaredProblems.of("src/main/openapi/openapi.yaml");

    private final String subject;
    private final List<String> roles;
    private final Headers headers;
    private @Nullable String token;

    private Shop(String subject, List<String> roles, Headers headers) {
        this.subject = subject;
        this.roles = roles;
        this.headers = headers;
    }

    /** A new buyer. */
    public static Shop newBuyer() {
        return as("buyer-" + UUID.randomUUID(), "buyer");
    }

    /** A new buyer without an account. */
    public static Shop newGuest() {
        return as("guest-" + UUID.randomUUID(), "buyer", "guest");
    }

    /** A new subject with these roles; signed in with the first request. */
    public static Shop as(String subject, String... roles) {
        return new Shop(subject, List.of(roles), new Headers());
    }

    /** A new program of the shop that acts for a buyer. */
    public static Shop programFor(Shop buyer) {
        return as("program-" + UUID.randomUUID(), "service").onBehalfOf(buyer.subject());
    }

    /** The same subject with {@code On-Behalf-Of} in its requests, once for each of these values. */
    public Shop onBehalfOf(String... values) {
        return new Shop(
                subject,
                roles,
                new Headers(Arrays.stream(values)
                        .map(value -> new Header("On-Behalf-Of", value))
                        .toList()));
    }

    public String subject() {
        return subject;
    }

    public synchronized String token() {
        if (token == null) {
            token = signIn();
        }
        return token;
    }

    private String signIn() {
        return given().filters(new OpenApiValidationFilter(DESCRIPTION), DECLARED)
                .contentType(ContentType.JSON)
                .body(Map.of("subject", subject, "roles", roles))
                .post("/demo/sign-in")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
    }

    /** A request that the API description allows; it and its response are checked. */
    public RequestSpecification request() {
        return given().filters(new OpenApiValidationFilter(DESCRIPTION), DECLARED)
                .headers(headers)
                .header("Authorization", "Bearer " + token());
    }

    /** A request that the API description does not allow; only its response is checked. */
    public RequestSpecification badRequest() {
        return given().filters(new OpenApiValidationFilter(ANSWERS), DECLARED)
                .headers(headers)
                .header("Authorization", "Bearer " + token());
    }

    /** A request without a token, and so not as described; only its response is checked. */
    public static RequestSpecification anonymous() {
        return given().filters(new OpenApiValidationFilter(ANSWERS), DECLARED);
    }

    /** A body without the id of its request, in which two refusals always differ. */
    public static String bodyOf(Response response) {
        return response.asString().replace(response.header("Request-Id"), "ID");
    }

    /** Waits until an order can be placed and repeated: a test before may have broken the connections to the stores. */
    public static void awaitBusinessAsUsual() {
        Shop shop = newBuyer();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            Response issued = shop.request().get("/order-numbers");
            if (issued.statusCode() != 200) {
                return false;
            }
            String number = issued.path("number");
            // each kind of statement has three connections: every one has to be used
            for (int i = 0; i < 9; i++) {
                if (shop.place(number).statusCode() >= 300) {
                    return false;
                }
            }
            return true;
        });
    }

    public Response issue(String checkout) {
        return request().queryParam("checkout", checkout).get("/order-numbers");
    }

    /** A number for a new checkout. */
    public String newNumber() {
        return issue("checkout-" + UUID.randomUUID())
                .then()
                .statusCode(200)
                .extract()
                .path("number");
    }

    public Response place(String number) {
        return place(number, Baskets.onlyFor(number));
    }

    public Response place(String number, Map<String, Object> basket) {
        return request()
                .contentType(ContentType.JSON)
                .body(Baskets.under(number, basket))
                .post("/orders");
    }

    /** Places under an idempotency key instead of a number. */
    public Response placeByKey(String key, Map<String, Object> basket) {
        return request()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(basket)
                .post("/orders");
    }

    public Response placeByKey(String key) {
        return placeByKey(key, Baskets.onlyFor(key));
    }

    /** An order of this amount, in minor units: its last digits select what the simulated provider does. */
    public String newOrder(long amount) {
        return place(newNumber(), Baskets.worth(amount))
                .then()
                .statusCode(201)
                .extract()
                .path("number");
    }

    /** An order of this basket, under a new number. */
    public String newOrder(Map<String, Object> basket) {
        return place(newNumber(), basket).then().statusCode(201).extract().path("number");
    }

    /** Pays under a new key. */
    public Response pay(String number) {
        return pay(number, UUID.randomUUID().toString(), "tok_visa");
    }

    public Response pay(String number, String key, String method) {
        return request()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("method", method))
                .post("/orders/{number}/payments", number);
    }

    public Response cancel(String number) {
        return request().contentType(ContentType.JSON).body(Map.of()).post("/orders/{number}/cancellation", number);
    }

    public Response cancel(String number, String reason) {
        return request()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", reason))
                .post("/orders/{number}/cancellation", number);
    }

    public Response ship(String number) {
        return request().post("/orders/{number}/shipment", number);
    }

    public Response hold(String number, String reason) {
        return request()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", reason))
                .post("/orders/{number}/hold", number);
    }

    public Response release(String number, String reason) {
        return request()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", reason))
                .post("/orders/{number}/release", number);
    }

    /** Refunds this amount under a new key. */
    public Response refund(String number, long amount) {
        return refund(number, UUID.randomUUID().toString(), amount);
    }

    public Response refund(String number, String key, long amount) {
        return request()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("amount", amount, "reason", "one was broken"))
                .post("/orders/{number}/refunds", number);
    }

    public Response beginReturn(String number) {
        return request().post("/orders/{number}/return", number);
    }

    public Response receiveReturn(String number) {
        return request().post("/orders/{number}/receipt", number);
    }

    public Response complete(String number) {
        return request().post("/orders/{number}/completion", number);
    }

    /** The kinds of the order's events, in its order. */
    public List<String> history(String number) {
        return request()
                .get("/orders/{number}/events", number)
                .then()
                .statusCode(200)
                .extract()
                .path("events.kind");
    }

    /** Claims the orders of a guest. */
    public Response claim(Shop guest) {
        return request()
                .contentType(ContentType.JSON)
                .body(Map.of("guestToken", guest.token()))
                .post("/buyers/claims");
    }

    public Response find(String number) {
        return request().get("/orders/{number}", number);
    }

    public Response state(String number) {
        return request().get("/order-numbers/{number}", number);
    }

    public Response voidNumber(String number) {
        return request().delete("/order-numbers/{number}", number);
    }
}
