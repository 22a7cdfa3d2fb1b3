package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import dev.orderonce.webhooks.Receiver.Received;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events reach a real receiver: signed, at least once, each order's in their sequence. */
@QuarkusTest
class DeliverWebhooksTest extends WebhooksFixture {
    private static final Duration BOUND = Duration.ofSeconds(20);

    /** Longer than any delay between two attempts. */
    private static final Duration LATER = Duration.ofMinutes(90);

    private final Receiver receiver = Receiver.start();

    @AfterEach
    void close() {
        receiver.close();
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    private static void deliver() {
        RunJob.named("deliver-webhooks");
    }

    private void deliverLater() {
        clock.putForward(LATER);
        deliver();
    }

    /** Delivers until the receiver has the events of an order. */
    private void awaitKinds(String number, String... kinds) {
        await().atMost(BOUND).untilAsserted(() -> {
            deliver();
            assertThat(receiver.kinds(number)).containsExactly(kinds);
        });
    }

    @Test
    void whatHappensToAnOrder_arrivesInSequenceSignedAndWithTheOrder() {
        // Given
        Created endpoint = created(receiver.url("/hooks?shop=1"));
        // When
        String number = shipped();
        awaitKinds(number, "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        // Then
        assertThat(receiver.ofOrder(number)).allSatisfy(delivery -> {
            assertThat(delivery.path()).isEqualTo("/hooks?shop=1");
            assertThat(delivery.signaturesOf(endpoint.secret())).isOne();
            assertThat(delivery.headers().getFirst("Content-Type"))
                    .isEqualTo("application/cloudevents+json; charset=UTF-8");
            assertThat(delivery.id()).isEqualTo(number + '-' + delivery.sequence());
            assertThat(Math.abs(Long.parseLong(delivery.headers().getFirst("webhook-timestamp"))
                            - Instant.now().getEpochSecond()))
                    .isLessThan(60);
            JsonObject event = delivery.event();
            assertThat(event.getString("specversion")).isEqualTo("1.0");
            assertThat(event.getString("id")).isEqualTo(delivery.id());
            assertThat(event.getString("source")).isEqualTo("/orders");
            assertThat(event.getString("datacontenttype")).isEqualTo("application/json");
            assertThat(event.getInstant("time"))
                    .isEqualTo(
                            event.getJsonObject("data").getJsonObject("event").getInstant("at"));
            assertThat(event.getJsonObject("data").getString("buyer")).isEqualTo(shop.subject());
            JsonObject order = event.getJsonObject("data").getJsonObject("order");
            assertThat(order.getString("number")).isEqualTo(number);
            assertThat(order.getLong("total")).isEqualTo(4200);
            // As it was sent: after everything had happened.
            assertThat(order.getString("state")).isEqualTo("SHIPPED");
            assertThat(event.getJsonObject("data").getInteger("version")).isEqualTo(4);
        });
        assertThat(receiver.ofOrder(number))
                .extracting(delivery -> delivery.event().getString("type"))
                .containsExactly(
                        "dev.orderonce.order.placed",
                        "dev.orderonce.order.payment-begun",
                        "dev.orderonce.order.paid",
                        "dev.orderonce.order.shipped");
        assertThat(receiver.ofOrder(number)
                        .getLast()
                        .event()
                        .getJsonObject("data")
                        .getJsonObject("event")
                        .getJsonObject("detail")
                        .getString("by"))
                .isEqualTo(merchant.subject());
        deliveries(endpoint.id())
                .then()
                .statusCode(200)
                .body("deliveries.kind", contains("SHIPPED", "PAID", "PAYMENT_BEGUN", "PLACED"))
                .body("deliveries[0].event", equalTo(number + "-4"))
                .body("deliveries[0].result", equalTo("DELIVERED"))
                .body("deliveries[0].status", equalTo(204))
                .body("deliveries[0].attempt", equalTo(1));
        find(endpoint.id()).then().body("behind", equalTo(0));
    }

    @Test
    void otherKindsAndEarlierEvents_areNotSent() {
        // Given
        String earlier = shop.newOrder(4200);
        created(receiver.url("/"), "PAID", "SHIPPED");
        // When
        String number = shipped();
        // Then
        awaitKinds(number, "PAID", "SHIPPED");
        assertThat(receiver.kinds(earlier)).isEmpty();
    }

    /** Its id was assigned before the endpoint was created, and the ids of visible events are above it. */
    @Test
    void eventThatIsCommittedAfterTheCreation_isSent() throws SQLException {
        // Given
        String late = shop.newOrder(4200);
        String symbols = late.replace("-", "");
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(
                    "UPDATE orders SET state = 'CANCELLED', sequence = 2 WHERE number = '%s'".formatted(symbols));
            statement.executeUpdate(
                    "INSERT INTO order_events (number, buyer, sequence, kind, at) VALUES ('%s', '%s', 2, 'CANCELLED', now())"
                            .formatted(symbols, shop.subject()));
            shop.newOrder(4300);
            created(receiver.url("/"));
            String next = shop.newOrder(4400);
            awaitKinds(next, "PLACED");
            assertThat(receiver.kinds(late)).isEmpty();
            // When
            connection.commit();
        }
        // Then
        awaitKinds(late, "CANCELLED");
    }

    @Test
    void textBeyondAscii_isSignedAndSentAsUtf8() {
        // Given
        Created endpoint = created(receiver.url("/"), "PLACED");
        Map<String, Object> basket = new HashMap<>(Baskets.worth(4200));
        basket.put("contact", "Jürgen 茶 🍵");
        // When
        String number = shop.newOrder(basket);
        awaitKinds(number, "PLACED");
        // Then
        Received delivery = receiver.ofOrder(number).getFirst();
        assertThat(delivery.event().getJsonObject("data").getJsonObject("order").getString("contact"))
                .isEqualTo("Jürgen 茶 🍵");
        assertThat(delivery.signaturesOf(endpoint.secret())).isOne();
    }

    @Test
    void manyOrders_areSentAtOnceAndEachInItsSequence() {
        // Given
        created(receiver.url("/"));
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            numbers.add(shipped());
        }
        CountDownLatch several = new CountDownLatch(3);
        receiver.answers(delivery -> {
            several.countDown();
            awaitLatch(several);
            return 200;
        });
        // When
        await().atMost(BOUND).until(() -> {
            deliver();
            return numbers.stream().allMatch(number -> receiver.ofOrder(number).size() == 4);
        });
        // Then
        assertThat(numbers)
                .allSatisfy(number -> assertThat(receiver.kinds(number))
                        .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED"));
        assertThat(receiver.mostAtOnce()).isBetween(3, DeliverBatch.MOST_AT_ONCE);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void receiverFails_getsTheSameEventAgainAfterTheBackOffOnly() {
        // Given
        Created endpoint = created(receiver.url("/"));
        receiver.answers(500);
        String number = shipped();
        await().atMost(BOUND).until(() -> {
            deliver();
            return !receiver.received().isEmpty();
        });
        find(endpoint.id())
                .then()
                .body("state", equalTo("ENABLED"))
                .body("failures", equalTo(1))
                .body("failingSince", notNullValue())
                .body("nextAttemptAt", notNullValue());
        // When
        deliver();
        // Then
        assertThat(receiver.kinds(number)).containsExactly("PLACED");
        // When
        deliverLater();
        receiver.answers(200);
        deliverLater();
        // Then
        assertThat(receiver.kinds(number))
                .containsExactly("PLACED", "PLACED", "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        assertThat(receiver.ofOrder(number).stream().limit(3).map(Received::id)).containsOnly(number + "-1");
        assertThat(receiver.ofOrder(number).stream()
                        .limit(3)
                        .map(delivery -> delivery.headers().getFirst("webhook-timestamp")))
                .doesNotHaveDuplicates();
        deliveries(endpoint.id())
                .then()
                .body("deliveries.attempt", contains(3, 3, 3, 3, 2, 1))
                .body("deliveries[5].result", equalTo("REFUSED"))
                .body("deliveries[5].status", equalTo(500))
                .body("deliveries[5].nextAttemptAt", notNullValue())
                .body("deliveries[0]", not(hasKey("nextAttemptAt")));
        find(endpoint.id()).then().body("$", not(hasKey("failingSince"))).body("behind", equalTo(0));
    }

    @Test
    void partOfABatchFails_theRestIsNotSentAgain() {
        // Given
        Created endpoint = created(receiver.url("/"));
        List<String> good = List.of(shop.newOrder(4200), shop.newOrder(4300));
        String bad = shop.newOrder(4400);
        Set<String> answered = ConcurrentHashMap.newKeySet();
        CountDownLatch goodAreDone = new CountDownLatch(2);
        receiver.answers(delivery -> {
            if (delivery.number().equals(bad)) {
                awaitLatch(goodAreDone);
                return answered.add(bad) ? 503 : 200;
            }
            goodAreDone.countDown();
            return 200;
        });
        await().atMost(BOUND).until(() -> {
            deliver();
            return receiver.ofOrder(bad).size() == 1;
        });
        // When
        deliverLater();
        // Then
        assertThat(receiver.kinds(bad)).hasSize(2);
        assertThat(good).allSatisfy(number -> assertThat(receiver.kinds(number)).hasSize(1));
        find(endpoint.id()).then().body("behind", equalTo(0));
    }

    @Test
    void retryAfter_isWaitedFor() {
        // Given
        Created endpoint = created(receiver.url("/"));
        receiver.answers(429);
        receiver.addsHeader("Retry-After", "1200");
        String number = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> {
            deliver();
            return receiver.ofOrder(number).size() == 1;
        });
        // When
        Instant next = Instant.parse(find(endpoint.id()).path("nextAttemptAt"));
        clock.putForward(Duration.ofMinutes(10));
        deliver();
        // Then
        assertThat(next)
                .isBetween(Instant.now().plusSeconds(1100), Instant.now().plusSeconds(1201));
        assertThat(receiver.ofOrder(number)).hasSize(1);
        clock.putForward(Duration.ofMinutes(11));
        deliver();
        assertThat(receiver.ofOrder(number)).hasSize(2);
    }

    @Test
    void redirect_isAFailureAndNotFollowed() {
        // Given
        try (Receiver elsewhere = Receiver.start()) {
            Created endpoint = created(receiver.url("/"));
            receiver.answers(307);
            receiver.addsHeader("Location", elsewhere.url("/"));
            // When
            String number = shop.newOrder(4200);
            await().atMost(BOUND).until(() -> {
                deliver();
                return receiver.ofOrder(number).size() == 1;
            });
            // Then
            find(endpoint.id()).then().body("failures", equalTo(1));
            assertThat(elsewhere.received()).isEmpty();
        }
    }

    @Test
    void answerWithALargeBody_isItsStatus() {
        // Given
        created(receiver.url("/"));
        receiver.answers(200);
        receiver.addsBody(1_000_000);
        // When
        String number = shipped();
        // Then
        awaitKinds(number, "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
    }

    @Test
    void gone_disablesAtOnce() {
        // Given
        Created endpoint = created(receiver.url("/"));
        receiver.answers(410);
        shipped();
        // When
        await().atMost(BOUND).until(() -> {
            deliver();
            return !receiver.received().isEmpty();
        });
        // Then
        find(endpoint.id())
                .then()
                .body("state", equalTo("DISABLED"))
                .body("disabledReason", equalTo("GONE"))
                .body("disabledAt", notNullValue());
        deliverLater();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void failsForADay_isDisabledAndCountedAndContinuesWhenItIsEnabled() {
        // Given
        Created endpoint = created(receiver.url("/"));
        receiver.answers(500);
        String number = shipped();
        await().atMost(BOUND).until(() -> {
            deliver();
            return !receiver.received().isEmpty();
        });
        clock.putForward(Duration.ofHours(23));
        deliver();
        find(endpoint.id()).then().body("state", equalTo("ENABLED"));
        RunJob.named("count-failing-webhooks");
        assertThat(Operator.metric("orderonce_webhooks_failing ")).isOne();
        // When
        clock.putForward(Duration.ofHours(2));
        deliver();
        // Then
        find(endpoint.id())
                .then()
                .body("state", equalTo("DISABLED"))
                .body("disabledReason", equalTo("FAILING"))
                .body("failures", equalTo(3));
        RunJob.named("count-disabled-webhooks");
        assertThat(Operator.metric("orderonce_webhooks_disabled ")).isOne();
        // No event is kept for it.
        assertThat(Database.value("SELECT count(*) FROM outbox WHERE paused")).isEqualTo("1");
        deliverLater();
        assertThat(receiver.received()).hasSize(3);
        // When
        receiver.answers(200);
        post(endpoint.id(), "enable")
                .then()
                .statusCode(200)
                .body("state", equalTo("ENABLED"))
                .body("$", not(hasKey("failures")));
        // Then
        awaitKinds(number, "PLACED", "PLACED", "PLACED", "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        assertThat(Database.value("SELECT count(*) FROM outbox WHERE paused")).isEqualTo("0");
    }

    /** The state that a crash leaves after a delivery: the receiver has the event, and nothing was recorded. */
    @Test
    void progressIsNotRecorded_sameEventsAreSentAgainInSequence() {
        // Given
        created(receiver.url("/"));
        String number = shipped();
        receiver.answers(delivery -> {
            if (delivery.number().equals(number) && delivery.sequence() == 4) {
                Stores.toPostgreSql().refuse();
            }
            return 200;
        });
        await().atMost(BOUND).ignoreExceptions().until(() -> {
            if (receiver.ofOrder(number).size() < 4) {
                deliver();
            }
            return receiver.ofOrder(number).size() == 4;
        });
        receiver.answers(200);
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
        // When
        await().atMost(BOUND).ignoreExceptions().until(() -> {
            deliver();
            return receiver.ofOrder(number).size() == 8;
        });
        // Then
        assertThat(receiver.kinds(number))
                .containsExactly(
                        "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
    }

    @Test
    void anotherReplicaDelivers_nothingIsSentUntilItsLeaseIsOver() {
        // Given
        Created endpoint = created(receiver.url("/"));
        Consumers.giveToAnother("webhook:" + endpoint.id());
        String number = shop.newOrder(4200);
        // When
        deliver();
        // Then
        assertThat(receiver.received()).isEmpty();
        Consumers.expire("webhook:%");
        awaitKinds(number, "PLACED");
    }

    /** A receiver may take longer than the lease lasts: the lease is renewed while it does. */
    @Test
    void slowReceiver_keepsTheLeaseAndDelaysNoOtherEndpoint() {
        // Given
        CountDownLatch released = new CountDownLatch(1);
        Created slow = created(receiver.url("/slow"));
        receiver.answers(_ -> {
            awaitLatch(released);
            return 200;
        });
        try (Receiver fast = Receiver.start()) {
            created(fast.url("/"));
            String number = shop.newOrder(4200);
            // When
            await().atMost(BOUND).until(() -> {
                deliver();
                return fast.ofOrder(number).size() == 1;
            });
            // Then: beyond the five seconds of a lease
            await().pollDelay(Duration.ofSeconds(6))
                    .atMost(BOUND)
                    .until(() -> Database.value(
                                    "SELECT bool_and(held_until > now()) FROM outbox_partitions WHERE name = 'webhook:%s'"
                                            .formatted(slow.id()))
                            .equals("t"));
            assertThat(receiver.received()).isEmpty();
            released.countDown();
            awaitKinds(number, "PLACED");
        }
    }

    /** It would hold up all later events, and have those of other orders sent again and again. */
    @Test
    void eventThatCannotBeRead_isLeftOutAndTheOthersAreSentOnce() {
        // Given
        Created endpoint = created(receiver.url("/"));
        String unreadable = shipped();
        Database.execute("UPDATE order_events SET detail = '[]' WHERE number = '%s' AND sequence = 3"
                .formatted(unreadable.replace("-", "")));
        String other = shop.newOrder(4300);
        // When
        awaitKinds(unreadable, "PLACED", "PAYMENT_BEGUN", "SHIPPED");
        awaitKinds(other, "PLACED");
        deliver();
        // Then
        assertThat(receiver.kinds(other)).containsExactly("PLACED");
        find(endpoint.id()).then().body("behind", equalTo(0)).body("$", not(hasKey("failures")));
        Database.execute("UPDATE order_events SET detail = '{}' WHERE number = '%s' AND sequence = 3"
                .formatted(unreadable.replace("-", "")));
    }

    @Test
    void redelivery_sendsEverythingFromAnEventOrATimeOnAgain() {
        // Given: a log whose times are in order
        Database.execute("DELETE FROM order_events");
        Created endpoint = created(receiver.url("/"));
        String first = shop.newOrder(4200);
        String second = shipped();
        awaitKinds(first, "PLACED");
        awaitKinds(second, "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        // When
        redeliver(endpoint.id(), Map.of("event", second + "-3")).then().statusCode(202);
        // Then
        awaitKinds(second, "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "PAID", "SHIPPED");
        // of other orders at least what happened later
        awaitEnd(endpoint);
        assertThat(receiver.kinds(first)).containsOnly("PLACED");
        int before = receiver.kinds(first).size();
        // When
        String placedAt = shop.find(first).path("placedAt");
        redeliver(endpoint.id(), Map.of("time", placedAt)).then().statusCode(202);
        // Then
        await().atMost(BOUND).until(() -> {
            deliver();
            return receiver.kinds(first).size() == before + 1;
        });
        awaitKinds(
                second,
                "PLACED",
                "PAYMENT_BEGUN",
                "PAID",
                "SHIPPED",
                "PAID",
                "SHIPPED",
                "PLACED",
                "PAYMENT_BEGUN",
                "PAID",
                "SHIPPED");
        awaitEnd(endpoint);
    }

    private void awaitEnd(Created endpoint) {
        await().atMost(BOUND).until(() -> {
            deliver();
            return find(endpoint.id()).<Integer>path("behind") == 0;
        });
    }

    /** Neither the end of the batch nor its failure undoes the redelivery. */
    @ParameterizedTest
    @ValueSource(ints = {200, 500})
    void redeliveryDuringABatch_followsIt(int answer) {
        // Given: a log whose times are in order
        Database.execute("DELETE FROM order_events");
        Created endpoint = created(receiver.url("/"));
        String number = shipped();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        receiver.answers(delivery -> {
            if (delivery.number().equals(number) && delivery.sequence() == 4 && begun.getCount() > 0) {
                begun.countDown();
                awaitLatch(released);
                return answer;
            }
            return 200;
        });
        await().atMost(BOUND).until(() -> {
            deliver();
            return begun.getCount() == 0;
        });
        // When
        redeliver(endpoint.id(), Map.of("event", number + "-1")).then().statusCode(202);
        released.countDown();
        // Then
        awaitKinds(number, "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        find(endpoint.id()).then().body("$", not(hasKey("failures"))).body("behind", equalTo(0));
    }

    /** The redelivery is committed after the statement that records a failure has begun: the statement sees it. */
    @Test
    void redeliveryWhileAFailureIsRecorded_isNotUndone() throws SQLException {
        // Given
        Created endpoint = created(receiver.url("/"));
        String number = shop.newOrder(4200);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        receiver.answers(_ -> {
            begun.countDown();
            awaitLatch(released);
            return 500;
        });
        await().atMost(BOUND).until(() -> {
            deliver();
            return begun.getCount() == 0;
        });
        // When
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("UPDATE webhook_endpoints SET delivered = '{}', next_attempt_at = NULL");
            statement.executeUpdate(
                    "UPDATE outbox_partitions SET holder = NULL, held_until = '-infinity' WHERE name LIKE 'webhook:%'");
            released.countDown();
            await().atMost(BOUND)
                    .until(() -> Database.value(
                                    "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%webhook_deliveries%'")
                            .equals("t"));
            connection.commit();
        }
        // Then
        await().atMost(BOUND)
                .until(() -> Database.value("SELECT count(*) FROM webhook_deliveries")
                        .equals("1"));
        find(endpoint.id()).then().body("$", not(hasKey("failures"))).body("$", not(hasKey("nextAttemptAt")));
        receiver.answers(200);
        awaitKinds(number, "PLACED", "PLACED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deleted", "changed", "of another replica"})
    void endpointDuringABatch_getsNothingMoreOfIt(String becomes) {
        // Given
        Created endpoint = created(receiver.url("/old"));
        String number = shipped();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        receiver.answers(_ -> {
            begun.countDown();
            awaitLatch(released);
            return 200;
        });
        await().atMost(BOUND).until(() -> {
            deliver();
            return begun.getCount() == 0;
        });
        // When
        switch (becomes) {
            case "deleted" ->
                program.request().delete("/webhooks/{id}", endpoint.id()).then().statusCode(204);
            case "changed" ->
                program.request()
                        .contentType(ContentType.JSON)
                        .body(Map.of("url", receiver.url("/new")))
                        .put("/webhooks/{id}", endpoint.id())
                        .then()
                        .statusCode(200);
            default -> Consumers.giveToAnother("webhook:" + endpoint.id());
        }
        // As long as it takes until a renewal finds out: nothing shows it but what is sent afterwards.
        await().pollDelay(Duration.ofSeconds(3)).atMost(BOUND).until(() -> true);
        released.countDown();
        // Then
        await().atMost(BOUND)
                .until(() -> !Database.value("SELECT count(*) FROM webhook_deliveries")
                        .equals("0"));
        deliver();
        assertThat(receiver.ofOrder(number))
                .filteredOn(delivery -> delivery.path().equals("/old"))
                .extracting(Received::kind)
                .containsExactly("PLACED");
        if (becomes.equals("changed")) {
            awaitKinds(number, "PLACED", "PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        }
    }

    @Test
    void rotatedSecret_signsBesideTheOneBeforeForADay() {
        // Given
        Created endpoint = created(receiver.url("/"));
        // When
        String secret = post(endpoint.id(), "secret")
                .then()
                .statusCode(200)
                .body("previousSecretUntil", notNullValue())
                .extract()
                .path("secret");
        String number = shop.newOrder(4200);
        awaitKinds(number, "PLACED");
        // Then
        assertThat(secret).startsWith("whsec_").isNotEqualTo(endpoint.secret());
        Received both = receiver.ofOrder(number).getFirst();
        assertThat(both.signaturesOf(secret)).isOne();
        assertThat(both.signaturesOf(endpoint.secret())).isOne();
        // When
        clock.putForward(Duration.ofHours(25));
        String later = shop.newOrder(4300);
        awaitKinds(later, "PLACED");
        // Then
        Received one = receiver.ofOrder(later).getFirst();
        assertThat(one.signaturesOf(secret)).isOne();
        assertThat(one.signaturesOf(endpoint.secret())).isZero();
    }

    @Test
    void newUrl_getsWhatTheOldOneRefused() {
        // Given
        Created endpoint = created(receiver.url("/old"));
        receiver.answers(delivery -> delivery.path().equals("/old") ? 404 : 200);
        String number = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> {
            deliver();
            return receiver.ofOrder(number).size() == 1;
        });
        // When
        program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("url", receiver.url("/new")))
                .put("/webhooks/{id}", endpoint.id())
                .then()
                .statusCode(200)
                .body("$", not(hasKey("failures")));
        deliver();
        // Then
        assertThat(receiver.ofOrder(number)).extracting(Received::path).containsExactly("/old", "/new");
        assertThat(receiver.ofOrder(number).getLast().signaturesOf(endpoint.secret()))
                .isOne();
    }

    @Test
    void deletedEndpoint_getsNothingAndKeepsNoEvent() {
        // Given
        Created endpoint = created(receiver.url("/"));
        String gauge = "orderonce_events_behind{consumer=\"webhook:" + endpoint.id() + '"';
        deliver();
        assertThat(Operator.get("/q/metrics").asString()).contains(gauge);
        // When
        program.request().delete("/webhooks/{id}", endpoint.id()).then().statusCode(204);
        shop.newOrder(4200);
        deliver();
        // Then
        assertThat(receiver.received()).isEmpty();
        assertThat(Operator.get("/q/metrics").asString()).doesNotContain(gauge);
        assertThat(Database.value("SELECT count(*) FROM outbox_partitions WHERE name LIKE 'webhook:%'"))
                .isEqualTo("0");
    }

    @Test
    void nobodyListens_isUnreachable() {
        // Given
        String url = receiver.url("/");
        receiver.close();
        Created endpoint = created(url);
        shop.newOrder(4200);
        // When
        await().atMost(BOUND).until(() -> {
            deliver();
            return find(endpoint.id()).path("failures") != null;
        });
        // Then
        deliveries(endpoint.id()).then().body("deliveries[0].result", equalTo("UNREACHABLE"));
    }

    @Test
    void oldDeliveries_arePurged() {
        // Given
        Created endpoint = created(receiver.url("/"));
        String number = shop.newOrder(4200);
        awaitKinds(number, "PLACED");
        Database.execute("UPDATE webhook_deliveries SET at = at - interval '4 days'");
        String young = shop.newOrder(4300);
        awaitKinds(young, "PLACED");
        // When
        RunJob.named("purge-deliveries");
        // Then
        deliveries(endpoint.id()).then().body("deliveries.event", contains(young + "-1"));
    }
}
