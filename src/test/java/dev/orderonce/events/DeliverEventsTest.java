package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a consumer that is behind waits between two batches. */
class DeliverEventsTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            PT0S,    PT0.001S
            PT0.4S,  PT0.2S
            PT2S,    PT1S
            PT8M,    PT1S
            """)
    void pause_isHalfOfTheBatchWithinBounds(Duration took, Duration pause) {
        assertThat(DeliverEvents.pause(took, Duration.ofMillis(1))).isEqualTo(pause);
    }

    @ParameterizedTest
    @CsvSource({"PT0S", "PT1S", "PT8M"})
    void pause_isNoShorterThanThatOfTheConsumer(Duration took) {
        assertThat(DeliverEvents.pause(took, Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
    }
}
