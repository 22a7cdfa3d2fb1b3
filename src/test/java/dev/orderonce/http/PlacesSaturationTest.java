package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a saturated replica reports itself not ready to the proxy. */
class PlacesSaturationTest {
    private static final Duration LONG = Duration.ofSeconds(11);

    private final TestClock clock = new TestClock();
    private final Places places = new Places(new Two(), clock, new SimpleMeterRegistry());

    /** Two requests in flight at most. */
    private record Two() implements HttpSettings {
        @Override
        public int inFlightLimit() {
            return 2;
        }

        @Override
        public Duration retryDelay() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration bodyTimeout() {
            return Duration.ofSeconds(10);
        }
    }

    private void fill() {
        assertThat(places.take(100)).isTrue();
        assertThat(places.take(100)).isTrue();
        assertThat(places.take(100)).isFalse();
    }

    @Test
    void fullForLong_isSaturated() {
        // Given
        fill();
        assertThat(places.isSaturated()).isFalse();
        // When
        clock.putForward(LONG);
        // Then
        assertThat(places.isSaturated()).isTrue();
        assertThat(places.take(100)).isFalse();
    }

    @Test
    void onePlaceFree_isNotSaturated() {
        // Given
        fill();
        clock.putForward(LONG);
        // When
        places.giveBack(100);
        // Then
        assertThat(places.isSaturated()).isFalse();
        assertThat(places.take(100)).isTrue();
    }

    @Test
    void oneAdmittedInBetween_restartsTheTime() {
        // Given
        fill();
        clock.putForward(LONG);
        places.giveBack(100);
        assertThat(places.take(100)).isTrue();
        // When
        assertThat(places.take(100)).isFalse();
        // Then
        assertThat(places.isSaturated()).isFalse();
        clock.putForward(LONG);
        assertThat(places.isSaturated()).isTrue();
    }

    @Test
    void bodiesTooLargeTogether_areRefused() {
        // Given
        long large = 12L * 1024 * 1024;
        assertThat(places.take(large)).isTrue();
        // Then
        assertThat(places.take(large)).isFalse();
        assertThat(places.take(100)).isTrue();
        // and afterwards
        places.giveBack(100);
        places.giveBack(large);
        assertThat(places.take(large)).isTrue();
    }

    @Test
    void fullWithoutRefusals_isNotSaturated() {
        // Given
        assertThat(places.take(100)).isTrue();
        assertThat(places.take(100)).isTrue();
        // When
        clock.putForward(LONG);
        // Then
        assertThat(places.isSaturated()).isFalse();
    }
}
