package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Malformed numbers are refused without a store: also while both stores are unavailable. */
@QuarkusTest
class CutOffTest {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void heal() {
        Stores.toRedis().heal();
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void mistypedNumbers_areRefusedWithTheStoresCutOff() {
        // Given
        String own = shop.newNumber();
        String foreign = Shop.newBuyer().newNumber();
        List<String> wrong = Stream.of(List.of("nonsense", "ZZZZZZ-ZZZZZZ-ZZZZZZ"), oneSymbolWrong(own))
                .flatMap(List::stream)
                .toList();
        Stores.toRedis().refuse();
        Stores.toPostgreSql().refuse();
        // When
        List<Response> places = wrong.stream().map(shop::place).toList();
        List<Response> states = wrong.stream().map(shop::state).toList();
        List<Response> voids = wrong.stream().map(shop::voidNumber).toList();
        // Then
        assertThat(places).allSatisfy(answer -> answer.then().statusCode(400).body("retry", equalTo("new-number")));
        assertThat(states).allSatisfy(answer -> answer.then().statusCode(404));
        assertThat(voids).allSatisfy(answer -> answer.then().statusCode(404));
        shop.place(own).then().statusCode(503);
        // And whether another buyer is a guest whom this one has claimed is unknown: the refusal is not final
        for (Response answer : List.of(shop.place(foreign), shop.state(foreign), shop.voidNumber(foreign))) {
            answer.then().statusCode(503).body("retry", equalTo("same-request"));
        }
    }

    private static List<String> oneSymbolWrong(String number) {
        char last = number.charAt(number.length() - 1);
        return ALPHABET.chars()
                .filter(symbol -> symbol != last)
                .mapToObj(symbol -> number.substring(0, number.length() - 1) + (char) symbol)
                .toList();
    }
}
