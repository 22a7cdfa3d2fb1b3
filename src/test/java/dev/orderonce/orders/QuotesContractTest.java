package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import dev.orderonce.testkit.TightBounds;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders where the shop signs its prices, with the catalogue's code from the documentation. */
@QuarkusTest
@TestProfile(TightBounds.class)
class QuotesContractTest {
    private static final Path DOCUMENTATION = Path.of("src/docs/quotes.md");
    private static final Map<String, Object> BASKET = Baskets.tea(2);
    private static final String LINE = "\"tea-1\", 2, 2100, \"Green tea\"";

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void reset() {
        clock.reset();
    }

    private static String block(String language) throws IOException {
        Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCUMENTATION));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    /** A quote as the documentation's Java code makes it. */
    private static String quote(String key, String currency, String line, long seconds) {
        return quote(key, currency, line, "", seconds);
    }

    private static String quote(String key, String currency, String line, String charges, long seconds) {
        try {
            Path directory = Files.createTempDirectory("quote");
            String main = """
                    public static void main(String[] arguments) throws Exception {
                        System.out.println(of("%s", "%s", List.of(new Line(%s)), List.of(%s), %d));
                    }
                    """.formatted(key, currency, line, charges, seconds);
            Path source = Files.writeString(
                    directory.resolve("Quote.java"),
                    block("java").stripTrailing().replaceFirst("}$", main + "}"));
            return run(Path.of(System.getProperty("java.home"), "bin", "java").toString(), source.toString());
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String quote() {
        return quote(TightBounds.QUOTE_KEY, "EUR", LINE, 900);
    }

    private static Map<String, Object> quoted(String quote) {
        Map<String, Object> basket = new HashMap<>(BASKET);
        basket.put("quote", quote);
        return basket;
    }

    private static void isRefused(Response response) {
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations.field", contains("/quote"));
    }

    @Test
    void madeInJava_isTaken() {
        shop.place(shop.newNumber(), quoted(quote())).then().statusCode(201);
    }

    @Test
    void madeInNode_isTaken() throws Exception {
        Assumptions.assumeTrue(isThereNode(), "there is no Node on this machine");
        // Given
        Path script = Files.writeString(
                Files.createTempDirectory("quote").resolve("quote.mjs"),
                block("js")
                        + "console.log(quote('"
                        + TightBounds.QUOTE_KEY
                        + "', 'EUR', [{ productCode: 'tea-1', quantity: 2, unitPrice: 2100, name: 'Green tea' }]));");
        // When
        String quote = run("node", script.toString());
        // Then
        shop.place(shop.newNumber(), quoted(quote)).then().statusCode(201);
    }

    private static boolean isThereNode() {
        try {
            return new ProcessBuilder("node", "--version").start().waitFor() == 0;
        } catch (IOException none) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void earlierKey_stillServes() {
        shop.place(shop.newNumber(), quoted(quote(TightBounds.EARLIER_QUOTE_KEY, "EUR", LINE, 900)))
                .then()
                .statusCode(201);
    }

    @Test
    void noQuote_isRefusedAndTheNumberStaysUsable() {
        // Given
        String number = shop.newNumber();
        // When
        Response response = shop.place(number, BASKET);
        // Then
        isRefused(response);
        shop.place(number, quoted(quote())).then().statusCode(201);
    }

    @Test
    void noQuoteUnderAKey_isRefused() {
        isRefused(shop.placeByKey(UUID.randomUUID().toString(), BASKET));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tea-1\", 2, 2099, \"Green tea\"", // another price
                "\"tea-1\", 1, 2100, \"Green tea\"",
                "\"tea-2\", 2, 2100, \"Green tea\"",
                "\"tea-1\", 2, 2100, \"Black tea\"",
                "\"tea-1\", 2, 2100, \"\""
            })
    void quoteForOtherLines_isRefused(String line) {
        isRefused(shop.place(shop.newNumber(), quoted(quote(TightBounds.QUOTE_KEY, "EUR", line, 900))));
    }

    @Test
    void quoteWithACharge_isForThatChargeOnly() {
        // Given
        Map<String, Object> coupon = Map.of("kind", "DISCOUNT", "label", "Coupon", "amount", -100);
        String quote = quote(TightBounds.QUOTE_KEY, "EUR", LINE, "new Charge(\"DISCOUNT\", -100, \"Coupon\")", 900);
        Map<String, Object> discounted = quoted(quote);
        discounted.put("charges", List.of(coupon));
        discounted.put("total", 4100);
        Map<String, Object> twice = new HashMap<>(discounted);
        twice.put("charges", List.of(coupon, coupon));
        twice.put("total", 4000);
        // Then
        isRefused(shop.place(shop.newNumber(), twice));
        isRefused(shop.place(shop.newNumber(), quoted(quote)));
        shop.place(shop.newNumber(), discounted).then().statusCode(201);
    }

    @Test
    void quoteForAnotherCurrencyOrOfAnotherKey_isRefused() {
        String other = "//////////////////////////////////////////8=";
        isRefused(shop.place(shop.newNumber(), quoted(quote(TightBounds.QUOTE_KEY, "USD", LINE, 900))));
        isRefused(shop.place(shop.newNumber(), quoted(quote(other, "EUR", LINE, 900))));
    }

    @Test
    void quoteThatWasTamperedWith_isRefused() {
        // Given
        String quote = quote();
        List<String> tampered = new ArrayList<>();
        tampered.add("");
        tampered.add("v1");
        tampered.add("v2" + quote.substring(2));
        tampered.add(quote.replaceFirst("\\.[0-9]", ".9"));
        tampered.add(quote.substring(0, quote.length() - 1));
        tampered.add(quote + "A");
        tampered.add("v1.99999999999." + "A".repeat(43));
        // Then
        assertThat(tampered).allSatisfy(text -> isRefused(shop.place(shop.newNumber(), quoted(text))));
    }

    @Test
    void existingOrder_isReturnedWhateverBecameOfItsQuote() {
        // Given
        String number = shop.newNumber();
        String quote = quote();
        shop.place(number, quoted(quote)).then().statusCode(201);
        // When
        clock.putForward(Duration.ofMinutes(16));
        // Then
        shop.place(number, quoted(quote)).then().statusCode(200);
        shop.place(number, BASKET).then().statusCode(200);
        isRefused(shop.place(shop.newNumber(), quoted(quote)));
    }
}
