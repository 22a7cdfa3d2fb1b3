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
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.orderonce.testkit.BadNetwork.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
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
        pages().network().expect(DROP_REPLY);
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
        await().atMost(PATIENCE)
                .until(() -> page.getByTestId("confirmation").isVisible()
                        || page.getByTestId("place").isEnabled());
        if (page.getByTestId("confirmation").isHidden()) {
            page.getByTestId("place").click();
        }
        assertOneOrder(page);
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
        // Then: without an action of the buyer, or when the buyer tries again
        await().atMost(PATIENCE)
                .until(() -> page.getByTestId("confirmation").isVisible()
                        || page.getByTestId("retry").count() == 1);
        if (page.getByTestId("retry").count() == 1) {
            page.getByTestId("retry").click();
        }
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
        String name = page.getByTestId("who-name").textContent().replaceFirst("^Signed in as ", "");
        assertThat(pages().ordersOf(name)).isOne();
    }

    private static final LocatorAssertions.IsVisibleOptions PATIENTLY =
            new LocatorAssertions.IsVisibleOptions().setTimeout(60_000);

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
        assertThat(page.getByTestId("checkout-said")).containsText("Nothing was ordered");
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
        page.getByTestId("place").click();
        pages().placed(page);
        Page other = context.newPage();
        other.navigate(pages().network().url() + "/");
        assertThat(other.getByTestId("nav-orders")).isVisible();
        other.getByTestId("nav-orders").click();
        assertThat(other.getByTestId("order")).hasCount(1);
        other.getByTestId("nav-teas").click();
        // When
        page.getByTestId("to-order").click();
        page.getByTestId("pay").first().click();
        // Then
        assertThat(other.getByTestId("news-count")).isVisible(PATIENTLY);
    }

    @Test
    void stillUnknown_staysInTheTableUntilItIsChecked() throws SQLException {
        // Given: a service that is unavailable for longer than the page tries
        BrowserContext context = person();
        Page page = pages().atTheCheckout(context);
        pages().network().lead(1);
        page.getByTestId("place").click();
        assertThat(page.getByTestId("unresolved-row")).hasCount(1, patientCount());
        assertThat(pages().ordersOf(buyer)).isZero();
        pages().network().lead(port());
        // When
        page.getByTestId("retry").click();
        // Then
        assertOneOrder(page);
    }

    private static int port() {
        return Integer.parseInt(pages().service().replaceFirst(".*:", ""));
    }

    private static LocatorAssertions.HasCountOptions patientCount() {
        return new LocatorAssertions.HasCountOptions().setTimeout(120_000);
    }
}
