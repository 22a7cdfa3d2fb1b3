package dev.orderonce.journeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** A buyer who reloads the checkout page, before, during and after the order. */
@QuarkusTest
class ReloadTest {
    private final Shop shop = Shop.newBuyer();

    @Test
    void reloadInTheMiddle_findsTheSameNumberAndThenTheOrder() {
        // Given: the page loads and is reloaded before anything was sent
        String number = shop.issue("basket-7").path("number");
        assertThat(shop.issue("basket-7").<String>path("number")).isEqualTo(number);
        // When: the order is sent, the answer is not waited for, the page is loaded again
        shop.place(number).then().statusCode(201);
        Response reloaded = shop.issue("basket-7");
        // Then: the page gets that the checkout is placed, and the link to the order
        reloaded.then().body("state", equalTo("PLACED"));
        shop.request()
                .get(reloaded.<String>path("order"))
                .then()
                .statusCode(200)
                .body("number", equalTo(number));
    }

    @Test
    void tabsOpenedAtOnce_shareOneNumber() {
        // Given
        Callable<Response> tab = () -> shop.issue("basket-8");
        // When
        List<Response> answers = Racers.race(Collections.nCopies(16, tab));
        // Then
        assertThat(answers).extracting(answer -> answer.<String>path("number")).hasSize(16);
        assertThat(answers.stream().map(answer -> answer.<String>path("number")).distinct())
                .hasSize(1);
    }
}
