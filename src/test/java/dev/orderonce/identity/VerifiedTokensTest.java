package dev.orderonce.identity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A token has exactly one accepted spelling: with several, the cache would hold it several times. */
@QuarkusTest
class VerifiedTokensTest {
    private static final String SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final Shop shop = Shop.newBuyer();

    private static int status(String token) {
        return given().header("Authorization", "Bearer " + token)
                .get("/order-numbers")
                .statusCode();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*****", "=", "==", "!", "~", ".", ".x", "/", "+"})
    void tokenWithSomethingBehindIt_isRefused(String rest) {
        assertThat(status(shop.token())).isEqualTo(200);
        assertThat(status(shop.token() + rest)).isEqualTo(401);
    }

    @Test
    void anotherLastSymbol_isRefused() {
        // Given
        String token = shop.token();
        char last = token.charAt(token.length() - 1);
        for (int i = 0; i < SYMBOLS.length(); i++) {
            char symbol = SYMBOLS.charAt(i);
            // When
            int status = status(token.substring(0, token.length() - 1) + symbol);
            // Then
            assertThat(status).as("%c", symbol).isEqualTo(symbol == last ? 200 : 401);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a.b.QUJD, true",
        "a.b.QUI, true",
        "a.b.QQ, true",
        "a.b.QUJ, false",
        "a.b.QR, false",
        "a.b.Q, false",
        "a.b.QUJDQ, false",
        "a.b., false",
        "a.b, false",
        "a.b.c.QUJD, false",
        "a.b.QU JD, false",
        "a.b.QUJ=, false"
    })
    void canonicalForm(String token, boolean isCanonical) {
        assertThat(VerifiedTokens.isCanonical(token)).isEqualTo(isCanonical);
    }
}
