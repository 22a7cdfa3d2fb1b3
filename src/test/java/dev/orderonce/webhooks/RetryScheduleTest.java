package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delays double up to an hour. */
class RetryScheduleTest {
    @ParameterizedTest
    @CsvSource({"1, 5", "2, 10", "3, 20", "10, 2560", "11, 3600", "100, 3600", "2147483647, 3600"})
    void delay_doublesUpToAnHour(int failures, int seconds) {
        assertThat(RetrySchedule.delay(failures, Optional.empty(), 0.5)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void delay_isSpread() {
        assertThat(RetrySchedule.delay(1, Optional.empty(), 0)).isEqualTo(Duration.ofSeconds(4));
        assertThat(RetrySchedule.delay(1, Optional.empty(), 1)).isEqualTo(Duration.ofSeconds(6));
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "3, 5", "60, 60", "3600, 3600", "999999999, 3600"})
    void retryAfter_lengthensTheDelayUpToAnHour(int asked, int seconds) {
        assertThat(RetrySchedule.delay(1, Optional.of(Duration.ofSeconds(asked)), 0.5))
                .isEqualTo(Duration.ofSeconds(seconds));
    }
}
