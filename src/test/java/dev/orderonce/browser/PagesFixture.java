package dev.orderonce.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.orderonce.embedded.Standalone;
import dev.orderonce.packaged.Replica;
import dev.orderonce.testkit.BadNetwork;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** The packaged service, a network that can inject faults, and a browser; reads the database. */
final class PagesFixture implements AutoCloseable {
    private static final double PATIENCE_MILLIS = 60_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9A-Z-]{20}");

    private final Standalone stores;
    private final Replica replica;
    private final BadNetwork network;
    private final Playwright playwright;
    private final Browser browser;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> faults = new CopyOnWriteArrayList<>();

    PagesFixture(Path directory) throws IOException {
        this(directory, Map.of());
    }

    /** Starts the service with these settings besides those of its stores. */
    PagesFixture(Path directory, Map<String, String> settings) throws IOException {
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
        Map<String, String> environment = new HashMap<>(Stores.environment(stores));
        environment.putAll(settings);
        replica = Replica.start(directory.resolve("service"), environment);
        network = BadNetwork.before(replica.port());
        playwright = Browsers.playwright();
        browser = Browsers.launch(playwright);
    }

    BadNetwork network() {
        return network;
    }

    /** The address of the service without the network in between. */
    String service() {
        return "http://127.0.0.1:" + replica.port();
    }

    /** Kills the service and starts it again; the network forwards to the new process. */
    void restart() {
        replica.restart();
        network.lead(replica.port());
    }

    void kill() {
        replica.kill();
    }

    /** A browser of one person: its own storage; records its errors. */
    BrowserContext person(String name) {
        return person(name, new Browser.NewContextOptions());
    }

    BrowserContext person(String name, Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options.setLocale("en-GB"));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        context.addInitScript("""
                try {
                  if (!localStorage.getItem('shop name buyer')) localStorage.setItem('shop name buyer', '"%1$s"');
                  if (!localStorage.getItem('shop name support')) localStorage.setItem('shop name support', '"%1$s"');
                  if (!localStorage.getItem('shop name merchant')) localStorage.setItem('shop name merchant', '"%1$s"');
                } catch { /* denied */ }
                """.formatted(name));
        context.onConsoleMessage(this::keep);
        context.onWebError(error -> faults.add(error.error()));
        return context;
    }

    private void keep(ConsoleMessage message) {
        if (message.type().equals("error")) {
            faults.add(message.text() + " " + message.location());
        }
    }

    /** The errors of all pages since the last call, without failed requests. */
    List<String> faults() {
        List<String> found = faults.stream()
                .filter(text -> !text.startsWith("Failed to load resource"))
                .toList();
        faults.clear();
        return found;
    }

    /** All of it. */
    List<String> faultsAndFailedRequests() {
        List<String> found = List.copyOf(faults);
        faults.clear();
        return found;
    }

    /** Opens the shop's checkout with two packets of tea in the basket. */
    Page atTheCheckout(BrowserContext person) {
        return atTheCheckout(person, "tea-1");
    }

    Page atTheCheckout(BrowserContext person, String product) {
        Page page = person.newPage();
        page.navigate(network.url() + "/");
        fill(page, product);
        return page;
    }

    void fill(Page page, String product) {
        page.getByTestId("add-" + product).click();
        page.getByTestId("nav-checkout").click();
        enabled(page);
    }

    /** Waits until the order can be placed under a number. */
    void enabled(Page page) {
        PlaywrightAssertions.assertThat(page.getByTestId("place"))
                .hasAttribute(
                        "data-number", NUMBER, new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MILLIS));
        PlaywrightAssertions.assertThat(page.getByTestId("place"))
                .isEnabled(new LocatorAssertions.IsEnabledOptions().setTimeout(PATIENCE_MILLIS));
    }

    /** The number of the order that the page reports as placed. */
    String placed(Page page) {
        return page.getByTestId("placed-number").textContent().strip();
    }

    /** Sends a request with a new idempotency key as a person with one role; returns the JSON of the response. */
    JsonObject send(String subject, String role, String method, String path, JsonObject body) {
        return exchange(
                method,
                path,
                body,
                Map.of(
                        "Authorization",
                        "Bearer " + token(subject, role),
                        "Idempotency-Key",
                        UUID.randomUUID().toString()));
    }

    /** The token of a person with one role. */
    String token(String subject, String role) {
        JsonObject signIn = new JsonObject().put("subject", subject).put("roles", List.of(role));
        return exchange("POST", "/demo/sign-in", signIn, Map.of()).getString("token");
    }

    private JsonObject exchange(String method, String path, JsonObject body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service() + path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.encode()));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        try {
            return new JsonObject(http.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .body());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Opens a connection to the database of the service. */
    Connection database() throws SQLException {
        return Database.connect(stores);
    }

    long ordersOf(String buyer) throws SQLException {
        try (Connection connection = database();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT count(*) FROM orders WHERE buyer = ? AND state <> 'VOIDED'")) {
            statement.setString(1, buyer);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
        network.close();
        replica.close();
        stores.close();
    }
}
