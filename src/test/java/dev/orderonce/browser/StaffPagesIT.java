package dev.orderonce.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Provider;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages of support, of the merchant and of problems in a real browser, against the real service and a payment
 * provider.
 */
class StaffPagesIT {
    private static final long TOTAL = 4200;

    @TempDir
    static Path directory;

    private static @Nullable PagesFixture started;
    private static @Nullable Provider provider;

    private final String buyer = "person-" + UUID.randomUUID();
    private final String agent = "agent-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Browsers.isThere("StaffPagesIT"));
        provider = Provider.start(1, 0, "staff");
        started = new PagesFixture(
                directory, Map.of("PAYMENTS_PROVIDER_URL", provider.url(), "PAYMENTS_NOTIFICATION_SECRET", "staff"));
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    @AfterEach
    void nothingWentWrong() {
        assertThat(pages().faults()).isEmpty();
    }

    private static PagesFixture pages() {
        return Objects.requireNonNull(started);
    }

    private BrowserContext staff() {
        return pages().person(agent);
    }

    private static Page open(BrowserContext person, String path) {
        Page page = person.newPage();
        page.navigate(pages().service() + path);
        return page;
    }

    /** Opens a page of staff at the page of an order. */
    private static Page openOrder(BrowserContext person, String page, String number) {
        Page opened = open(person, page + "#orders/" + number);
        assertThat(order(opened).getByTestId("history")).isVisible();
        return opened;
    }

    /** The page of the chosen order. */
    private static Locator order(Page page) {
        return page.getByTestId("orders-detail");
    }

    /** The row of a list with this key. */
    private static Locator item(Page page, String list, String key) {
        return page.locator("#" + list + "-item-" + key);
    }

    /** The key of the chosen row. */
    private static String chosen(Page page, String list) {
        return Objects.requireNonNull(
                page.locator("#" + list + "-list [aria-current]").getAttribute("data-id"));
    }

    private static String value(String sql) throws SQLException {
        try (Connection connection = pages().database();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = pages().database();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private JsonObject placed() {
        return placed(new HashMap<>(Baskets.worth(TOTAL)));
    }

    private JsonObject placed(Map<String, Object> basket) {
        return pages().send(buyer, "buyer", "POST", "/orders", new JsonObject(basket));
    }

    /** The number of a new order that is paid. */
    private String paid() {
        String number = placed().getString("number");
        pages().send(
                        buyer,
                        "buyer",
                        "POST",
                        "/orders/" + number + "/payments",
                        new JsonObject().put("method", "tok_visa"));
        return number;
    }

    private JsonObject find(String number) {
        return pages().send(agent, "support", "GET", "/orders/" + number, new JsonObject());
    }

    /** What the provider holds for an order, in minor units. */
    private static long heldFor(String number) throws SQLException {
        String reference = value(
                "SELECT id FROM payments WHERE number = '" + number.replace("-", "") + "' AND state <> 'DECLINED'");
        return Objects.requireNonNull(provider).balance(List.of(reference));
    }

    /** Opens a dispute of an order; returns its id. */
    private String dispute(String number) {
        return pages().send(
                        buyer,
                        "buyer",
                        "POST",
                        "/orders/" + number + "/disputes",
                        new JsonObject().put("kind", "NOT_MINE").put("message", "I did not order this"))
                .getString("id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"number", "buyer", "reference"})
    void search_byOneOfTheseFields_findsTheOrderAndOpensIt(String field) {
        // Given
        placed();
        String reference = "S-" + UUID.randomUUID();
        Map<String, Object> basket = new HashMap<>(Baskets.worth(TOTAL));
        basket.put("reference", reference);
        basket.put("delivery", "By bicycle");
        basket.put("metadata", Map.of("till", "7"));
        String other = "other-" + UUID.randomUUID();
        String number = pages().send(other, "buyer", "POST", "/orders", new JsonObject(basket))
                .getString("number");
        Map<String, String> written = Map.of("number", number.substring(0, 13), "buyer", other, "reference", reference);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            // When
            page.getByTestId("search-text").fill(Objects.requireNonNull(written.get(field)));
            page.getByTestId("search-text").press("Enter");
            // Then
            assertThat(page.getByTestId("search-found")).containsText(field);
            assertThat(page.getByTestId("orders-status")).hasText("1 in this list.");
            assertThat(item(page, "orders", number)).containsText(other);
            assertThat(order(page).getByTestId("facts")).containsText(reference);
            assertThat(order(page).getByTestId("facts")).containsText("By bicycle");
            assertThat(order(page).getByTestId("facts")).containsText("till");
            assertThat(order(page).getByTestId("history")).containsText("Placed");
        }
    }

    @Test
    void search_textThatFindsInTwoWays_offersBoth() {
        // Given: the reference of one order is the name of the other's buyer
        String name = "both-" + UUID.randomUUID();
        String ofBuyer = pages().send(name, "buyer", "POST", "/orders", new JsonObject(Baskets.worth(TOTAL)))
                .getString("number");
        Map<String, Object> basket = new HashMap<>(Baskets.worth(TOTAL));
        basket.put("reference", name);
        String withReference = placed(basket).getString("number");
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html#search/" + name);
            assertThat(item(page, "orders", ofBuyer)).isVisible();
            // When
            page.getByTestId("search-by-reference").click();
            // Then
            assertThat(item(page, "orders", withReference)).isVisible();
            assertThat(item(page, "orders", ofBuyer)).hasCount(0);
        }
    }

    @Test
    void search_byStateAndTime_findsOnlyThose() {
        // Given
        String paid = paid();
        placed();
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html#search/" + buyer);
            assertThat(page.getByTestId("orders-status")).hasText("2 in this list.");
            // When
            page.getByTestId("search-state").selectOption("PAID");
            page.getByTestId("search-from").fill("2026-01-01T00:00");
            // Then
            assertThat(page.getByTestId("orders-status")).hasText("1 in this list.");
            assertThat(item(page, "orders", paid)).isVisible();
            // When
            page.getByTestId("search-to").fill("2026-01-02T00:00");
            // Then
            assertThat(page.getByTestId("orders-status")).hasText("Nothing here.");
        }
    }

    @Test
    void orderThatChangedMeanwhile_isNotCancelledBeforeItWasSeen() {
        // Given
        String number = paid();
        try (BrowserContext person = staff()) {
            Page page = openOrder(person, "/support.html", number);
            order(page).getByTestId("cancel").click();
            page.getByTestId("ask-reason").fill("Fraud");
            pages().send(
                            "another-agent",
                            "support",
                            "POST",
                            "/orders/" + number + "/hold",
                            new JsonObject().put("reason", "The buyer will call"));
            // When
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("has changed");
            assertThat(order(page).getByTestId("holds")).containsText("The buyer will call");
            assertThat(find(number).getString("state")).isEqualTo("PAID");
            // When
            order(page).getByTestId("cancel").click();
            page.getByTestId("ask-reason").fill("Fraud");
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("is cancelled");
        }
    }

    @Test
    void refundInPart_doubleClick_isOneRefund() throws SQLException {
        // Given
        String number = paid();
        try (BrowserContext person = staff()) {
            Page page = openOrder(person, "/support.html", number);
            List<String> keys = keysOfRefunds(page);
            // When
            order(page).getByTestId("refund").click();
            assertThat(page.getByTestId("ask-amount")).hasValue("42.00");
            page.getByTestId("ask-amount").fill("5.00");
            page.getByTestId("ask-reason").fill("A broken cup");
            page.getByTestId("ask-yes").dblclick();
            // Then
            assertThat(page.getByTestId("result")).containsText("€5.00");
            assertThat(order(page).getByTestId("facts")).containsText("€5.00");
            assertThat(order(page).getByTestId("history")).containsText("A broken cup");
            assertThat(new HashSet<>(keys)).hasSize(1);
        }
        assertThat(heldFor(number)).isEqualTo(TOTAL - 500);
        assertThat(Objects.requireNonNull(provider).faults()).isEmpty();
    }

    private static List<String> keysOfRefunds(Page page) {
        List<String> keys = new CopyOnWriteArrayList<>();
        page.onRequest((Request request) -> {
            if (request.url().endsWith("/refunds")) {
                keys.add(Objects.requireNonNull(request.headerValue("idempotency-key")));
            }
        });
        return keys;
    }

    @Test
    void refund_replyLost_isRepeatedUnderTheSameKeyAndIsOneRefund() throws SQLException {
        // Given
        String number = paid();
        try (BrowserContext person = staff()) {
            Page page = openOrder(person, "/support.html", number);
            page.route("**/refunds", route -> {
                route.fetch();
                route.abort();
            });
            order(page).getByTestId("refund").click();
            page.getByTestId("ask-amount").fill("5");
            page.getByTestId("ask-reason").fill("A broken cup");
            // When
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("ask-said")).containsText("not known");
            assertThat(page.getByTestId("ask-reason")).hasValue("A broken cup");
            // When
            page.unroute("**/refunds");
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("Nothing was refunded a second time");
        }
        assertThat(heldFor(number)).isEqualTo(TOTAL - 500);
    }

    @Test
    void refund_afterAnotherAgentsRefund_isRefusedAndOffersWhatIsLeft() throws SQLException {
        // Given
        String number = paid();
        try (BrowserContext person = staff()) {
            Page page = openOrder(person, "/support.html", number);
            order(page).getByTestId("refund").click();
            page.getByTestId("ask-amount").fill("43.00");
            page.getByTestId("ask-reason").fill("Late");
            page.getByTestId("ask-yes").click();
            assertThat(page.getByTestId("ask-amount")).isFocused();
            page.getByTestId("ask-amount").fill("42.00");
            pages().send(
                            agent,
                            "support",
                            "POST",
                            "/orders/" + number + "/refunds",
                            new JsonObject().put("amount", 1000).put("reason", "Another agent"));
            // When
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("has changed");
            assertThat(order(page).getByTestId("history")).containsText("Another agent");
            order(page).getByTestId("refund").click();
            assertThat(page.getByTestId("ask-amount")).hasValue("32.00");
            assertThat(page.getByTestId("ask-reason")).hasValue("Late");
            page.getByTestId("ask-no").click();
            assertThat(order(page).getByTestId("facts")).not().containsText("€42.00");
        }
        assertThat(heldFor(number)).isEqualTo(TOTAL - 1000);
    }

    @Test
    void cancel_withAReason_refundsTheOrderAndClosesItsMoves() throws SQLException {
        // Given
        String number = paid();
        try (BrowserContext person = staff()) {
            Page page = openOrder(person, "/support.html", number);
            // When
            order(page).getByTestId("cancel").click();
            page.getByTestId("ask-yes").click();
            assertThat(page.getByTestId("ask-reason")).isFocused();
            page.getByTestId("ask-reason").fill("Fraud");
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("is cancelled");
            assertThat(order(page).getByTestId("history")).containsText("Fraud");
            assertThat(order(page).locator(".actions button")).hasCount(0);
            // The button is gone, so the order has the focus.
            assertThat(order(page).locator("[data-id='" + number + "']")).isFocused();
        }
        assertThat(heldFor(number)).isZero();
    }

    @Test
    void hold_preventsTheShipment_andTheMerchantSeesWhyUntilItIsReleased() {
        // Given
        String number = paid();
        try (BrowserContext support = staff();
                BrowserContext merchant = pages().person("merchant-" + UUID.randomUUID())) {
            Page desk = openOrder(support, "/support.html", number);
            // When: by keyboard
            order(desk).getByTestId("hold").press("Enter");
            desk.getByTestId("ask-reason").pressSequentially("Address looks wrong");
            desk.keyboard().press("Tab");
            desk.keyboard().press("Tab");
            desk.keyboard().press("Enter");
            // Then
            assertThat(order(desk).getByTestId("holds")).containsText("Address looks wrong");
            assertThat(order(desk).getByTestId("hold")).hasCount(0);
            Page page = open(merchant, "/merchant.html#on-hold");
            item(page, "on-hold", number).click();
            Locator held = page.getByTestId("on-hold-detail");
            assertThat(held.getByTestId("holds")).containsText("held by support");
            assertThat(held.getByTestId("holds")).containsText("Address looks wrong");
            assertThat(held.getByTestId("ship")).hasCount(0);
            page.getByTestId("to-ship-tab").click();
            assertThat(page.getByTestId("to-ship-status")).not().isEmpty();
            assertThat(item(page, "to-ship", number)).hasCount(0);
            JsonObject refused =
                    pages().send("a-merchant", "merchant", "POST", "/orders/" + number + "/shipment", new JsonObject());
            assertThat(refused.getString("type")).endsWith("order-on-hold");
            // When
            order(desk).getByTestId("release").click();
            desk.getByTestId("ask-reason").fill("Confirmed by telephone");
            desk.getByTestId("ask-yes").click();
            assertThat(order(desk).getByTestId("hold")).isVisible();
            // Then
            page.reload();
            item(page, "to-ship", number).click();
            page.locator("#ship-" + number).click();
            assertThat(page.getByTestId("result")).containsText("is shipped");
            assertThat(item(page, "to-ship", number)).hasCount(0);
        }
        assertThat(find(number).getString("state")).isEqualTo("SHIPPED");
    }

    @Test
    void merchant_completesAnOrderAndTakesItBack() {
        // Given
        String number = paid();
        pages().send("a-merchant", "merchant", "POST", "/orders/" + number + "/shipment", new JsonObject());
        try (BrowserContext merchant = staff()) {
            Page page = openOrder(merchant, "/merchant.html", number);
            // When
            for (String move : List.of("complete", "return", "receive")) {
                order(page).getByTestId(move).click();
                assertThat(order(page).getByTestId(move)).hasCount(0);
            }
            // Then
            assertThat(order(page)).containsText("Returned");
        }
        assertThat(find(number).getString("state")).isEqualTo("RETURNED");
    }

    @Test
    void disputeOfAShippedOrder_isGrantedInPart() throws SQLException {
        // Given
        String number = paid();
        pages().send("a-merchant", "merchant", "POST", "/orders/" + number + "/shipment", new JsonObject());
        String id = dispute(number);
        soonestDue(number);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html#disputes/" + id);
            assertThat(item(page, "disputes", id)).containsText("I did not order this");
            assertThat(item(page, "disputes", id)).containsText("€42.00");
            // When
            page.getByTestId("dispute-decide").click();
            page.getByTestId("ask-amount").fill("10,00");
            page.getByTestId("ask-reason").fill("Half of it is yours");
            page.getByTestId("ask-yes").click();
            // Then: the list goes on
            assertThat(page.getByTestId("result")).hasText(Pattern.compile("^Resolved\\."));
            assertThat(item(page, "disputes", id)).hasCount(0);
        }
        assertThat(heldFor(number)).isEqualTo(TOTAL - 1000);
        assertThat(find(number).getString("state")).isEqualTo("SHIPPED");
    }

    /** Puts the dispute of an order at the beginning of the list. */
    private static void soonestDue(String number) throws SQLException {
        execute("UPDATE disputes SET due_at = now() - interval '1 year' WHERE number = '" + number.replace("-", "")
                + "'");
    }

    @Test
    void pairOfShippedOrders_isConfirmedWithAnAmount() throws SQLException {
        // Given
        String earlier = paid();
        String later = paid();
        pages().send("a-merchant", "merchant", "POST", "/orders/" + later + "/shipment", new JsonObject());
        String id = pair(earlier, later);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html#suspicions/" + id);
            // When
            page.getByTestId("cancel-later").click();
            page.getByTestId("ask-amount").fill("41.00");
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("is refunded");
            assertThat(item(page, "suspicions", id)).hasCount(0);
        }
        assertThat(heldFor(later)).isEqualTo(100);
        assertThat(heldFor(earlier)).isEqualTo(TOTAL);
    }

    /** The id of a new pair. */
    private String pair(String earlier, String later) throws SQLException {
        return value("""
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
                VALUES ('%s', '%s', '%s', 80, '{SAME_BASKET}', now()) RETURNING id
                """.formatted(earlier.replace("-", ""), later.replace("-", ""), buyer));
    }

    /** 5,000 pairs of 200 orders, each with a dispute. */
    private void manyPairsAndDisputes() throws SQLException {
        String values = IntStream.range(0, 200)
                .mapToObj(i -> placed().getString("number").replace("-", ""))
                .collect(Collectors.joining("'), ('"));
        execute("""
                WITH many AS (SELECT number, row_number() OVER () AS place FROM (VALUES ('%s')) AS given (number))
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
                SELECT one.number, other.number, '%s', 60 + (one.place %% 40), '{SAME_BASKET}', now()
                FROM many one JOIN many other ON one.place < other.place ORDER BY other.place LIMIT 5000
                """.formatted(values, buyer));
        execute("""
                INSERT INTO disputes (id, number, buyer, kind, state, opened_at, due_at, evidence)
                SELECT 'D' || substr(number, 1, 16), number, '%s', 'NOT_MINE', 'OPEN', now(), now() + interval '9 days', '{}'
                FROM (VALUES ('%s')) AS given (number)
                """.formatted(buyer, values));
    }

    @Test
    void thousandsOfPairs_areDecidedOneAfterTheOther() throws SQLException {
        // Given
        manyPairsAndDisputes();
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            Locator pairs = page.getByTestId("suspicions-item");
            Locator reason = page.getByTestId("suspicion-reason");
            assertThat(pairs).hasCount(50);
            assertThat(page.getByTestId("suspicions-status")).hasText(Pattern.compile("^5,[0-9]{3} in this list, 50"));
            // The oldest first, and chosen.
            assertThat(chosen(page, "suspicions"))
                    .isEqualTo(value("SELECT min(id) FROM suspected_duplicates WHERE state = 'OPEN'"));
            // When: by keyboard past the end of the page
            for (int i = 0; i < 60; i++) {
                page.keyboard().press("j");
                assertThat(pairs.nth(i + 1)).hasAttribute("aria-current", "true");
            }
            page.keyboard().press("k");
            // Then
            assertThat(pairs).hasCount(100);
            assertThat(pairs.nth(59)).hasAttribute("aria-current", "true");
            assertThat(pairs.nth(59)).isFocused();
            assertThat(pairs.nth(59)).isInViewport();
            // When: another pair is found while the person types
            String id = chosen(page, "suspicions");
            String next = Objects.requireNonNull(pairs.nth(60).getAttribute("data-id"));
            reason.pressSequentially("Just a jar, really");
            Object place = scrolled(page);
            pair(placed().getString("number"), placed().getString("number"));
            page.evaluate("() => document.querySelector('#suspicions-status').textContent = ''");
            // At the next count of the service, every two seconds if the machine is idle, or after 30 s.
            assertThat(page.getByTestId("suspicions-status"))
                    .hasText(Pattern.compile("100 shown"), new LocatorAssertions.HasTextOptions().setTimeout(45_000));
            // Then: nothing has lost its place
            assertThat(pairs).hasCount(100);
            assertThat(reason).hasValue("Just a jar, really");
            assertThat(reason).isFocused();
            assertThat(chosen(page, "suspicions")).isEqualTo(id);
            assertThat(scrolled(page)).isEqualTo(place);
            // When
            page.getByTestId("dismiss").click();
            // Then: the next pair is chosen, with its own reason
            assertThat(page.getByTestId("result")).isVisible();
            assertThat(item(page, "suspicions", next)).hasAttribute("aria-current", "true");
            assertThat(item(page, "suspicions", next)).isFocused();
            assertThat(item(page, "suspicions", id)).hasCount(0);
            assertThat(reason).hasValue("");
            assertThat(value("SELECT state || ': ' || reason FROM suspected_duplicates WHERE id = " + id))
                    .isEqualTo("DISMISSED: Just a jar, really");
            // When
            page.getByTestId("suspicions-order").selectOption("score");
            page.getByTestId("suspicions-score").selectOption("90");
            // Then
            assertThat(pairs.first()).containsText("99");
            long best = Long.parseLong(
                    value("SELECT count(*) FROM suspected_duplicates WHERE state = 'OPEN' AND score >= 90"));
            assertThat(page.getByTestId("suspicions-status"))
                    .containsText(String.format(Locale.ENGLISH, "%,d in this list", best));
            // When: the keys are switched off
            page.getByTestId("shortcuts").uncheck();
            String first = chosen(page, "suspicions");
            page.keyboard().press("j");
            // Then
            assertThat(chosen(page, "suspicions")).isEqualTo(first);
        } finally {
            execute("DELETE FROM suspected_duplicates WHERE buyer = '%s'".formatted(buyer));
            execute("DELETE FROM disputes WHERE buyer = '%s'".formatted(buyer));
        }
    }

    private static Object scrolled(Page page) {
        return page.evaluate("() => document.querySelector('#suspicions-rows').scrollTop");
    }

    @Test
    void counts_areCapped_andThoseThatTheRoleMayNotSeeAreHidden() {
        // Given
        String counts = """
                event: work
                data: {"suspicions": null, "disputes": 1000, "overdue": 3, "unsettled": 0, "newest": null}

                """;
        try (BrowserContext person = staff()) {
            Page page = person.newPage();
            page.route(
                    "**/events?for=staff",
                    route -> route.fulfill(new Route.FulfillOptions()
                            .setContentType("text/event-stream")
                            .setBody(counts)));
            // When
            page.navigate(pages().service() + "/support.html#disputes");
            // Then
            assertThat(page.getByTestId("disputes-badge")).containsText("999+");
            assertThat(page.getByTestId("overdue-badge")).containsText("3");
            assertThat(page.getByTestId("suspicions-badge")).isHidden();
            assertThat(page.getByTestId("unsettled-badge")).isHidden();
            assertThat(page).hasTitle(Pattern.compile("^\\(999\\+\\) Support"));
        }
    }

    @Test
    void disputeOpened_changesTheBadgeAndTheTitle_andKeepsWhatIsTyped() throws SQLException {
        // Given
        String number = paid();
        String id = dispute(number);
        soonestDue(number);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html#disputes/" + id);
            Locator badge = page.getByTestId("disputes-badge");
            assertThat(badge).isVisible();
            int before = Integer.parseInt(badge.locator("span").first().textContent());
            assertThat(page).hasTitle(Pattern.compile("^\\([0-9,]+\\+?\\) Support"));
            Locator answer = page.getByTestId("dispute-text");
            answer.pressSequentially("We are sorry");
            // When
            String another = dispute(paid());
            // Then
            assertThat(badge.locator("span").first()).hasText(Integer.toString(before + 1));
            assertThat(item(page, "disputes", another)).isVisible();
            assertThat(answer).hasValue("We are sorry");
            assertThat(answer).isFocused();
            // When
            page.getByTestId("dispute-send").click();
            // Then: the list goes on to the next dispute to answer
            assertThat(item(page, "disputes", id)).hasCount(0);
            assertThat(page.locator("#disputes-list [aria-current]")).isFocused();
            assertThat(answer).hasValue("");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void everyTab_isAccessibleAndFitsOnAPhone(ColorScheme scheme) throws SQLException {
        // Given
        String number = paid();
        String id = dispute(number);
        String pair = pair(placed().getString("number"), number);
        pages().send("a-merchant", "merchant", "POST", "/orders/" + paid() + "/shipment", new JsonObject());
        paid();
        Browser.NewContextOptions phone =
                new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(320, 640);
        Browser.NewContextOptions desk = new Browser.NewContextOptions().setColorScheme(scheme);
        for (Browser.NewContextOptions options : List.of(phone, desk)) {
            try (BrowserContext person = pages().person(agent, options)) {
                for (String path : List.of(
                        "/support.html#suspicions/" + pair,
                        "/support.html#disputes/" + id,
                        "/support.html#unsettled",
                        "/support.html#orders/" + number,
                        "/support.html#statistics",
                        "/merchant.html#to-ship",
                        "/merchant.html#shipped",
                        "/merchant.html#on-hold",
                        "/merchant.html#disputes/" + id,
                        "/merchant.html#orders/" + number)) {
                    // When
                    Page page = open(person, path);
                    Locator tab = page.locator("main > section:visible");
                    assertThat(tab.locator("[data-testid$=-status], #statistics-state"))
                            .not()
                            .isEmpty();
                    assertThat(tab.getByText("Loading…")).hasCount(0);
                    // Then
                    assertFits(page, path);
                    page.close();
                }
                Page page = openOrder(person, "/support.html", number);
                order(page).getByTestId("refund").click();
                ScreensIT.assertUsable(page, "dialog of a refund");
                page.getByTestId("ask-no").click();
                page.getByTestId("language").click();
                assertThat(order(page).getByTestId("holds")).containsText("有争议");
                ScreensIT.assertUsable(page, "in Chinese");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void pagesOfProblems_areAccessibleAndFitOnAPhone(ColorScheme scheme) {
        // Given
        Browser.NewContextOptions phone =
                new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(320, 640);
        try (BrowserContext person = pages().person(agent, phone)) {
            Page page = open(person, "/problems");
            assertFits(page, "/problems");
            // When
            page.getByText("Confirmation required: possible duplicate").click();
            // Then
            assertThat(page.locator("h1")).hasText("Confirmation required: possible duplicate");
            assertThat(page.locator("blockquote")).containsText("Order this again?");
            assertThat(page.getByLabel("Request")).containsText("POST /orders");
            assertThat(page.getByLabel("Response")).containsText("\"retry\" : \"after-change\"");
            assertFits(page, "a problem");
            // Then: it is styled, in both colour schemes
            assertThat(page.locator("blockquote"))
                    .hasCSS("background-color", scheme == ColorScheme.DARK ? "rgb(36, 53, 46)" : "rgb(227, 236, 228)");
        }
    }

    /** No rule of axe-core is violated, and nothing is wider than the screen. */
    private static void assertFits(Page page, String screen) {
        ScreensIT.assertUsable(page, screen);
        assertThat(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as(screen)
                .isEqualTo(0);
    }
}
