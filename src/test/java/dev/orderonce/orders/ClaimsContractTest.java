package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.admission.ClaimedGuests;
import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A buyer who signs in after ordering as a guest. */
@QuarkusTest
class ClaimsContractTest {
    private static final String DEMO = "order-once-demo";

    private final Shop guest = Shop.newGuest();
    private final Shop buyer = Shop.newBuyer();

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static Map<String, Object> naming(String checkout, Map<String, Object> basket) {
        Map<String, Object> named = new HashMap<>(basket);
        named.put("checkout", checkout);
        return named;
    }

    /** An order of a checkout. */
    private static String newOrder(Shop shop, String checkout) {
        String number = shop.issue(checkout).then().statusCode(200).extract().path("number");
        shop.place(number, naming(checkout, Baskets.onlyFor(number))).then().statusCode(201);
        return number;
    }

    // --- Claiming ---

    @Test
    void firstClaim_givesTheOrdersToTheBuyer() {
        // Given
        String first = guest.newOrder(4200);
        String second = guest.newOrder(4300);
        String own = buyer.newOrder(4400);
        // When
        Response claimed = buyer.claim(guest);
        // Then
        claimed.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", nullValue())
                .body("guest", equalTo(guest.subject()))
                .body("orders", equalTo(2))
                .body("duplicated", equalTo(false));
        buyer.request()
                .get("/orders")
                .then()
                .statusCode(200)
                .body("orders.number", equalTo(List.of(own, second, first)));
        buyer.find(first).then().statusCode(200);
        guest.find(first).then().statusCode(404);
        guest.request().get("/orders").then().statusCode(200).body("orders", hasSize(0));
    }

    @Test
    void events_nameBuyerAndGuest() {
        // Given
        String number = guest.newOrder(4200);
        guest.cancel(number, "changed my mind").then().statusCode(200);
        buyer.claim(guest).then().statusCode(201);
        // When
        Response ofBuyer = buyer.request().get("/orders/{number}/events", number);
        Response ofStaff = Shop.as("merchant-1", Role.MERCHANT).request().get("/orders/{number}/events", number);
        // Then
        for (Response events : List.of(ofBuyer, ofStaff)) {
            events.then()
                    .statusCode(200)
                    .body("events.kind", equalTo(List.of("PLACED", "CANCELLED", "CLAIMED")))
                    .body("events.sequence", equalTo(List.of(1, 2, 3)))
                    .body("events[1].detail.by", equalTo(guest.subject()))
                    .body("events[1].detail.reason", equalTo("changed my mind"))
                    .body("events[2].detail.by", equalTo(buyer.subject()))
                    .body("events[2].detail.guest", equalTo(guest.subject()));
        }
        assertThat(eventsOf(guest)).isZero();
        assertThat(eventsOf(buyer)).isEqualTo(3);
    }

    private static long eventsOf(Shop shop) {
        return Long.parseLong(
                Database.value("SELECT count(*) FROM order_events WHERE buyer = '%s'".formatted(shop.subject())));
    }

    @Test
    void eventsOfStaff_stayMasked() {
        // Given
        String number = guest.newOrder(4200);
        Shop.as("support-1", Role.SUPPORT).cancel(number, "fraud").then().statusCode(200);
        buyer.claim(guest).then().statusCode(201);
        // Then
        buyer.request()
                .get("/orders/{number}/events", number)
                .then()
                .statusCode(200)
                .body("events[1].detail", equalTo(Map.of("by", "the shop")));
    }

    @Test
    void claimAgain_movesWhatTheGuestHasOrderedSince() {
        // Given
        guest.newOrder(4200);
        buyer.claim(guest).then().statusCode(201).body("orders", equalTo(1));
        String late = guest.newOrder(4300);
        // When
        Response again = buyer.claim(guest);
        Response third = buyer.claim(guest);
        // Then
        again.then()
                .statusCode(200)
                .header("Idempotent-Replayed", equalTo("true"))
                .body("duplicated", equalTo(true))
                .body("orders", equalTo(1));
        third.then().statusCode(200).body("orders", equalTo(0));
        buyer.find(late).then().statusCode(200);
        assertThat(buyer.history(late)).containsExactly("PLACED", "CLAIMED");
    }

    @Test
    void claimOfAnotherBuyer_isRefused() {
        // Given
        String number = guest.newOrder(4200);
        buyer.claim(guest).then().statusCode(201);
        guest.newOrder(4300);
        Shop other = Shop.newBuyer();
        // When
        Response refused = other.claim(guest);
        // Then
        refused.then()
                .statusCode(409)
                .body("type", equalTo("/problems/guest-claimed"))
                .body("retry", equalTo("never"));
        buyer.find(number).then().statusCode(200);
        assertThat(Database.ordersOf(other.subject())).isZero();
        assertThat(Database.ordersOf(guest.subject())).isEqualTo(1);
    }

    @Test
    void racingBuyers_oneWinsAll() {
        // Given
        List<String> numbers = List.of(guest.newOrder(4200), guest.newOrder(4300), guest.newOrder(4400));
        List<Shop> buyers = Stream.generate(Shop::newBuyer).limit(6).toList();
        buyers.forEach(Shop::token);
        guest.token();
        // When
        List<Response> responses = Racers.race(buyers.stream()
                .map(racer -> (Callable<Response>) () -> racer.claim(guest))
                .toList());
        // Then
        assertThat(responses)
                .extracting(Response::statusCode)
                .containsOnly(201, 409)
                .containsOnlyOnce(201);
        int winner = IntStream.range(0, 6)
                .filter(i -> responses.get(i).statusCode() == 201)
                .findFirst()
                .getAsInt();
        assertThat(Database.ordersOf(buyers.get(winner).subject())).isEqualTo(3);
        assertThat(numbers)
                .allSatisfy(number -> assertThat(Database.events(number)).isEqualTo(2));
    }

    @Test
    void sameBuyerAtOnce_claimsOnceAndMovesEachOrderOnce() {
        // Given
        String number = guest.newOrder(4200);
        // When
        List<Response> responses = Racers.race(Stream.generate(() -> (Callable<Response>) () -> buyer.claim(guest))
                .limit(4)
                .toList());
        // Then
        assertThat(responses)
                .extracting(Response::statusCode)
                .containsOnly(200, 201)
                .containsOnlyOnce(201);
        assertThat(buyer.history(number)).containsExactly("PLACED", "CLAIMED");
    }

    @Test
    void moreOrdersThanMoveAtOnce_moveWithRepeats() {
        // Given
        Database.execute("""
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint)
                SELECT 'C1A1M' || lpad(i::text, 13, '0'), '%s', 'CANCELLED', now(), 'EUR', 1, '[]', '[]',
                       decode(md5('x'), 'hex')
                FROM generate_series(1, %d) AS i
                """.formatted(guest.subject(), ClaimGuest.MOST_ORDERS + 1));
        try {
            // When
            Response first = buyer.claim(guest);
            Response second = buyer.claim(guest);
            // Then
            first.then().statusCode(201).body("orders", equalTo(ClaimGuest.MOST_ORDERS));
            second.then().statusCode(200).body("orders", equalTo(1));
        } finally {
            Database.execute("DELETE FROM order_events WHERE buyer = '%s'".formatted(buyer.subject()));
            Database.execute(
                    "DELETE FROM orders WHERE buyer IN ('%s', '%s')".formatted(buyer.subject(), guest.subject()));
        }
    }

    // --- Tokens ---

    static Stream<String> unusableTokens() throws GeneralSecurityException {
        Instant now = Instant.now();
        return Stream.of(
                "nonsense",
                "a.b.c",
                token(now)
                        .sign(KeyPairGenerator.getInstance("RSA")
                                .generateKeyPair()
                                .getPrivate()),
                token(now).issuer("https://elsewhere.example").sign(signingKey()),
                token(now).audience("somebody-else").sign(signingKey()),
                token(now.minusSeconds(7200)).expiresAt(now.minusSeconds(3600)).sign(signingKey()),
                token(now).subject("a\nb").sign(signingKey()),
                token(now).expiresAt(1_000_000_000_000_000_000L).sign(signingKey()),
                token(now).groups(Set.of(Role.GUEST)).sign(signingKey()),
                token(now).groups(Set.of(Role.BUYER)).sign(signingKey()),
                token(now).sign(signingKey()) + "=",
                "x".repeat(ClaimGuest.LONGEST_TOKEN + 1));
    }

    private static JwtClaimsBuilder token(Instant now) {
        return Jwt.issuer(DEMO)
                .audience(DEMO)
                .subject("guest-of-tokens")
                .groups(Set.of(Role.BUYER, Role.GUEST))
                .issuedAt(now)
                .expiresAt(now.plusSeconds(600));
    }

    private static PrivateKey signingKey() throws GeneralSecurityException {
        byte[] encoded =
                Base64.getDecoder().decode(Stores.standalone().settings().get("demo.sign-in.key"));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    private static Response claim(Shop shop, String token) {
        return shop.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("guestToken", token))
                .post("/buyers/claims");
    }

    @ParameterizedTest
    @MethodSource("unusableTokens")
    void unusableToken_isRefused(String token) {
        claim(buyer, token)
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations.field", equalTo(List.of("/guestToken")));
    }

    @Test
    void missingToken_isRefused() {
        buyer.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of())
                .post("/buyers/claims")
                .then()
                .statusCode(400)
                .body("violations.field", equalTo(List.of("/guestToken")));
    }

    @Test
    void ownToken_isRefused() {
        // Given
        Shop signedIn = Shop.as(guest.subject(), Role.BUYER);
        // Then
        signedIn.claim(guest).then().statusCode(400).body("violations[0].message", containsString("another subject"));
    }

    @Test
    void guest_cannotClaim() {
        // Given
        Shop other = Shop.newGuest();
        String number = guest.newOrder(4200);
        // When
        Response refused = other.claim(guest);
        // Then
        refused.then()
                .statusCode(403)
                .body("type", equalTo("/problems/not-allowed"))
                .body("detail", containsString("sign in"));
        guest.find(number).then().statusCode(200);
    }

    @Test
    void callerThatIsNoBuyer_cannotClaim() {
        Shop.as("merchant-1", Role.MERCHANT).claim(guest).then().statusCode(403);
    }

    // --- What belongs to the orders ---

    @Test
    void paymentsAndRefunds_moveWithTheirOrders() {
        // Given
        String number = guest.newOrder(4200);
        String key = key();
        guest.pay(number, key, "tok_visa").then().statusCode(201);
        Shop.as("support-1", Role.SUPPORT).refund(number, 100).then().statusCode(201);
        // When
        buyer.claim(guest).then().statusCode(201);
        // Then
        buyer.pay(number, key, "tok_visa").then().statusCode(200);
        buyer.request()
                .get("/orders/{number}/payments", number)
                .then()
                .statusCode(200)
                .body("payments", hasSize(1));
        assertThat(ownerIn("payments", number)).isEqualTo(buyer.subject());
        assertThat(ownerIn("refunds", number)).isEqualTo(buyer.subject());
        buyer.cancel(number).then().statusCode(200).body("state", equalTo("REFUNDED"));
    }

    private static String ownerIn(String table, String number) {
        return Database.value("SELECT buyer FROM %s WHERE number = '%s'".formatted(table, number.replace("-", "")));
    }

    @Test
    void disputesAndSuspicions_moveWithTheirOrders() {
        // Given
        String number = guest.newOrder(4200);
        String other = guest.newOrder(4300);
        String dispute = guest.request()
                .contentType(ContentType.JSON)
                .body(Map.of("kind", "NOT_MINE"))
                .post("/orders/{number}/disputes", number)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        Database.execute("""
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
                VALUES ('%s', '%s', '%s', 80, '{}', now())
                """.formatted(number.replace("-", ""), other.replace("-", ""), guest.subject()));
        // When
        buyer.claim(guest).then().statusCode(201);
        // Then
        buyer.request().get("/disputes/{id}", dispute).then().statusCode(200).body("number", equalTo(number));
        guest.request().get("/disputes/{id}", dispute).then().statusCode(404);
        assertThat(Database.value("SELECT buyer FROM suspected_duplicates WHERE earlier = '%s'"
                        .formatted(number.replace("-", ""))))
                .isEqualTo(buyer.subject());
    }

    // --- Idempotency keys ---

    @Test
    void keyOfTheGuest_findsTheOrderOfBoth() {
        // Given
        String key = key();
        String number = guest.placeByKey(key).then().statusCode(201).extract().path("number");
        buyer.claim(guest).then().statusCode(201);
        // When
        Response first = buyer.placeByKey(key);
        Response second = buyer.placeByKey(key);
        Response ofGuest = guest.placeByKey(key);
        // Then
        for (Response repeated : List.of(first, second, ofGuest)) {
            repeated.then().statusCode(200).body("number", equalTo(number)).body("duplicated", equalTo(true));
        }
        buyer.placeByKey(key, Baskets.tea(3)).then().statusCode(422).body("order", equalTo("/orders/" + number));
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(1);
        assertThat(Database.ordersOf(guest.subject())).isZero();
    }

    @Test
    void keyOfBoth_staysThatOfTheBuyersOrder() {
        // Given
        String key = key();
        String own = buyer.placeByKey(key).then().statusCode(201).extract().path("number");
        String ofGuest = guest.placeByKey(key).then().statusCode(201).extract().path("number");
        // When
        buyer.claim(guest).then().statusCode(201).body("orders", equalTo(1));
        // Then
        buyer.placeByKey(key).then().statusCode(200).body("number", equalTo(own));
        guest.placeByKey(key).then().statusCode(200).body("number", equalTo(ofGuest));
        buyer.find(ofGuest).then().statusCode(200).body("$", not(hasKey("idempotencyKey")));
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(2);
    }

    // --- Numbers and checkouts ---

    @Test
    void numberOfTheGuest_isPlacedByTheBuyer() {
        // Given
        String number = guest.newNumber();
        buyer.claim(guest).then().statusCode(201).body("orders", equalTo(0));
        // When
        Response placed = buyer.place(number);
        Response repeated = buyer.place(number);
        Response ofGuest = guest.place(number);
        // Then
        placed.then().statusCode(201).body("number", equalTo(number));
        repeated.then().statusCode(200).body("duplicated", equalTo(true));
        ofGuest.then().statusCode(200).body("number", equalTo(number));
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(1);
        buyer.state(number).then().statusCode(200).body("state", equalTo("PLACED"));
        guest.state(number).then().statusCode(200).body("state", equalTo("PLACED"));
        guest.voidNumber(number).then().statusCode(409).body("type", equalTo("/problems/number-already-placed"));
    }

    @Test
    void numberOfTheGuestThatIsOpen_isFoundAndVoidedByTheBuyer() {
        // Given
        String number = guest.newNumber();
        buyer.claim(guest).then().statusCode(201);
        // Then
        buyer.state(number).then().statusCode(200).body("state", equalTo("ISSUED"));
        buyer.voidNumber(number).then().statusCode(200).body("state", equalTo("VOIDED"));
        buyer.state(number).then().statusCode(200).body("state", equalTo("VOIDED"));
        guest.state(number).then().statusCode(200).body("state", equalTo("VOIDED"));
        buyer.place(number).then().statusCode(410).body("type", equalTo("/problems/number-voided"));
        guest.place(number).then().statusCode(410);
    }

    @Test
    void numberThatTheGuestHasVoided_isVoidedForTheBuyer() {
        // Given
        String number = guest.newNumber();
        guest.voidNumber(number).then().statusCode(200);
        buyer.claim(guest).then().statusCode(201);
        // Then
        buyer.state(number).then().statusCode(200).body("state", equalTo("VOIDED"));
        buyer.place(number).then().statusCode(410);
    }

    @Test
    void numberOfAGuestWhoWasNotClaimed_isUnknown() {
        // Given
        buyer.claim(guest).then().statusCode(201);
        String number = Shop.newGuest().newNumber();
        // Then
        buyer.place(number).then().statusCode(400).body("type", equalTo("/problems/number-unknown"));
        buyer.state(number).then().statusCode(404);
        buyer.voidNumber(number).then().statusCode(404);
        Shop.newBuyer().place(guest.newNumber()).then().statusCode(400);
    }

    /** The page that has placed the order repeats it with the guest's token. */
    @Test
    void repeatWithTheGuestsToken_findsTheClaimedOrder() {
        // Given
        String number = guest.newNumber();
        guest.place(number).then().statusCode(201);
        buyer.claim(guest).then().statusCode(201);
        // Then
        guest.place(number).then().statusCode(200).body("number", equalTo(number));
        guest.place(number, Baskets.tea(7)).then().statusCode(422);
        buyer.place(number).then().statusCode(200);
        guest.state(number).then().statusCode(200).body("state", equalTo("PLACED"));
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(1);
    }

    /** Only the latest guests are looked up; an order that exists is found all the same. */
    @Test
    void numberOfAGuestOfLongAgo_findsItsOrder() {
        // Given
        String placed = guest.newNumber();
        guest.place(placed).then().statusCode(201);
        String open = guest.newNumber();
        buyer.claim(guest).then().statusCode(201);
        Database.execute("""
                INSERT INTO claims (guest, buyer, claimed_at)
                SELECT '%s-' || i, '%s', now() + interval '1 hour' FROM generate_series(1, %d) AS i
                """.formatted(guest.subject(), buyer.subject(), ClaimedGuests.MOST));
        // Then
        buyer.place(placed).then().statusCode(200).body("number", equalTo(placed));
        buyer.state(placed).then().statusCode(200).body("state", equalTo("PLACED"));
        buyer.voidNumber(placed).then().statusCode(409);
        buyer.place(open).then().statusCode(400).body("type", equalTo("/problems/number-unknown"));
        buyer.state(open).then().statusCode(404);
        buyer.voidNumber(open).then().statusCode(404);
    }

    /** Until the claim is repeated the order is the guest's; the number leads both to it. */
    @Test
    void orderThatTheGuestPlacesAfterTheClaim_isFoundByItsNumber() {
        // Given
        String number = guest.newNumber();
        buyer.claim(guest).then().statusCode(201);
        guest.place(number).then().statusCode(201);
        // Then
        buyer.place(number).then().statusCode(200).body("number", equalTo(number));
        buyer.find(number).then().statusCode(404);
        buyer.claim(guest).then().statusCode(200).body("orders", equalTo(1));
        buyer.find(number).then().statusCode(200);
    }

    @Test
    void checkoutOfTheGuest_isTheBuyers() {
        // Given
        String number = newOrder(guest, "c1");
        String open = guest.issue("c2").then().statusCode(200).extract().path("number");
        buyer.claim(guest).then().statusCode(201);
        // Then
        buyer.issue("c1")
                .then()
                .statusCode(200)
                .body("state", equalTo("PLACED"))
                .body("number", equalTo(number));
        // And two numbers of one checkout are one order
        String second = buyer.issue("c2").then().statusCode(200).extract().path("number");
        assertThat(second).isNotEqualTo(open);
        buyer.place(open, naming("c2", Baskets.tea(1))).then().statusCode(201);
        buyer.place(second, naming("c2", Baskets.tea(1))).then().statusCode(200).body("number", equalTo(open));
    }

    @Test
    void checkoutOfBoth_staysThatOfTheBuyersOrder() {
        // Given
        String own = newOrder(buyer, "c1");
        String ofGuest = newOrder(guest, "c1");
        // When
        buyer.claim(guest).then().statusCode(201).body("orders", equalTo(1));
        // Then
        buyer.issue("c1").then().statusCode(200).body("number", equalTo(own));
        buyer.find(ofGuest).then().statusCode(200);
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(2);
    }

    @Test
    void checkoutsOfTwoGuests_areTheFirstOnes() {
        // Given
        Shop second = Shop.newGuest();
        String first = newOrder(guest, "c1");
        newOrder(second, "c1");
        // When
        buyer.claim(guest).then().statusCode(201);
        buyer.claim(second).then().statusCode(201);
        // Then
        buyer.issue("c1").then().statusCode(200).body("number", equalTo(first));
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(2);
    }

    // --- Races with the guest's own requests ---

    @Test
    void paymentAndCancellationDuringAClaim_neitherFailNorAreLost() {
        for (int round = 0; round < 5; round++) {
            // Given
            Shop session = Shop.newGuest();
            String paid = session.newOrder(4200);
            String cancelled = session.newOrder(4300);
            // When
            List<Response> responses = Racers.race(
                    List.of(() -> session.pay(paid), () -> session.cancel(cancelled), () -> buyer.claim(session)));
            // Then
            assertThat(responses.get(2).statusCode()).isEqualTo(201);
            // The claim may have come first: then they are not the guest's any more.
            assertThat(responses.getFirst().statusCode()).isIn(201, 202, 404);
            assertThat(responses.get(1).statusCode()).isIn(200, 404);
            boolean isPaid = responses.getFirst().statusCode() < 300;
            boolean isCancelled = responses.get(1).statusCode() < 300;
            buyer.find(paid).then().statusCode(200).body("state", equalTo(isPaid ? "PAID" : "CREATED"));
            buyer.find(cancelled).then().statusCode(200).body("state", equalTo(isCancelled ? "CANCELLED" : "CREATED"));
            assertThat(buyer.history(paid)).hasSize(isPaid ? 4 : 2).contains("CLAIMED");
            assertThat(buyer.history(cancelled)).hasSize(isCancelled ? 3 : 2).contains("CLAIMED");
        }
    }

    @Test
    void placingDuringClaims_losesNoOrder() {
        // Given
        List<String> numbers = Stream.generate(guest::newNumber).limit(12).toList();
        List<Callable<Response>> racers = new ArrayList<>();
        numbers.forEach(number -> racers.add(() -> guest.place(number)));
        IntStream.range(0, 4).forEach(_ -> racers.add(() -> buyer.claim(guest)));
        // When
        List<Response> responses = Racers.race(racers);
        buyer.claim(guest).then().statusCode(200);
        // Then
        assertThat(responses).extracting(Response::statusCode).containsOnly(200, 201);
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(12);
        assertThat(Database.ordersOf(guest.subject())).isZero();
        assertThat(numbers)
                .allSatisfy(number -> assertThat(buyer.history(number)).containsExactly("PLACED", "CLAIMED"));
        assertThat(eventsOf(guest)).isZero();
    }

    /** Of two orders of one checkout the claim may find the buyer's order before or after it is placed. */
    @Test
    void checkoutThatTheBuyerPlacesDuringAClaim_isNoFailure() {
        for (int round = 0; round < 5; round++) {
            // Given
            Shop session = Shop.newGuest();
            String checkout = "c-" + round;
            newOrder(session, checkout);
            String number =
                    buyer.issue(checkout).then().statusCode(200).extract().path("number");
            Map<String, Object> basket = naming(checkout, Baskets.onlyFor(number));
            // When
            List<Response> responses =
                    Racers.race(List.of(() -> buyer.claim(session), () -> buyer.place(number, basket)));
            // Then: the claim came first, and the checkout has the guest's order with other content
            assertThat(responses.getFirst().statusCode()).isEqualTo(201);
            assertThat(responses.get(1).statusCode()).isIn(201, 409);
        }
    }

    // --- Roles of programs ---

    @Test
    void program_cannotClaimForABuyer() {
        Shop.as("all", Role.BUYER, Role.SERVICE)
                .onBehalfOf(buyer.subject())
                .badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("guestToken", guest.token()))
                .post("/buyers/claims")
                .then()
                .statusCode(400)
                .body("detail", containsString("On-Behalf-Of"));
    }
}
