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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
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

/** The pages of support and of the merchant in a real browser, against the real service and a payment provider. */
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

    /** Opens support's page with the row of an order opened. */
    private static Page openOrder(BrowserContext person, String page, String number) {
        Page opened = open(person, page + "#orders/" + number);
        assertThat(order(opened).getByTestId("history")).isVisible();
        return opened;
    }

    /** The only order that the search has found. */
    private static Locator order(Page page) {
        return page.getByTestId("orders-list").getByTestId("order-row");
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

    private void dispute(String number) {
        pages().send(
                        buyer,
                        "buyer",
                        "POST",
                        "/orders/" + number + "/disputes",
                        new JsonObject().put("kind", "NOT_MINE").put("message", "I did not order this"));
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
            page.getByTestId("search-" + field).fill(Objects.requireNonNull(written.get(field)));
            page.getByTestId("search-" + field).press("Enter");
            // Then
            assertThat(page.getByTestId("orders-status")).hasText("1 shown.");
            assertThat(order(page)).containsText(number);
            order(page).getByTestId("order-open").press("Enter");
            assertThat(order(page).getByTestId("facts")).containsText(reference);
            assertThat(order(page).getByTestId("facts")).containsText("By bicycle");
            assertThat(order(page).getByTestId("facts")).containsText("till");
            assertThat(order(page).getByTestId("history")).containsText("Placed");
            assertThat(order(page).getByTestId("order-open")).isFocused();
        }
    }

    @Test
    void search_byStateAndTime_findsOnlyThose() {
        // Given
        String paid = paid();
        placed();
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            // When
            page.getByTestId("search-buyer").fill(buyer);
            page.getByTestId("search-state").selectOption("PAID");
            page.getByTestId("search-from").fill("2026-01-01T00:00");
            page.getByTestId("order-search-send").click();
            // Then
            assertThat(page.getByTestId("orders-status")).hasText("1 shown.");
            assertThat(order(page)).containsText(paid);
            // When
            page.getByTestId("search-to").fill("2026-01-02T00:00");
            page.getByTestId("order-search-send").click();
            // Then
            assertThat(page.getByTestId("orders-status")).hasText("None.");
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
    void refund_tooLarge_saysWhatIsLeftAndKeepsWhatWasTyped() throws SQLException {
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
            assertThat(page.getByTestId("ask-said")).hasText("Only €32.00 is left of the payment.");
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
            // The button is gone, so its row has the focus.
            assertThat(order(page)).isFocused();
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
            Page page = open(merchant, "/merchant.html");
            Locator held = page.getByTestId("on-hold-list")
                    .getByTestId("order-row")
                    .filter(new Locator.FilterOptions().setHasText(number));
            held.getByTestId("order-open").click();
            assertThat(held.getByTestId("holds")).containsText("held by support");
            assertThat(held.getByTestId("holds")).containsText("Address looks wrong");
            assertThat(held.getByTestId("ship")).hasCount(0);
            assertThat(page.getByTestId("to-ship-list")).not().containsText(number);
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
            Locator ready = page.getByTestId("to-ship-list")
                    .getByTestId("order-row")
                    .filter(new Locator.FilterOptions().setHasText(number));
            ready.getByTestId("order-open").click();
            ready.getByTestId("ship").click();
            assertThat(page.getByTestId("result")).containsText("is shipped");
            assertThat(ready).hasCount(0);
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
        dispute(number);
        soonestDue(number);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            Locator card = disputeOf(page, number);
            card.getByTestId("dispute-look").click();
            // When
            card.getByTestId("dispute-decide").click();
            page.getByTestId("ask-amount").fill("10,00");
            page.getByTestId("ask-reason").fill("Half of it is yours");
            page.getByTestId("ask-yes").click();
            // Then: the row stays, although it no longer matches the filter
            assertThat(page.getByTestId("result")).isVisible();
            assertThat(card).containsText("Resolved");
            assertThat(card).containsText("€10.00");
        }
        assertThat(heldFor(number)).isEqualTo(TOTAL - 1000);
        assertThat(find(number).getString("state")).isEqualTo("SHIPPED");
    }

    /** Puts the dispute of an order at the beginning of the list. */
    private static void soonestDue(String number) throws SQLException {
        execute("UPDATE disputes SET due_at = now() - interval '1 year' WHERE number = '" + number.replace("-", "")
                + "'");
    }

    private static Locator disputeOf(Page page, String number) {
        return page.getByTestId("dispute-card").filter(new Locator.FilterOptions().setHasText(number));
    }

    @Test
    void pairOfShippedOrders_isConfirmedWithAnAmount() throws SQLException {
        // Given
        String earlier = paid();
        String later = paid();
        pages().send("a-merchant", "merchant", "POST", "/orders/" + later + "/shipment", new JsonObject());
        pair(earlier, later);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            Locator pair = page.getByTestId("suspicion").filter(new Locator.FilterOptions().setHasText(later));
            // When
            pair.getByTestId("cancel-later").click();
            page.getByTestId("ask-amount").fill("41.00");
            page.getByTestId("ask-yes").click();
            // Then
            assertThat(page.getByTestId("result")).containsText("is refunded");
            assertThat(pair).hasCount(0);
        }
        assertThat(heldFor(later)).isEqualTo(100);
        assertThat(heldFor(earlier)).isEqualTo(TOTAL);
    }

    private void pair(String earlier, String later) throws SQLException {
        execute("""
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
                VALUES ('%s', '%s', '%s', 80, '{SAME_BASKET}', now())
                """.formatted(earlier.replace("-", ""), later.replace("-", ""), buyer));
    }

    @Test
    void hundredsOfPairsAndDisputes_areShownInPages() throws SQLException {
        // Given
        List<String> numbers = IntStream.range(0, 200)
                .mapToObj(i -> placed().getString("number").replace("-", ""))
                .toList();
        String values = String.join("'), ('", numbers);
        execute("""
                WITH many AS (SELECT number, row_number() OVER () AS place FROM (VALUES ('%s')) AS given (number))
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
                SELECT one.number, other.number, '%s', 80, '{SAME_BASKET}', now()
                FROM many one JOIN many other ON one.place < other.place ORDER BY other.place LIMIT 500
                """.formatted(values, buyer));
        execute("""
                INSERT INTO disputes (id, number, buyer, kind, state, opened_at, due_at, evidence)
                SELECT 'D' || substr(number, 1, 16), number, '%s', 'NOT_MINE', 'OPEN', now(), now() + interval '9 days', '{}'
                FROM (VALUES ('%s')) AS given (number)
                """.formatted(buyer, values));
        String disputed = placed().getString("number");
        dispute(disputed);
        soonestDue(disputed);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            Locator pairs = page.getByTestId("suspicion");
            Locator disputes = page.getByTestId("dispute-card");
            assertThat(pairs).hasCount(20);
            assertThat(disputes).hasCount(20);
            assertThat(page.getByTestId("suspicions-status")).hasText("20 shown; there are more.");
            Locator first = disputeOf(page, disputed);
            first.getByTestId("dispute-look").click();
            first.getByTestId("dispute-text").pressSequentially("Which parcel");
            // When
            page.getByTestId("disputes-more").click();
            page.getByTestId("suspicions-more").click();
            // Then
            assertThat(disputes).hasCount(40);
            assertThat(pairs).hasCount(40);
            assertThat(first.getByTestId("dispute-text")).hasValue("Which parcel");
            // When: a decision reads the list again
            String next = Objects.requireNonNull(pairs.nth(31).getAttribute("data-id"));
            pairs.nth(30).getByTestId("dismiss").click();
            page.getByTestId("ask-yes").click();
            // Then: as many rows are shown, and the one in its place has the focus
            assertThat(page.getByTestId("result")).isVisible();
            assertThat(pairs).hasCount(40);
            assertThat(pairs.nth(30)).hasAttribute("data-id", next);
            assertThat(pairs.nth(30)).isFocused();
            assertThat(pairs.nth(30)).isInViewport();
            // When
            while (page.getByTestId("disputes-more").isVisible()) {
                int before = disputes.count();
                page.getByTestId("disputes-more").click();
                assertThat(disputes.nth(before)).isVisible();
            }
            // Then
            assertThat(disputes.count()).isGreaterThanOrEqualTo(201);
            Set<String> ids = new HashSet<>(
                    disputes.evaluateAll("cards => cards.map(card => card.dataset.id)") instanceof List<?> all
                            ? all.stream().map(String::valueOf).toList()
                            : List.of());
            assertThat(ids).hasSize(disputes.count());
            assertThat(first.getByTestId("dispute-text")).hasValue("Which parcel");
        }
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
            page.navigate(pages().service() + "/support.html");
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
        String first = paid();
        dispute(first);
        soonestDue(first);
        try (BrowserContext person = staff()) {
            Page page = open(person, "/support.html");
            Locator badge = page.getByTestId("disputes-badge");
            assertThat(badge).isVisible();
            int before = Integer.parseInt(badge.locator("span").first().textContent());
            assertThat(page).hasTitle(Pattern.compile("^\\([0-9,]+\\+?\\) Support"));
            Locator answer = disputeOf(page, first).getByTestId("dispute-text");
            disputeOf(page, first).getByTestId("dispute-look").click();
            answer.pressSequentially("We are sorry");
            // When
            dispute(paid());
            // Then
            assertThat(badge.locator("span").first()).hasText(Integer.toString(before + 1));
            assertThat(answer).hasValue("We are sorry");
            assertThat(answer).isFocused();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void openedOrder_isAccessibleAndFitsOnAPhone(ColorScheme scheme) {
        // Given
        String number = paid();
        dispute(number);
        Browser.NewContextOptions phone =
                new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(320, 640);
        try (BrowserContext person = pages().person(agent, phone)) {
            for (String path : List.of("/support.html", "/merchant.html")) {
                // When
                Page page = openOrder(person, path, number);
                // Then
                ScreensIT.assertUsable(page, path);
                assertThat(page.evaluate(
                                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .as(path)
                        .isEqualTo(0);
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
