package dev.orderonce.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an open page of staff receives of the work that waits for them. */
@QuarkusTest
class LiveWorkContractTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("support-" + UUID.randomUUID(), Role.SUPPORT);
    private final Shop merchant = Shop.as("merchant-" + UUID.randomUUID(), Role.MERCHANT);
    private final List<Page> pages = new ArrayList<>();

    @TestHTTPResource("/events")
    URI events;

    @AfterEach
    void close() {
        pages.forEach(Page::close);
        Database.execute("DELETE FROM suspected_duplicates WHERE buyer = '" + shop.subject() + "'");
        Database.execute("DELETE FROM payments WHERE buyer = '" + shop.subject() + "'");
    }

    /** A page with an open stream; reads until it is closed. */
    private static final class Page implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Page(URI events, Shop staff) throws IOException, InterruptedException {
            HttpResponse<Stream<String>> response = client.send(
                    HttpRequest.newBuilder(events)
                            .header("Authorization", "Bearer " + staff.token())
                            .header("Accept", "text/event-stream")
                            .build(),
                    HttpResponse.BodyHandlers.ofLines());
            assertThat(response.statusCode()).isEqualTo(200);
            Thread.ofVirtual().start(() -> read(response.body()));
        }

        private void read(Stream<String> body) {
            try {
                body.forEach(lines::add);
            } catch (UncheckedIOException closed) {
                // the test is over
            }
        }

        List<JsonPath> messages() {
            return lines.stream()
                    .filter(line -> line.startsWith("data:"))
                    .map(line -> JsonPath.from(line.substring("data:".length())))
                    .toList();
        }

        JsonPath latest() {
            await().atMost(BOUND).until(() -> !messages().isEmpty());
            return messages().getLast();
        }

        @Override
        public void close() {
            client.shutdownNow();
        }
    }

    private Page listen(Shop staff) throws IOException, InterruptedException {
        return listen(staff, events);
    }

    private Page listen(Shop staff, URI target) throws IOException, InterruptedException {
        Page page = new Page(target, staff);
        pages.add(page);
        return page;
    }

    private String dispute() {
        return shop.request()
                .contentType(ContentType.JSON)
                .body(Map.of("kind", "NOT_MINE"))
                .post("/orders/{number}/disputes", shop.newOrder(4200))
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private void suspect(int pairs) {
        Database.execute("""
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
                SELECT 'S' || lpad(i::text, 17, '0'), 'T' || lpad(i::text, 17, '0'), '%s', 80, '{}',
                       timestamptz '2100-01-01T00:00:00Z'
                FROM generate_series(1, %d) AS i
                """.formatted(shop.subject(), pairs));
    }

    private void leaveUnsettled(int attempts) {
        Database.execute(
                """
                INSERT INTO payments (id, number, client_key, method, amount, currency, state, begun_at, look_at, looks, buyer)
                VALUES ('p-%1$s', '%2$s', '%1$s', 'tok_visa', 1, 'EUR', 'DECLINED', now(), now() + interval '1 hour', %3$d, '%4$s')
                """.formatted(UUID.randomUUID(), shop.newOrder(4200).replace("-", ""), attempts, shop.subject()));
    }

    @Test
    void openedDispute_isReceivedWithinSeconds() throws Exception {
        // Given
        Page page = listen(support);
        int before = page.latest().getInt("disputes");
        Instant openedAt = Instant.now().minus(1, ChronoUnit.SECONDS);
        // When
        String dispute = dispute();
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> assertThat(page.latest().getInt("disputes")).isEqualTo(before + 1));
        assertThat(Instant.parse(page.latest().getString("newest"))).isAfter(openedAt);
        assertThat(page.lines).contains("event:work");
        // When: it is the buyer's turn
        support.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType(ContentType.JSON)
                .body(Map.of("text", "We look into it."))
                .post("/disputes/{id}/messages", dispute)
                .then()
                .statusCode(201);
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> assertThat(page.latest().getInt("disputes")).isEqualTo(before));
    }

    @Test
    void everyKind_isCounted() throws Exception {
        // Given
        Page page = listen(support);
        JsonPath before = page.latest();
        String dispute = dispute();
        // When
        suspect(2);
        leaveUnsettled(8);
        leaveUnsettled(7);
        Database.execute("UPDATE disputes SET due_at = now() - interval '1 minute' WHERE id = '%s'"
                .formatted(dispute.replace("-", "")));
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            JsonPath now = page.latest();
            assertThat(now.getInt("suspicions")).isEqualTo(before.getInt("suspicions") + 2);
            assertThat(now.getInt("disputes")).isEqualTo(before.getInt("disputes") + 1);
            assertThat(now.getInt("overdue")).isEqualTo(before.getInt("overdue") + 1);
            assertThat(now.getInt("unsettled")).isEqualTo(before.getInt("unsettled") + 1);
            assertThat(now.getString("newest")).isEqualTo("2100-01-01T00:00:00Z");
        });
    }

    @Test
    void merchant_receivesWhatMerchantsList() throws Exception {
        // Given
        suspect(1);
        Page page = listen(merchant);
        // Then
        JsonPath first = page.latest();
        assertThat(first.<Map<String, Object>>get("$"))
                .containsOnlyKeys("suspicions", "disputes", "overdue", "unsettled", "newest")
                .containsEntry("suspicions", null)
                .containsEntry("unsettled", null);
        assertThat(first.getInt("disputes")).isNotNegative();
        assertThat(first.getInt("overdue")).isNotNegative();
        assertThat(first.getString("newest")).isNotEqualTo("2100-01-01T00:00:00Z");
        // When: nothing changes that the merchant can see
        leaveUnsettled(9);
        RunJob.named("poll-work");
        dispute();
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(page.messages()).hasSizeGreaterThan(1));
        assertThat(page.messages().get(1).getInt("disputes")).isEqualTo(first.getInt("disputes") + 1);
    }

    @Test
    void moreThanAThousand_areAThousand() throws Exception {
        // Given
        suspect(1001);
        // When
        Page page = listen(support);
        // Then
        assertThat(page.latest().getInt("suspicions")).isEqualTo(1000);
    }

    @Test
    void allStreams_shareOneStatement_andWithoutAStreamThereIsNone() throws Exception {
        // Given
        assertThat(counts()).isEmpty();
        Page one = listen(support);
        Page another = listen(merchant);
        one.latest();
        another.latest();
        // When
        List<String> statements = counts();
        // Then: the job runs on its interval too
        assertThat(statements).hasSizeBetween(1, 2);
    }

    private static List<String> counts() {
        return Stores.statements().during(() -> RunJob.named("poll-work")).stream()
                .filter(sql -> sql.contains("suspected_duplicates") && sql.contains("payments"))
                .toList();
    }

    @Test
    void buyerWhoIsStaff_choosesTheStream() throws Exception {
        // Given
        Shop both = Shop.as("both-" + UUID.randomUUID(), Role.BUYER, Role.SUPPORT);
        // When
        Page own = listen(both);
        Page work = listen(both, URI.create(events + "?for=staff"));
        // Then
        assertThat(work.latest().getInt("disputes")).isNotNegative();
        await().atMost(BOUND).until(() -> own.lines.stream().anyMatch(line -> line.startsWith("id:")));
        assertThat(own.lines).doesNotContain("event:work");
    }

    @Test
    void whatIsNotTheCallersOrNotKnown_isRefused() {
        shop.request()
                .accept("text/event-stream")
                .queryParam("for", "staff")
                .get("/events")
                .then()
                .statusCode(403)
                .body("type", equalTo("/problems/not-allowed"));
        support.badRequest()
                .accept("text/event-stream")
                .queryParam("for", "me")
                .get("/events")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
        Shop.as("importer", Role.SERVICE)
                .request()
                .accept("text/event-stream")
                .get("/events")
                .then()
                .statusCode(403);
    }

    @Test
    void head_opensNoStream() {
        for (Shop staff : List.of(support, merchant)) {
            staff.request().head("/events").then().statusCode(200);
            staff.request().queryParam("for", "staff").head("/events").then().statusCode(200);
        }
    }

    @Test
    void streamsOfOnePerson_areLimited() throws Exception {
        // Given: events.listener-per-buyer-limit
        for (int i = 0; i < 10; i++) {
            listen(support).latest();
        }
        // When
        Response refused = support.request().accept("text/event-stream").get("/events");
        // Then
        refused.then()
                .statusCode(429)
                .header("Retry-After", notNullValue())
                .body("limit", equalTo("live-event-streams"));
    }

    @Test
    void withoutPostgreSql_noStreamIsOpenedAndOpenOnesContinueAfterwards() throws Exception {
        // Given
        Page page = listen(support);
        int before = page.latest().getInt("disputes");
        // When
        Stores.toPostgreSql().refuse();
        Response response;
        try {
            response = support.request().accept("text/event-stream").get("/events");
        } finally {
            Stores.toPostgreSql().heal();
            Shop.awaitBusinessAsUsual();
        }
        // Then
        response.then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/store-unavailable"));
        // When
        dispute();
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> assertThat(page.latest().getInt("disputes")).isEqualTo(before + 1));
    }
}
