package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.config.RateLimit;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The allowed settings of the limits of declined payments. */
class DeclineLimitsTest {
    private static PaymentSettings settings(Map<String, String> given) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PaymentSettings.class)
                .withSources(new PropertiesConfigSource(given, "test", 100))
                .build()
                .getConfigMapping(PaymentSettings.class);
    }

    @Test
    void countAndWindow_areTheLimit() {
        // When
        DeclineLimits limits = new DeclineLimits(settings(Map.of("payments.declines-per-order-limit", "3/5m")));
        // Then
        assertThat(limits.ofOrder()).isEqualTo(RateLimit.of("3/5m"));
        assertThat(limits.ofBuyer()).isEqualTo(RateLimit.of("10/1h"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"payments.declines-per-order-limit", "payments.declines-per-buyer-limit"})
    void burst_isRefusedWithTheNameOfTheSetting(String setting) {
        // Given
        PaymentSettings settings = settings(Map.of(setting, "5/10m burst 2"));
        // Then
        List<String> wrong = new ArrayList<>();
        PaymentSettings.check(settings, wrong::add);
        assertThat(wrong).containsExactly(setting + ": COUNT/WINDOW without a burst");
    }
}
