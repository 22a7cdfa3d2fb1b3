package dev.orderonce.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.orderonce.testkit.BadNetwork.Fault.BAD_GATEWAY;
import static dev.orderonce.testkit.BadNetwork.Fault.DROP_REPLY;
import static dev.orderonce.testkit.BadNetwork.Fault.DROP_REQUEST;
import static dev.orderonce.testkit.BadNetwork.Fault.LATE_REPLY;
import static dev.orderonce.testkit.BadNetwork.Fault.TWICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.orderonce.testkit.BadNetwork.Fault;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The checkout page in a real browser, against the real service, through a faulty network: exactly one order each time,
 * and the page reports it.
 */
class CheckoutPageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static @Nullable PagesFixture started;

    private final String buyer = "person-" + UUID.randomUUID();
    private @Nullable BrowserContext person;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Browsers.isThere("CheckoutPageIT"));
        started = new PagesFixture(directory);
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    @AfterEach
    void nothingWentWrongInThePage() {
        if (person != null) {
            person.close();
        }
        pages().network().calm();
        assertThat(pages().faults()).isEmpty();
    }

    private static PagesFixture pages() {
        return Objects.requireNonNull(started);
    }

    private BrowserContext person() {
        person = pages().person(buyer);
        return person;
    }

    /** There is one order, and the page shows it. */
    private void assertOneOrder(Page page) throws SQLException {
        String number = pages().placed(page);
        assertThat(number).matches("[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}");
        assertThat(pages().ordersOf(buyer)).isOne();
        assertThat(page.getByTestId("confirmation")).isVisible();
        assertThat(page.getByTestId("unresolved")).isHidden();
    }

    @Test
    void doubleClick_isOneOrder() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        // When
        page.getByTestId("place").dblclick();
        // Then
        assertOneOrder(page);
    }

    @Test
    void tenClicksAtOnce_areOneOrder() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        // When
        page.evaluate(
                "() => { const button = document.getElementById('place'); for (let i = 0; i < 10; i++) button.click(); }");
        // Then
        assertOneOrder(page);
    }

    @Test
    void theButton_isBusyForTheWholeFlight() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        pages().network().expect(DROP_REQUEST, DROP_REQUEST);
        // When
        page.getByTestId("place").click();
        // Then
        assertThat(page.getByTestId("place")).isDisabled();
        assertThat(page.getByTestId("place")).hasAttribute("aria-busy", "true");
        assertOneOrder(page);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whateverTheNetworkDoes_isOneOrder(Fault fault) throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        pages().network().expect(fault);
        // When
        page.getByTestId("place").click();
        // Then
        assertOneOrder(page);
    }

    @Test
    void oneFaultAfterTheOther_isOneOrder() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        pages().network().expect(DROP_REQUEST, BAD_GATEWAY, DROP_REPLY, TWICE);
        // When
        page.getByTestId("place").click();
        // Then
        assertOneOrder(page);
    }

    private void clickAndAwaitArrival(Page page) {
        int before = pages().network().placings();
        page.getByTestId("place").click();
        await().atMost(PATIENCE).until(() -> pages().network().placings() > before);
    }

    @Test
    void reloadInFlight_findsTheOrder() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        pages().network().expect(LATE_REPLY);
        clickAndAwaitArrival(page);
        // When
        page.reload();
        // Then
        assertOneOrder(page);
        // and the payment, which the buyer has asked for with the same click, goes on
        assertThat(page.getByTestId("payment-said")).containsText("paid", TEXT_PATIENTLY);
    }

    @Test
    void reloadInFlightOfWhatNeverArrived_leavesNothingBehind() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        pages().network().expect(DROP_REQUEST, DROP_REQUEST, DROP_REQUEST);
        clickAndAwaitArrival(page);
        // When
        page.reload();
        // Then: it was retried before, or it will never be placed and the basket is unchanged
        placeAgainIfNotPlaced(page);
        assertOneOrder(page);
    }

    private static void placeAgainIfNotPlaced(Page page) {
        await().atMost(PATIENCE)
                .until(() -> page.getByTestId("confirmation").isVisible()
                        || (page.getByTestId("place").isVisible()
                                && page.getByTestId("place").isEnabled()));
        if (page.getByTestId("confirmation").isHidden()) {
            page.getByTestId("place").click();
        }
    }

    @Test
    void tabClosedInFlightAndOpenedAgain_findsTheOrder() throws SQLException {
        // Given
        BrowserContext context = person();
        Page page = pages().atTheCheckout(context);
        pages().network().expect(LATE_REPLY);
        clickAndAwaitArrival(page);
        // When
        page.close();
        Page again = context.newPage();
        again.navigate(pages().network().url() + "/#checkout");
        // Then
        assertOneOrder(again);
    }

    @Test
    void twoTabsAtOnce_areOneOrderAndBothShowIt() throws SQLException {
        // Given
        BrowserContext context = person();
        Page one = pages().atTheCheckout(context);
        Page two = context.newPage();
        two.navigate(pages().network().url() + "/#checkout");
        pages().enabled(two);
        pages().network().expect(DROP_REPLY);
        // When
        one.evaluate("() => document.getElementById('place').click()");
        two.evaluate("() => document.getElementById('place').click()");
        // Then
        assertOneOrder(one);
        assertThat(pages().placed(two)).isEqualTo(pages().placed(one));
    }

    @Test
    void offlineAndOnlineAgain_isOneOrder() throws SQLException {
        // Given
        BrowserContext context = person();
        Page page = pages().atTheCheckout(context);
        context.setOffline(true);
        // When
        page.getByTestId("place").click();
        assertThat(page.getByTestId("checkout-said")).isVisible();
        context.setOffline(false);
        // Then
        assertOneOrder(page);
    }

    @Test
    void serviceRestartedInFlight_isOneOrder() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        pages().network().expect(DROP_REPLY);
        pages().kill();
        // When
        page.getByTestId("place").click();
        pages().restart();
        // Then: it was retried, or it will never be placed and the basket is unchanged
        placeAgainIfNotPlaced(page);
        assertOneOrder(page);
    }

    @Test
    void clockThatIsADayWrong_isOneOrder() throws SQLException {
        // Given
        BrowserContext context = person();
        context.addInitScript("""
                const Right = Date, WRONG_BY = 86400000;
                globalThis.Date = class extends Right {
                  constructor(...parts) { if (parts.length) super(...parts); else super(Right.now() + WRONG_BY); }
                  static now() { return Right.now() + WRONG_BY; }
                };
                """);
        Page page = pages().atTheCheckout(context);
        pages().network().expect(DROP_REPLY);
        // When
        page.getByTestId("place").click();
        // Then
        assertOneOrder(page);
    }

    @Test
    void storageDenied_isOneOrderAndThePageSaysWhatToDo() throws SQLException {
        // Given
        BrowserContext context = person();
        context.addInitScript("""
                for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
                  Object.defineProperty(globalThis, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
                """);
        Page page = pages().atTheCheckout(context);
        assertThat(page.getByTestId("not-durable")).isVisible();
        pages().network().expect(DROP_REPLY);
        // When
        page.getByTestId("place").click();
        // Then: the page could not know beforehand who is signed in
        assertThat(pages().placed(page)).isNotEmpty();
        String name = page.getByTestId("who-name").textContent().replaceFirst("^Demo user: ", "");
        assertThat(pages().ordersOf(name)).isOne();
    }

    private static final LocatorAssertions.IsVisibleOptions PATIENTLY =
            new LocatorAssertions.IsVisibleOptions().setTimeout(60_000);
    private static final LocatorAssertions.ContainsTextOptions TEXT_PATIENTLY =
            new LocatorAssertions.ContainsTextOptions().setTimeout(60_000);

    @Test
    void sameBasketAgain_requiresConfirmation() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        page.getByTestId("place").click();
        assertOneOrder(page);
        page.getByTestId("to-teas").click();
        pages().fill(page, "tea-1");
        // When
        page.getByTestId("place").click();
        page.getByTestId("lookalike-no").click();
        // Then
        assertThat(page.getByTestId("checkout-said")).containsText("No second order was placed");
        assertThat(pages().ordersOf(buyer)).isOne();
        // and a second order is placed if the buyer confirms it
        page.getByTestId("place").click();
        page.getByTestId("lookalike-yes").click();
        assertThat(page.getByTestId("confirmation")).isVisible(PATIENTLY);
        assertThat(pages().ordersOf(buyer)).isEqualTo(2);
    }

    @Test
    void largeAmount_requiresConfirmation() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person(), "year-1");
        // When
        page.getByTestId("place").click();
        page.getByTestId("large-no").click();
        assertThat(pages().ordersOf(buyer)).isZero();
        page.getByTestId("place").click();
        page.getByTestId("large-yes").click();
        // Then
        assertOneOrder(page);
    }

    @Test
    void changeInOneTab_isShownInAnother() {
        // Given
        BrowserContext context = person();
        Page page = pages().atTheCheckout(context);
        Page other = context.newPage();
        other.navigate(pages().network().url() + "/#orders");
        assertThat(other.getByTestId("orders-none")).containsText("You haven’t ordered anything yet", TEXT_PATIENTLY);
        other.getByTestId("nav-teas").click();
        // When
        page.getByTestId("place").click();
        // Then
        assertThat(other.getByTestId("news-count")).isVisible(PATIENTLY);
        assertThat(other.getByTestId("news").first().locator("a").boundingBox().height)
                .as("the height of the link")
                .isGreaterThanOrEqualTo(24);
    }

    @Test
    void stillUnknown_hasOneWayForward() throws SQLException {
        // Given: a service that is unavailable for longer than the page tries
        Page page = pages().atTheCheckout(person());
        pages().network().lead(1);
        // When
        page.getByTestId("place").click();
        // Then
        assertThat(page.getByTestId("check-now")).isVisible(PATIENTLY);
        assertThat(page.getByTestId("checkout-said")).containsText("We couldn’t confirm your order yet");
        assertThat(page.getByTestId("place")).isHidden();
        assertThat(page.getByTestId("unresolved")).isHidden();
        // and it is listed on the other screens
        page.getByTestId("nav-teas").click();
        assertThat(page.getByTestId("unresolved-row")).hasCount(1);
        page.getByTestId("nav-checkout").click();
        assertThat(pages().ordersOf(buyer)).isZero();
        // When the service is back
        pages().network().lead(port());
        page.getByTestId("check-now").click();
        // Then
        assertThat(page.getByTestId("checkout-said")).containsText("Nothing was ordered or charged", TEXT_PATIENTLY);
        page.getByTestId("place").click();
        assertOneOrder(page);
    }

    @Test
    void lateReply_isConfirmedByTheLiveEvent() throws SQLException {
        // Given: a response that comes after 17 s
        Page page = pages().atTheCheckout(person());
        pages().network().expect(LATE_REPLY);
        clickAndAwaitArrival(page);
        await().atMost(PATIENCE).until(() -> pages().ordersOf(buyer) == 1);
        // When
        long committed = System.nanoTime();
        assertThat(page.getByTestId("confirmation"))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(1_500));
        // Then
        System.out.printf(
                "CheckoutPageIT: confirmed %d ms after the commit, without the response%n",
                Duration.ofNanos(System.nanoTime() - committed).toMillis());
        assertOneOrder(page);
        assertThat(page.getByTestId("payment-said")).containsText("paid", TEXT_PATIENTLY);
    }

    @Test
    void unknownOrder_isFoundOutWithoutTheBuyerWhenTheServiceIsBack() throws SQLException {
        // Given: the order was placed, its response was lost, and nothing reaches the service any more
        Page page = pages().atTheCheckout(person());
        page.route("**/events", Route::abort);
        page.reload();
        pages().enabled(page);
        AtomicBoolean isCut = new AtomicBoolean();
        page.route(url -> url.contains("/order"), route -> {
            if (route.request().method().equals("POST") && isCut.compareAndSet(false, true)) {
                // It is processed, and its response is lost.
                route.fetch();
            }
            if (isCut.get()) {
                route.abort();
            } else {
                route.resume();
            }
        });
        page.getByTestId("place").click();
        assertThat(page.getByTestId("check-now")).isVisible(PATIENTLY);
        assertThat(pages().ordersOf(buyer)).isOne();
        // When
        isCut.set(false);
        // Then: after 20 s at the latest
        assertThat(page.getByTestId("confirmation"))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(25_000));
        assertOneOrder(page);
    }

    @Test
    void nextOrderInAnotherTab_clearsWhatWasSaidOfTheLast() throws SQLException {
        // Given: two tabs have placed one checkout
        BrowserContext context = person();
        Page one = pages().atTheCheckout(context);
        Page two = context.newPage();
        two.navigate(pages().network().url() + "/#checkout");
        pages().enabled(two);
        pages().network().expect(DROP_REPLY);
        one.evaluate("() => document.getElementById('place').click()");
        two.evaluate("() => document.getElementById('place').click()");
        assertOneOrder(one);
        assertOneOrder(two);
        // When
        one.getByTestId("to-teas").click();
        one.getByTestId("add-tea-2").click();
        // Then
        pages().enabled(two);
        assertThat(two.getByTestId("place")).isVisible();
        assertThat(two.getByTestId("checkout-said")).isEmpty();
        one.getByTestId("nav-checkout").click();
        assertThat(one.getByTestId("checkout-said")).isEmpty();
    }

    @Test
    void ordersThatCannotBeLoaded_sayWhyAndLoadWhenTheNetworkIsBack() {
        // Given
        BrowserContext context = person();
        Page page = pages().atTheCheckout(context);
        context.setOffline(true);
        // When
        page.getByTestId("nav-orders").click();
        // Then
        assertThat(page.getByTestId("orders-none")).containsText("You’re offline. We’ll load your orders");
        page.getByTestId("orders-refresh").click();
        assertThat(page.getByTestId("orders-refresh")).isEnabled();
        // When
        context.setOffline(false);
        // Then
        assertThat(page.getByTestId("orders-none")).containsText("You haven’t ordered anything yet", TEXT_PATIENTLY);
    }

    @Test
    void oneButton_placesAndPaysWhatTheSummarySays() {
        // Given
        Page page = pages().atTheCheckout(person());
        page.getByTestId("delivery-express").check();
        page.getByTestId("field-code").fill("leaf10");
        page.getByTestId("code-use").click();
        assertThat(page.getByTestId("checkout-open").getByTestId("charge"))
                .hasText(new String[] {"Discount LEAF10-€2.10", "Express, 1 to 2 days€9.90", "Tax (7%)€2.02"});
        assertThat(page.getByTestId("place")).hasText("Pay €30.82");
        assertThat(page.locator("body")).not().containsText("Order number");
        // When
        page.getByTestId("place").click();
        // Then
        assertThat(page.getByTestId("payment-said")).containsText("€30.82 paid", TEXT_PATIENTLY);
        JsonObject order = find(pages().placed(page));
        assertThat(order.getString("state")).isEqualTo("PAID");
        assertThat(order.getLong("total")).isEqualTo(3082);
        assertThat(order.getString("contact")).isEqualTo("ada@example.com");
        assertThat(order.getString("delivery")).isEqualTo("Ada Visitor, Lindenstraße 12, 10969 Berlin, DE");
        assertThat(order.getJsonArray("charges").stream()
                        .map(JsonObject.class::cast)
                        .map(charge -> charge.getString("kind") + " " + charge.getLong("amount")))
                .containsExactly("DISCOUNT -210", "SHIPPING 990", "TAX 202");
    }

    private JsonObject find(String number) {
        return pages().send(buyer, "buyer", "GET", "/orders/" + number, new JsonObject());
    }

    @Test
    void missingAddress_isMarkedAndNothingIsSent() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        page.getByTestId("field-city").fill("");
        // When
        page.getByTestId("place").click();
        // Then
        assertThat(page.getByTestId("field-city")).isFocused();
        assertThat(page.getByTestId("field-city")).hasAttribute("aria-invalid", "true");
        assertThat(page.getByTestId("field-city")).hasAccessibleDescription("Enter the city.");
        assertThat(pages().ordersOf(buyer)).isZero();
        // When
        page.getByTestId("field-city").fill("Potsdam");
        page.getByTestId("place").click();
        // Then
        assertOneOrder(page);
    }

    @Test
    void declinedCard_leavesOneOrderThatCanBePaidAgain() throws SQLException {
        // Given
        Page page = pages().atTheCheckout(person());
        page.getByTestId("field-card").selectOption("declined");
        // When
        page.getByTestId("place").click();
        // Then
        assertThat(page.getByTestId("payment-said")).containsText("You weren’t charged", TEXT_PATIENTLY);
        assertThat(page.getByTestId("pay-now")).isEnabled();
        assertOneOrder(page);
        assertThat(find(pages().placed(page)).getString("state")).isEqualTo("CREATED");
    }

    @Test
    void cancelledPaidOrder_saysWhatHappensToTheMoney() {
        // Given
        Page page = pages().atTheCheckout(person());
        page.getByTestId("place").click();
        assertThat(page.getByTestId("payment-said")).containsText("€27.71 paid", TEXT_PATIENTLY);
        page.getByTestId("to-order").click();
        // When
        page.getByTestId("cancel").click();
        assertThat(page.getByTestId("dialog-cancel")).containsText("You’ll be refunded €27.71 in full.");
        assertThat(page.getByTestId("cancel-no")).hasClass("primary");
        page.getByTestId("cancel-yes").click();
        // Then
        assertThat(page.getByTestId("result")).containsText("is cancelled and €27.71 refunded.", TEXT_PATIENTLY);
        assertThat(page.getByTestId("order")).containsText("€27.71 refunded.");
    }

    @Test
    void itemAddedInFlight_isNotOrderedAndStaysAlone() throws SQLException {
        // Given: an order on its way
        Page page = pages().atTheCheckout(person());
        List<Route> held = new CopyOnWriteArrayList<>();
        page.route("**/orders", route -> {
            if (route.request().method().equals("POST")) {
                held.add(route);
            } else {
                route.resume();
            }
        });
        page.getByTestId("place").click();
        assertThat(page.getByTestId("place")).isDisabled();
        // When
        page.getByTestId("nav-teas").click();
        page.getByTestId("add-tea-2").click();
        page.waitForCondition(() -> !held.isEmpty());
        held.getFirst().resume();
        // Then
        page.getByTestId("nav-checkout").click();
        assertThat(page.getByTestId("checkout-said"))
                .containsText("What’s in your basket now hasn’t been ordered.", TEXT_PATIENTLY);
        assertThat(page.getByTestId("checkout-open")).containsText("1 × Jasmine pearls");
        assertThat(page.getByTestId("checkout-open")).not().containsText("Green tea");
        assertThat(pages().ordersOf(buyer)).isOne();
    }

    @Test
    void theHero_countsOneOrderOverADoubleClickAndAReload() throws SQLException {
        // Given
        Page page = person().newPage();
        page.navigate(pages().network().url() + "/");
        page.getByTestId("hero-fault").selectOption("drop-reply");
        page.getByTestId("hero-buy").click();
        pages().enabled(page);
        // When
        page.getByTestId("place").dblclick();
        assertOneOrder(page);
        page.reload();
        page.getByTestId("nav-teas").click();
        // Then
        assertThat(page.getByTestId("hero-made")).hasText("1");
        assertThat(page.getByTestId("hero-arrived")).hasText(Pattern.compile("[1-9]"));
        assertThat(page.getByTestId("hero-tried")).hasText(Pattern.compile("[1-9]"));
        assertThat(pages().ordersOf(buyer)).isOne();
    }

    private static int port() {
        return Integer.parseInt(pages().service().replaceFirst(".*:", ""));
    }
}
