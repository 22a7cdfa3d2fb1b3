package dev.orderonce.journeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Buyers who order the same twice, by mistake or intentionally, and support who handles it afterwards. */
@QuarkusTest
@TestProfile(SecondOrderTest.AsInAShop.class)
class SecondOrderTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Map<String, Object> BASKET = Baskets.tea(2);

    /** The scan runs on its interval, as in production. */
    public static final class AsInAShop implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("jobs.interval.scan-orders", "200ms", "jobs.interval.resume-confirmations", "200ms");
        }
    }

    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("sam-of-support", "support");
    private final Shop merchant = Shop.as("merchant", "merchant");

    private String inATab() {
        return shop.issue("tab-" + UUID.randomUUID())
                .then()
                .statusCode(200)
                .extract()
                .path("number");
    }

    private Response suspicions(String state) {
        return support.request()
                .queryParam("buyer", shop.subject())
                .queryParam("state", state)
                .get("/suspected-duplicates");
    }

    private Response decide(String id, String how, Map<String, Object> decision) {
        return support.request()
                .contentType(ContentType.JSON)
                .body(decision)
                .post("/suspected-duplicates/{id}/{how}", id, how);
    }

    private static String id(Response page, int index) {
        return String.valueOf(page.<Object>path("suspicions[%d].id".formatted(index)));
    }

    /** An order without a required confirmation, because Redis had lost the one before. */
    private String orderedUnasked(Map<String, Object> basket) {
        RedisCommands.flush();
        return shop.newOrder(basket);
    }

    @Test
    void impatientBuyer_findsTheFirstOrderAndDoesNotOrderAgain() {
        // The checkout is open in two tabs, each with a number of its own, and both are submitted.
        String left = inATab();
        String right = inATab();
        List<Response> answers = Racers.race(
                List.<Callable<Response>>of(() -> shop.place(left, BASKET), () -> shop.place(right, BASKET)));
        // One has ordered, the other requires a confirmation.
        assertThat(answers.stream().map(Response::statusCode).sorted().toList()).containsExactly(201, 409);
        Response asked = answers.getFirst().statusCode() == 409 ? answers.getFirst() : answers.getLast();
        String earlier = asked.path("earlier");
        String unused = earlier.equals(left) ? right : left;
        // The buyer follows the link: it is their order, and it is what they wanted.
        shop.request()
                .get(asked.<String>path("order"))
                .then()
                .statusCode(200)
                .body("number", equalTo(earlier))
                .body("total", equalTo(4200));
        // They void the other number, and pay the one order there is.
        shop.voidNumber(unused).then().statusCode(200).body("state", equalTo("VOIDED"));
        shop.pay(earlier).then().statusCode(201).body("order.state", equalTo("PAID"));
        // If the other tab tries again, its number is refused as voided.
        shop.place(unused, BASKET).then().statusCode(410).body("retry", equalTo("new-number"));
        assertThat(Database.ordersOf(shop.subject())).isOne();
        // And support has no suspected duplicate to handle.
        suspicions("OPEN").then().statusCode(200).body("suspicions", hasSize(0));
    }

    @Test
    void buyerWhoMeansASecondOne_saysSoAndGetsIt() {
        // One for at home.
        String first = shop.newOrder(BASKET);
        shop.pay(first).then().statusCode(201);
        // One for the office: the service requires a confirmation, and the page asks the buyer.
        String second = inATab();
        Response question = shop.place(second, BASKET);
        question.then().statusCode(409).body("earlier", equalTo(first)).body("state", equalTo("PAID"));
        // "Yes, a second one": the same number, with the acknowledgement.
        shop.place(second, Baskets.besides(BASKET, question.<String>path("earlier")))
                .then()
                .statusCode(201)
                .body("acknowledgements[0].earlier", equalTo(first));
        // The reply was lost: the page repeats it, and it is a repeat.
        shop.place(second, Baskets.besides(BASKET, first)).then().statusCode(200);
        shop.pay(second).then().statusCode(201);
        // Both are shipped; the scan has compared them and suspects nothing.
        String suspicious = orderedUnasked(Baskets.tea("tea-9", 3));
        String again = orderedUnasked(Baskets.tea("tea-9", 3));
        await().atMost(BOUND).untilAsserted(() -> suspicions("OPEN").then().body("suspicions", hasSize(1)));
        suspicions("OPEN")
                .then()
                .body("suspicions[0].earlier.number", equalTo(suspicious))
                .body("suspicions[0].later.number", equalTo(again));
        merchant.ship(first).then().statusCode(200);
        merchant.ship(second).then().statusCode(200);
    }

    @Test
    void supportsDay_oneIsMeantAndOneIsRefunded() {
        // Overnight a buyer has ordered two things twice, and paid for all of it.
        String tea = orderedUnasked(BASKET);
        String teaAgain = orderedUnasked(BASKET);
        String lamp = orderedUnasked(Baskets.worth("lamp", 9900));
        String lampAgain = orderedUnasked(Baskets.worth("lamp", 9900));
        List.of(tea, teaAgain, lamp, lampAgain)
                .forEach(number -> shop.pay(number).then().statusCode(201));
        // Support lists the suspected duplicates, the newest first.
        await().atMost(BOUND).untilAsserted(() -> suspicions("OPEN").then().body("suspicions", hasSize(2)));
        Response page = suspicions("OPEN");
        page.then()
                .body("suspicions.find { it.earlier.number == '%s' }.later.number".formatted(tea), equalTo(teaAgain))
                .body("suspicions.find { it.earlier.number == '%s' }.later.number".formatted(lamp), equalTo(lampAgain));
        // Nothing of it is shipped before support has decided.
        merchant.ship(lampAgain).then().statusCode(409).body("type", equalTo("/problems/order-on-hold"));
        boolean lampFirst = page.<String>path("suspicions[0].earlier.number").equals(lamp);
        String ofTheLamp = id(page, lampFirst ? 0 : 1);
        String ofTheTea = id(page, lampFirst ? 1 : 0);
        // On the phone: the tea is for the neighbour, the lamp was a slip.
        decide(ofTheTea, "dismissal", Map.of("reason", "one for the neighbour"))
                .then()
                .statusCode(200)
                .body("state", equalTo("DISMISSED"));
        decide(ofTheLamp, "confirmation", Map.of("cancel", lampAgain, "reason", "was confused"))
                .then()
                .statusCode(200)
                .body("state", equalTo("CONFIRMED"))
                .body("decision.ended", equalTo("CANCELLED"));
        // The buyer sees the refund, which order it repeats, and not what support wrote down.
        shop.find(lampAgain).then().body("state", equalTo("REFUNDED"));
        shop.request()
                .get("/orders/{number}/events", lampAgain)
                .then()
                .statusCode(200)
                .body("events.kind", hasItems("HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED"))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo("the shop"))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.duplicateOf", equalTo(lamp))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail", not(hasKey("reason")));
        assertThat(Database.paymentStates(lampAgain)).containsExactly("REFUNDED");
        // The three others are shipped, and support's list is empty.
        List.of(tea, teaAgain, lamp)
                .forEach(number -> merchant.ship(number).then().statusCode(200));
        suspicions("OPEN").then().body("suspicions", hasSize(0));
        suspicions("DISMISSED").then().body("suspicions", hasSize(1));
        suspicions("CONFIRMED").then().body("suspicions", hasSize(1));
    }

    @Test
    void buyerWhoNoticesFirst_cancelsAndSupportHasNothingToDo() {
        // Two orders of the same content, without a required confirmation.
        String first = orderedUnasked(BASKET);
        String second = orderedUnasked(BASKET);
        await().atMost(BOUND).untilAsserted(() -> suspicions("OPEN").then().body("suspicions", hasSize(1)));
        // The buyer reads two confirmations and cancels one of them.
        shop.cancel(second).then().statusCode(200);
        // The pair leaves support's list by itself.
        await().atMost(BOUND).untilAsserted(() -> suspicions("OVER").then().body("suspicions", hasSize(1)));
        suspicions("OPEN").then().body("suspicions", hasSize(0));
        shop.find(first).then().body("state", equalTo("CREATED"));
    }
}
