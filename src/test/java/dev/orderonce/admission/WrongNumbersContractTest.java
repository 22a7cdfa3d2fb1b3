package dev.orderonce.admission;

import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TightBounds;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** Limits a buyer who guesses numbers for their own account. */
@QuarkusTest
@TestProfile(TightBounds.class)
class WrongNumbersContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop other = Shop.newBuyer();

    @Test
    void tooManyWrongNumbers_areRefusedWithTheRightOnes() {
        // Given
        String own = shop.newNumber();
        for (int i = 0; i < TightBounds.WRONG_NUMBERS; i++) {
            shop.state(other.newNumber()).then().statusCode(404);
        }
        // Then: a response does not reveal whether a guess was right
        for (String number : new String[] {other.newNumber(), own}) {
            shop.state(number)
                    .then()
                    .statusCode(429)
                    .body("type", equalTo("/problems/limit-reached"))
                    .body("limit", equalTo("numbers-wrong"));
            shop.voidNumber(number).then().statusCode(429);
            shop.place(number, Baskets.tea(1)).then().statusCode(429);
        }
        // and other buyers and replays are not limited
        other.state(other.newNumber()).then().statusCode(200);
    }

    @Test
    void wrongNumbersOfAProgram_countForTheBuyerForWhomItActs() {
        // Given
        Shop program = Shop.programFor(shop);
        for (int i = 0; i < TightBounds.WRONG_NUMBERS; i++) {
            program.state(Shop.newBuyer().newNumber()).then().statusCode(404);
        }
        // Then
        shop.state(shop.newNumber()).then().statusCode(429);
        program.onBehalfOf(other.subject()).state(other.newNumber()).then().statusCode(200);
    }
}
