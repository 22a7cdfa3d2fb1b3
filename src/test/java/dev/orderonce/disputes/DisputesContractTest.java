package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of finding, listing, answering, withdrawing and resolving a dispute. */
@QuarkusTest
class DisputesContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("mia-the-merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");
    private final String key = UUID.randomUUID().toString();

    private String paid(long amount) {
        String number = shop.newOrder(amount);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        return number;
    }

    private static Instant dueAt(Response response) {
        return Instant.parse(response.path("dueAt"));
    }

    // --- find ---

    @Test
    void itsBuyerAndTheStaff_seeIt() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // Then
        Parties.find(shop, id).then().statusCode(200).body("id", equalTo(id));
        Parties.find(merchant, id).then().statusCode(200).body("id", equalTo(id));
        Parties.find(support, id).then().statusCode(200).body("id", equalTo(id));
    }

    @Test
    void evidenceStoredBeforeVersions_isShown() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Database.execute("UPDATE disputes SET evidence = '%s' WHERE id = '%s'"
                .formatted(StoredEvidenceTest.WITHOUT_VERSION, id));
        // When
        Response response = Parties.find(support, id);
        // Then
        response.then()
                .statusCode(200)
                .body("evidence.gatheredAt", equalTo("2026-03-01T10:15:30.123456Z"))
                .body("evidence.order.number", equalTo("0K3M7Q-XW52TB-9H4NRC"))
                .body("evidence.order.state", equalTo("PAID"))
                .body("evidence.order.lines.productCode", contains("tea-1", "mug-2"))
                .body("evidence.order.events[1].detail.payment", equalTo("pay-1"))
                .body("evidence.order.submits.outcome", contains("again"))
                .body("evidence.order.submitsUnknown", equalTo(false))
                .body("evidence.duplicateOf.idempotencyKey", equalTo("0f8fad5b-d9cb-469f-a165-70867728950e"))
                .body("evidence.duplicateOf.submits", nullValue())
                .body("evidence.duplicateOf.submitsUnknown", equalTo(true));
    }

    @Test
    void othersDisputeAndNonsense_readAsAbsent() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Shop other = Shop.newBuyer();
        // When
        List<Response> responses = List.of(
                Parties.find(other, id),
                Parties.find(other, "D0000000000000000"),
                Parties.find(other, "nonsense"),
                Parties.send(other, id, "let me in"),
                Parties.withdraw(other, id),
                Parties.resolve(support, "nonsense", "REJECT"));
        // Then
        assertThat(responses)
                .allSatisfy(response -> response.then()
                        .statusCode(404)
                        .body("type", equalTo("/problems/dispute-not-found"))
                        .body("retry", equalTo("never")));
        assertThat(responses.stream().map(Shop::bodyOf).distinct()).hasSize(1);
        Parties.find(shop, id).then().body("state", equalTo("OPEN")).body("messages", empty());
    }

    // --- list ---

    @Test
    void list_walksThroughABuyersOwnSoonestDueFirst() {
        // Given
        List<String> opened = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            opened.add(Parties.opened(shop, shop.newOrder(4200)));
        }
        Shop other = Shop.newBuyer();
        Parties.opened(other, other.newOrder(4200));
        // When
        List<String> listed = new ArrayList<>();
        Response page = shop.request().queryParam("limit", 2).get("/disputes");
        listed.addAll(page.<List<String>>path("disputes.id"));
        while (page.path("after") != null) {
            page = shop.request()
                    .queryParam("limit", 2)
                    .queryParam("after", page.<String>path("after"))
                    .get("/disputes");
            listed.addAll(page.<List<String>>path("disputes.id"));
        }
        // Then
        assertThat(listed).isEqualTo(opened);
        page.then().statusCode(200).body("disputes[0].messages", nullValue()).body("disputes[0].evidence", nullValue());
    }

    @Test
    void staff_listsDisputesOfABuyerByTheTimeOfOpening_withTotalsAndFirstWords() {
        // Given: the first one is due last
        String first = Parties.open(
                        shop, shop.newOrder(4200), Map.of("kind", "NOT_MINE", "message", "I did not order this"))
                .path("id");
        String second = Parties.opened(shop, shop.newOrder(4200));
        Parties.send(support, first, "Which one?").then().statusCode(201);
        Database.execute("UPDATE disputes SET due_at = due_at + interval '1 day' WHERE id = '%s'".formatted(first));
        // When
        Response oldest = ofBuyer("oldest", 20);
        Response newest = ofBuyer("newest", 1);
        Response rest = support.request()
                .queryParam("buyer", shop.subject())
                .queryParam("order", "newest")
                .queryParam("after", newest.<String>path("after"))
                .get("/disputes");
        // Then
        oldest.then()
                .statusCode(200)
                .body("disputes.id", contains(first, second))
                .body("count", equalTo(2))
                .body("disputes[0].currency", equalTo("EUR"))
                .body("disputes[0].total", equalTo(4200))
                .body("disputes[0].firstMessage", equalTo("I did not order this"))
                .body("disputes[1].firstMessage", nullValue());
        newest.then().body("disputes.id", contains(second)).body("count", equalTo(2));
        rest.then().body("disputes.id", contains(first)).body("count", nullValue());
        ofBuyer("due", 20).then().body("disputes.id", contains(second, first));
    }

    private Response ofBuyer(String order, int limit) {
        return merchant.request()
                .queryParam("buyer", shop.subject())
                .queryParam("order", order)
                .queryParam("limit", limit)
                .get("/disputes");
    }

    @Test
    void buyer_cannotListDisputesOfAnotherBuyer() {
        shop.request()
                .queryParam("buyer", "another")
                .get("/disputes")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
        shop.request()
                .queryParam("buyer", shop.subject())
                .get("/disputes")
                .then()
                .statusCode(200);
    }

    @Test
    void listOfABuyerWithoutDisputes_isEmpty() {
        Shop.newBuyer()
                .request()
                .get("/disputes")
                .then()
                .statusCode(200)
                .body("disputes", empty())
                .body("after", nullValue());
    }

    @Test
    void staff_listsDisputesOfAllBuyersByStateAndDueDate() {
        // Given: one has been overdue for long, another was and is resolved
        String overdue = Parties.opened(shop, shop.newOrder(4200));
        String decided = Parties.opened(shop, shop.newOrder(4200));
        Parties.withdraw(shop, decided).then().statusCode(200);
        Database.execute("UPDATE disputes SET due_at = '2020-01-01T00:00:00Z' WHERE id IN ('%s', '%s')"
                .formatted(overdue, decided));
        // When
        Response all = support.request().get("/disputes");
        Response open = merchant.request()
                .queryParam("state", "OPEN")
                .queryParam("overdue", true)
                .get("/disputes");
        Response late = support.request().queryParam("overdue", true).get("/disputes");
        Response withdrawn = support.request().queryParam("state", "WITHDRAWN").get("/disputes");
        // Then
        List<String> due = all.path("disputes.dueAt");
        assertThat(due.stream().map(Instant::parse).toList()).isSorted();
        all.then().statusCode(200).body("disputes.id", hasItem(overdue));
        open.then().statusCode(200).body("disputes.id", hasItem(overdue));
        late.then().statusCode(200).body("disputes.id", hasItem(overdue)).body("disputes.id", not(hasItem(decided)));
        withdrawn
                .then()
                .statusCode(200)
                .body("disputes.id", hasItem(decided))
                .body("disputes.id", not(hasItem(overdue)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=101",
                "limit=x",
                "state=NEW",
                "state=open",
                "overdue=maybe",
                "order=soonest",
                "after=x",
                "after=1-nonsense"
            })
    void parameterOutOfBounds_isRefusedWithASentence(String query) {
        support.badRequest()
                .get("/disputes?" + query)
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"))
                .body("detail", notNullValue());
    }

    // --- messages ---

    @Test
    void answerAndReply_passTheTurnWithANewDueDate() {
        // Given
        Response opened = Parties.notMine(shop, shop.newOrder(4200));
        String id = opened.path("id");
        // When
        Response answer = Parties.send(merchant, id, "It was sent to your address.");
        Response more = Parties.send(support, id, "Do you live with somebody?");
        Response reply = Parties.send(shop, id, "I do. I shall ask.");
        // Then
        answer.then().statusCode(201).body("state", equalTo("ANSWERED")).body("messages", hasSize(1));
        more.then().statusCode(201).body("state", equalTo("ANSWERED"));
        reply.then()
                .statusCode(201)
                .body("state", equalTo("OPEN"))
                .body("messages.sequence", contains(1, 2, 3))
                .body("messages.party", contains("MERCHANT", "SUPPORT", "BUYER"));
        assertThat(dueAt(answer)).isAfter(dueAt(opened));
        assertThat(dueAt(more)).isEqualTo(dueAt(answer));
        assertThat(dueAt(reply)).isAfter(dueAt(more));
    }

    @Test
    void namesOfTheStaff_areForTheStaffToRead() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.send(merchant, id, "It was sent to your address.").then().statusCode(201);
        Parties.send(shop, id, "Not by me.").then().statusCode(201);
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
        // Then
        Parties.find(shop, id)
                .then()
                .body("messages.author", contains("the shop", shop.subject()))
                .body("resolvedBy", equalTo("the shop"))
                .body("reason", equalTo("looked into"));
        Parties.find(merchant, id)
                .then()
                .body("messages.author", contains(merchant.subject(), shop.subject()))
                .body("resolvedBy", equalTo(support.subject()));
    }

    @Test
    void sameKeyAgain_isOneMessage() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.send(shop, id, key, "Hello?").then().statusCode(201);
        Parties.send(support, id, "Hello.").then().statusCode(201);
        // When
        Response response = Parties.send(shop, id, key, "Hello?");
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("state", equalTo("ANSWERED"))
                .body("messages", hasSize(2));
    }

    @Test
    void sameKeyAfterTheEnd_isStillARepeat() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.send(shop, id, key, "Hello?").then().statusCode(201);
        Parties.withdraw(shop, id).then().statusCode(200);
        // When
        Response response = Parties.send(shop, id, key, "Hello?");
        // Then
        response.then().statusCode(200).body("state", equalTo("WITHDRAWN"));
    }

    @Test
    void sameKeyWithAnotherText_isRefused() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.send(shop, id, key, "Hello?").then().statusCode(201);
        // When
        Response response = Parties.send(shop, id, key, "Is anybody there?");
        // Then
        response.then()
                .statusCode(422)
                .body("type", equalTo("/problems/message-differs"))
                .body("dispute", equalTo("/disputes/" + id));
        Parties.find(shop, id).then().body("messages.text", contains("Hello?"));
    }

    @Test
    void sameKeyOfAnotherAuthor_isAnotherMessage() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.send(shop, id, key, "Hello.").then().statusCode(201);
        // When
        Response response = Parties.send(support, id, key, "Hello.");
        // Then
        response.then().statusCode(201).body("messages", hasSize(2));
    }

    @Test
    void sixteenUnderOneKeyAtOnce_areOneMessage() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Callable<Response> racer = () -> Parties.send(shop, id, key, "Hello?");
        // When
        List<Response> answers = Racers.race(Collections.nCopies(16, racer));
        // Then
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 201).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSize(15);
        Parties.find(shop, id).then().body("messages.sequence", contains(1));
    }

    @Test
    void manyAtOnce_areInOneOrderWithoutGaps() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> Parties.send(shop, id, "one"),
                () -> Parties.send(merchant, id, "two"),
                () -> Parties.send(support, id, "three"),
                () -> Parties.send(shop, id, "four")));
        // Then
        assertThat(answers).extracting(Response::statusCode).containsOnly(201);
        Parties.find(shop, id)
                .then()
                .body("messages.sequence", contains(1, 2, 3, 4))
                .body("messages.text", containsInAnyOrder("one", "two", "three", "four"));
    }

    @Test
    void withoutAKeyOrWithAnUnusableOne_isRefused() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // When
        Response none = shop.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("text", "Hello?"))
                .post("/disputes/{id}/messages", id);
        Response unusable = Parties.send(shop, id, "7", "Hello?");
        // Then
        none.then().statusCode(400).body("type", equalTo("/problems/key-missing"));
        unusable.then().statusCode(400).body("type", equalTo("/problems/key-unusable"));
        Parties.find(shop, id).then().body("messages", empty());
    }

    @Test
    void textThatCannotBeKept_isRefused() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // When
        List<Response> responses = List.of(badSend(id, ""), badSend(id, "\0"), badSend(id, "x".repeat(2001)));
        // Then
        assertThat(responses)
                .allSatisfy(response -> response.then().statusCode(400).body("violations.field", contains("/text")));
    }

    private Response badSend(String id, String text) {
        return shop.badRequest()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("text", text))
                .post("/disputes/{id}/messages", id);
    }

    @Test
    void buyerWithFiftyMessages_isRefusedAndBlocksNoOtherParty() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Database.execute("""
                WITH said AS (
                    INSERT INTO dispute_messages (dispute, sequence, party, author, text, at)
                    SELECT id, sequence, 'BUYER', buyer, 'Again.', now()
                    FROM disputes, generate_series(messages + 1, 50) AS sequence WHERE id = '%1$s')
                UPDATE disputes SET messages = 50 WHERE id = '%1$s'
                """.formatted(id));
        // When
        Response response = Parties.send(shop, id, "One more.");
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations.field", contains("/text"));
        Parties.send(support, id, "We have read it.").then().statusCode(201);
    }

    @Test
    void afterTheEnd_nothingCanBeSaid() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
        // When
        Response response = Parties.send(shop, id, "But!");
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/dispute-not-open"))
                .body("retry", equalTo("never"))
                .body("state", equalTo("RESOLVED"))
                .body("next", empty())
                .body("dispute", equalTo("/disputes/" + id));
    }

    // --- withdrawal ---

    @Test
    void withdrawn_isClosedAndARepeatReturnsIt() {
        // Given
        String number = shop.newOrder(4200);
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.withdraw(shop, id);
        Response again = Parties.withdraw(shop, id);
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", nullValue())
                .body("state", equalTo("WITHDRAWN"))
                .body("endedAt", notNullValue())
                .body("next", empty());
        again.then().statusCode(200).header("Idempotent-Replayed", "true").body("state", equalTo("WITHDRAWN"));
        Parties.resolve(support, id, "CANCEL")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/dispute-not-open"));
        assertThat(Database.state(number)).isEqualTo("CREATED");
    }

    @Test
    void decided_cannotBeWithdrawn() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
        // When
        Response response = Parties.withdraw(shop, id);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/dispute-not-open"))
                .body("resolution", equalTo("REJECT"));
    }

    // --- resolution ---

    @Test
    void confirmedDuplicate_isRefundedOnceAndTheBuyerSeesOfWhichOrder() {
        // Given
        String earlier = paid(4200);
        String number = paid(4300);
        String id = Parties.duplicate(shop, number, earlier).path("id");
        // When
        Response response = Parties.resolve(support, id, "REFUND", "It is the same.");
        Response again = Parties.resolve(support, id, "REFUND", "It really is.");
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", nullValue())
                .body("state", equalTo("RESOLVED"))
                .body("resolution", equalTo("REFUND"))
                .body("reason", equalTo("It is the same."))
                .body("resolvedBy", equalTo(support.subject()))
                .body("endedAt", notNullValue());
        again.then().statusCode(200).header("Idempotent-Replayed", "true").body("reason", equalTo("It is the same."));
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
        assertThat(Database.paymentStates(earlier)).containsExactly("CAPTURED");
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo("the shop"))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.duplicateOf", equalTo(earlier));
        support.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo(support.subject()))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.reason", equalTo("It is the same."));
    }

    @Test
    void unpaid_isCancelled() {
        // Given
        String number = shop.newOrder(4200);
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.resolve(support, id, "CANCEL");
        // Then
        response.then().statusCode(200).body("state", equalTo("RESOLVED"));
        shop.find(number).then().body("state", equalTo("CANCELLED"));
    }

    @Test
    void cancelledMeanwhileByItsBuyer_isResolvedAllTheSame() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        shop.cancel(number).then().statusCode(200).body("state", equalTo("REFUNDED"));
        // When
        Response response = Parties.resolve(support, id, "REFUND");
        // Then
        response.then().statusCode(200).body("state", equalTo("RESOLVED"));
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
    }

    @Test
    void providerUnavailable_isCancelledAndALateCaptureRefunded() {
        // Given
        String number = shop.newOrder(4905);
        shop.pay(number).then().statusCode(202);
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.resolve(support, id, "CANCEL");
        // Then
        response.then().statusCode(200).body("state", equalTo("RESOLVED"));
        shop.find(number).then().body("state", equalTo("CANCELLED"));
        await().atMost(BOUND).until(() -> Database.paymentStates(number).equals(List.of("REFUNDED")));
    }

    @Test
    void refundWithoutAnswer_isResolvedAndRefundedInTheEnd() {
        // Given
        String number = paid(4907);
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.resolve(support, id, "REFUND");
        // Then
        response.then().statusCode(200).body("state", equalTo("RESOLVED"));
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("state", equalTo("REFUNDED")));
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
    }

    @Test
    void rejected_theOrderStaysAsItIs() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.resolve(support, id, "REJECT", "It was you.");
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("RESOLVED"))
                .body("resolution", equalTo("REJECT"))
                .body("reason", equalTo("It was you."));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "RELEASED");
    }

    /** A member of support may also be a buyer; they do not resolve their own disputes. */
    @ParameterizedTest
    @ValueSource(strings = {"REFUND", "CANCEL", "REJECT"})
    void ownDispute_isDecidedByAColleague(String resolution) {
        // Given
        Shop both = Shop.as("both-" + UUID.randomUUID(), "buyer", "support");
        String number = both.newOrder(4200);
        both.pay(number).then().statusCode(201);
        String id = Parties.opened(both, number);
        // When
        Response response = Parties.resolve(both, id, resolution);
        // Then
        response.then()
                .statusCode(403)
                .body("type", equalTo("/problems/own-case"))
                .body("retry", equalTo("never"));
        Parties.find(support, id).then().body("state", equalTo("OPEN"));
        Parties.resolve(support, id, "REFUND").then().statusCode(200);
    }

    @Test
    void otherDecisionBefore_isReturned() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
        // When
        Response response = Parties.resolve(support, id, "REFUND");
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/dispute-decided"))
                .body("retry", equalTo("never"))
                .body("state", equalTo("RESOLVED"))
                .body("resolution", equalTo("REJECT"))
                .body("dispute", equalTo("/disputes/" + id));
        shop.find(number).then().body("state", equalTo("PAID"));
    }

    private String shipped() {
        String number = paid(4200);
        merchant.ship(number).then().statusCode(200);
        return number;
    }

    @Test
    void shipped_cannotBeCancelled() {
        // Given
        String number = shipped();
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.resolve(support, id, "CANCEL");
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/move-not-open"))
                .body("number", equalTo(number))
                .body("state", equalTo("SHIPPED"));
        Parties.find(support, id)
                .then()
                .body("state", equalTo("OPEN"))
                .body("resolution", nullValue())
                .body("messages", empty());
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
    }

    @Test
    void shipped_isRefundedInFull() {
        // Given
        String earlier = paid(4200);
        String number = shipped();
        String id = Parties.duplicate(shop, number, earlier).path("id");
        // When
        Response response = Parties.resolve(support, id, "REFUND", "Two parcels came.");
        Response again = Parties.resolve(support, id, "REFUND", "Two parcels came.");
        // Then
        response.then().statusCode(200).body("state", equalTo("RESOLVED")).body("resolution", equalTo("REFUND"));
        again.then().statusCode(200).header("Idempotent-Replayed", "true");
        shop.find(number).then().body("state", equalTo("REFUNDED")).body("refunded", equalTo(4200));
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "REFUND_BEGUN", "REFUNDED");
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[4].detail.duplicateOf", equalTo(earlier))
                .body("events[4].detail.amount", equalTo("4200"));
    }

    @Test
    void shipped_isRefundedInPartAndKeepsItsState() {
        // Given
        String number = shipped();
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.refund(support, id, 1500);
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("RESOLVED"))
                .body("resolution", equalTo("REFUND"))
                .body("amount", equalTo(1500));
        shop.find(number).then().body("state", equalTo("SHIPPED")).body("refunded", equalTo(1500));
        Parties.refund(support, id, 1500).then().statusCode(200).header("Idempotent-Replayed", "true");
        Parties.refund(support, id, 1600).then().statusCode(409).body("type", equalTo("/problems/dispute-decided"));
        assertThat(shop.history(number)).endsWith("SHIPPED", "PARTIAL_REFUND_BEGUN", "PARTIALLY_REFUNDED");
    }

    @Test
    void paid_isRefundedInPartAndShipped() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        // When
        Parties.refund(support, id, 1500).then().statusCode(200);
        // Then
        merchant.ship(number).then().statusCode(200).body("refunded", equalTo(1500));
    }

    @Test
    void refundWithoutAnswerAfterTheShipment_isResolvedAndRefundedInTheEnd() {
        // Given
        String number = shipped();
        String id = Parties.opened(shop, number);
        // When
        Parties.refund(support, id, 1907).then().statusCode(200).body("state", equalTo("RESOLVED"));
        // Then
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("refunded", equalTo(1907)));
    }

    @Test
    void moreThanIsLeft_isRefused() {
        // Given
        String number = shipped();
        String id = Parties.opened(shop, number);
        support.refund(number, 1500).then().statusCode(201);
        // When
        Response response = Parties.refund(support, id, 2701);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/refund-too-large"))
                .body("refundable", equalTo(2700));
        Parties.find(support, id).then().body("state", equalTo("OPEN"));
        Parties.resolve(support, id, "REFUND").then().statusCode(200);
        shop.find(number).then().body("state", equalTo("REFUNDED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANCEL", "REJECT"})
    void amountWithoutRefund_isRefused(String resolution) {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // When
        Response response = badResolve(id, Map.of("resolution", resolution, "reason", "none", "amount", 1));
        // Then
        response.then().statusCode(400).body("violations.field", contains("/amount"));
        Parties.find(shop, id).then().body("state", equalTo("OPEN"));
    }

    @RepeatedTest(10)
    void twoOfSupportAtOnceAfterTheShipment_refundOnce() {
        // Given
        String number = shipped();
        String id = Parties.opened(shop, number);
        Shop colleague = Shop.as("sue-of-support", "support");
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> Parties.refund(support, id, 1500),
                () -> Parties.refund(colleague, id, 1500),
                () -> Parties.refund(support, id, 1500),
                () -> Parties.refund(colleague, id, 1500)));
        // Then
        assertThat(answers).extracting(Response::statusCode).containsOnly(200);
        shop.find(number).then().body("state", equalTo("SHIPPED")).body("refunded", equalTo(1500));
        Parties.find(support, id).then().body("state", equalTo("RESOLVED"));
    }

    @Test
    void refundOfWhatIsNotPaidAndCancelOfWhatIs_areNotOpen() {
        // Given
        String unpaid = Parties.opened(shop, shop.newOrder(4200));
        String paid = Parties.opened(shop, paid(4200));
        // Then
        Parties.resolve(support, unpaid, "REFUND").then().statusCode(409).body("state", equalTo("CREATED"));
        Parties.resolve(support, paid, "CANCEL").then().statusCode(409).body("state", equalTo("PAID"));
        Parties.find(support, unpaid).then().body("state", equalTo("OPEN"));
        Parties.find(support, paid).then().body("state", equalTo("OPEN"));
    }

    @RepeatedTest(10)
    void twoOfSupportAtOnce_refundOnce() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        Shop colleague = Shop.as("sue-of-support", "support");
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> Parties.resolve(support, id, "REFUND"),
                () -> Parties.resolve(colleague, id, "REFUND"),
                () -> Parties.resolve(support, id, "REFUND"),
                () -> Parties.resolve(colleague, id, "REFUND")));
        // Then
        assertThat(answers).extracting(Response::statusCode).containsOnly(200);
        assertThat(answers)
                .filteredOn(answer -> answer.header("Idempotent-Replayed") == null)
                .hasSize(1);
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
        Parties.find(support, id).then().body("state", equalTo("RESOLVED"));
    }

    @RepeatedTest(10)
    void refundedAndRejectedAtOnce_oneIsDecidedAndTheOrderAgrees() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> Parties.resolve(support, id, "REFUND"), () -> Parties.resolve(support, id, "REJECT")));
        // Then
        assertThat(answers).extracting(Response::statusCode).containsExactlyInAnyOrder(200, 409);
        Map<String, String> orders = Map.of("REFUND", "REFUNDED", "REJECT", "PAID");
        String decided = Parties.find(support, id).path("resolution");
        shop.find(number).then().body("state", equalTo(orders.get(decided)));
    }

    @RepeatedTest(10)
    void refundedAndWithdrawnAtOnce_oneIsDoneAndTheOrderAgrees() {
        // Given
        String number = paid(4200);
        String id = Parties.opened(shop, number);
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> Parties.resolve(support, id, "REFUND"), () -> Parties.withdraw(shop, id)));
        // Then
        assertThat(answers).extracting(Response::statusCode).containsExactlyInAnyOrder(200, 409);
        Map<String, String> orders = Map.of("RESOLVED", "REFUNDED", "WITHDRAWN", "PAID");
        String state = Parties.find(support, id).path("state");
        shop.find(number).then().body("state", equalTo(orders.get(state)));
    }

    @Test
    void whatIsNoResolution_isRefusedAllAtOnce() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // When
        List<Response> responses = List.of(
                badResolve(id, Map.of()),
                badResolve(id, Map.of("resolution", "FORGIVE", "reason", " ")),
                badResolve(id, Map.of("resolution", "refund", "reason", "x".repeat(501))));
        // Then
        assertThat(responses)
                .allSatisfy(response -> response.then()
                        .statusCode(400)
                        .body("violations.field", containsInAnyOrder("/resolution", "/reason")));
        Parties.find(shop, id).then().body("state", equalTo("OPEN"));
    }

    private Response badResolve(String id, Map<String, Object> body) {
        return support.badRequest().contentType(ContentType.JSON).body(body).post("/disputes/{id}/resolution", id);
    }

    @Test
    void onlyItsRoles_mayDecideAndWithdraw() {
        // Given
        String id = Parties.opened(shop, shop.newOrder(4200));
        // Then
        Parties.resolve(shop, id, "CANCEL").then().statusCode(403);
        Parties.resolve(merchant, id, "CANCEL").then().statusCode(403);
        Parties.withdraw(support, id).then().statusCode(403);
        Shop.as("a-program", "service").request().get("/disputes").then().statusCode(403);
        Shop.anonymous().get("/disputes").then().statusCode(401);
        Parties.find(shop, id).then().body("state", equalTo("OPEN"));
    }
}
