package dev.orderonce.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** An impatient buyer, or a faulty page: many submits in one instant make one order. */
@QuarkusTest
class DoubleClickTest {
    private static final int RACERS = 16;

    private final Shop shop = Shop.newBuyer();

    @Test
    void twoClicksInOneInstant_makeOneOrderReturnedToBoth() {
        // Given
        String number = shop.newNumber();
        // When
        List<Response> answers = race(number, 2);
        // Then
        assertThat(statuses(answers)).containsExactly(200, 201);
        assertThat(answers).extracting(answer -> answer.<String>path("number")).containsOnly(number);
    }

    @RepeatedTest(100)
    void sixteenRacersOnOneNumber_makeOneOrder() {
        // Given
        String number = shop.newNumber();
        // When
        List<Response> answers = race(number, RACERS);
        // Then
        List<Integer> statuses = statuses(answers);
        assertThat(statuses).hasSize(RACERS).containsOnly(200, 201);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        Set<String> placedAt = new HashSet<>();
        answers.forEach(answer -> placedAt.add(answer.path("placedAt")));
        assertThat(placedAt).hasSize(1);
        assertThat(Database.rows(number)).isOne();
        assertThat(Database.events(number)).isOne();
    }

    @RepeatedTest(50)
    void placeRacingAVoid_exactlyOneWinsAndTheLoserGetsTheResult() {
        // Given
        String number = shop.newNumber();
        // When
        List<Response> answers = Racers.race(List.of(() -> shop.place(number), () -> shop.voidNumber(number)));
        // Then
        int place = answers.getFirst().statusCode();
        int voiding = answers.getLast().statusCode();
        if (place == 201) {
            assertThat(voiding).isEqualTo(409);
            assertThat(answers.getLast().<String>path("order")).isEqualTo("/orders/" + number);
            assertThat(Database.state(number)).isEqualTo("CREATED");
        } else {
            assertThat(place).isEqualTo(410);
            assertThat(answers.getFirst().<String>path("type")).isEqualTo("/problems/number-voided");
            assertThat(voiding).isEqualTo(200);
            assertThat(Database.state(number)).isEqualTo("VOIDED");
        }
        assertThat(Database.rows(number)).isOne();
    }

    private List<Response> race(String number, int racers) {
        Callable<Response> racer = () -> shop.place(number);
        return Racers.race(Collections.nCopies(racers, racer));
    }

    private static List<Integer> statuses(List<Response> answers) {
        return answers.stream().map(Response::statusCode).sorted().toList();
    }
}
