package dev.orderonce.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.Placement;
import dev.orderonce.testkit.Labels;
import org.junit.jupiter.api.Test;

/** Statistics count the outcomes of placing by their labels. */
class LastHourTest {
    @Test
    void countedOutcomes_areThoseOfPlacing() {
        assertThat(Labels.of(Placement.class))
                .contains(LastHour.PLACED, LastHour.PREVENTED)
                .containsAll(LastHour.CONFIRMATION_REQUIRED);
    }
}
