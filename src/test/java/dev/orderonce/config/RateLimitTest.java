package dev.orderonce.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.orderonce.admission.LimitSettings;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of a limit, and the message that an operator gets for a value that is none. */
class RateLimitTest {
    private static final String WRITTEN =
            "a limit is written COUNT/WINDOW or COUNT/WINDOW burst COUNT, such as 30/1m or 30/1m burst 10";

    private static LimitSettings ordersPlaced(String value) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(LimitSettings.class)
                .withSources(new PropertiesConfigSource(Map.of("limits.orders-placed", value), "test", 100))
                .build()
                .getConfigMapping(LimitSettings.class);
    }

    @ParameterizedTest
    @CsvSource({
        "30/1m, 30, PT1M, 30",
        "30/1m burst 10, 30, PT1M, 10",
        "' 1/500ms ', 1, PT0.5S, 1",
        "5/10m, 5, PT10M, 5",
        "100/2h, 100, PT2H, 100",
        "999999999/7d burst 1, 999999999, PT168H, 1",
        "1/PT1.5S, 1, PT1.5S, 1"
    })
    void written_isRead(String text, int count, Duration window, int burst) {
        assertThat(RateLimit.of(text)).isEqualTo(new RateLimit(count, window, burst));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "often",
                "30",
                "30/",
                "/1m",
                "30 / 1m",
                "-1/1m",
                "1.5/1m",
                "30/minute",
                "30/1m burst",
                "30/1m, 10",
                "30/1m burst ten",
                "30/1m bursts 10",
                "9999999999/1m",
                "30/-1m"
            })
    void notALimit_isRefusedWithASentence(String text) {
        assertThatThrownBy(() -> RateLimit.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(WRITTEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/1m", "0/1m burst 1", "1/1m burst 0", "1/0s", "1/PT0.000999S"})
    void limitThatAllowsNothing_isRefused(String text) {
        assertThatThrownBy(() -> RateLimit.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
    }

    @Test
    void setting_isReadWithItsDefault() {
        // When
        LimitSettings settings = ordersPlaced("7/2m burst 3");
        // Then
        assertThat(settings.ordersPlaced()).isEqualTo(new RateLimit(7, Duration.ofMinutes(2), 3));
        assertThat(settings.numbersIssued()).isEqualTo(new RateLimit(60, Duration.ofMinutes(1), 60));
    }

    @Test
    void settingThatIsNoLimit_endsTheStartWithASentenceThatNamesIt() {
        // When
        Throwable failure = catchThrowable(() -> ordersPlaced("often"));
        // Then
        assertThat(ExitCode.of(1, failure)).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(failure)
                .isInstanceOfSatisfying(
                        ConfigValidationException.class,
                        invalid -> assertThat(ExitCode.sentences(invalid))
                                .containsExactly(
                                        "order-once %s cannot start: limits.orders-placed: \"often\" cannot be used: %s."
                                                .formatted(Version.current(), WRITTEN)));
    }
}
