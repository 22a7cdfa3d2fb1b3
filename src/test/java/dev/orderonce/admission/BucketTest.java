package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The arithmetic of a limit, in microseconds; the Lua scripts use the same. */
class BucketTest {
    private static final double MINUTE = 60_000_000;
    private static final double SECOND = 1_000_000;

    /** A time as a clock returns it: a double holds it to a quarter of a microsecond. */
    private static final double NOW = 1_763_700_000_000_000.0;

    /** Six a minute, three at once: one each ten seconds. */
    private static final Bucket BUCKET = new Bucket(Limit.ORDERS_PLACED, 6, Duration.ofMinutes(1), 3);

    /** When the bucket will be empty after so many at once. */
    private static double after(int requests) {
        double emptyAt = 0;
        for (int i = 0; i < requests; i++) {
            emptyAt = BUCKET.filled(emptyAt, NOW);
        }
        return emptyAt;
    }

    @Test
    void oneRequest_fillsOneIntervalOfTheDepth() {
        assertThat(BUCKET.interval()).isEqualTo(10 * SECOND);
        assertThat(BUCKET.depth()).isEqualTo(30 * SECOND);
    }

    @Test
    void afterAPause_asManyFitAsTheBurstAndNotOneMore() {
        // Given
        double full = after(3);
        // Then
        assertThat(BUCKET.wait(0, NOW)).isNegative();
        assertThat(BUCKET.wait(after(1), NOW)).isNegative();
        assertThat(BUCKET.wait(after(2), NOW)).isZero();
        assertThat(BUCKET.wait(full, NOW)).isEqualTo(10 * SECOND);
        assertThat(full).isEqualTo(NOW + 30 * SECOND);
    }

    @Test
    void full_oneFitsAnIntervalLaterAndNoMicrosecondSooner() {
        // Given
        double full = after(3);
        double later = NOW + BUCKET.interval();
        // Then
        assertThat(BUCKET.wait(full, later - 1)).isEqualTo(1);
        assertThat(BUCKET.wait(full, later)).isZero();
        assertThat(BUCKET.wait(BUCKET.filled(full, later), later)).isEqualTo(10 * SECOND);
    }

    @Test
    void returnedWait_isExact() {
        // Given
        double full = after(3);
        double now = NOW + 3_456_789;
        // When
        double wait = BUCKET.wait(full, now);
        // Then
        assertThat(wait).isEqualTo(6_543_211);
        assertThat(BUCKET.wait(full, now + wait)).isZero();
        assertThat(BUCKET.wait(full, now + wait - 1)).isPositive();
    }

    @Test
    void quietForYears_addsNothingToTheBurst() {
        // Given
        double later = NOW + 365 * 24 * 60 * MINUTE;
        double emptyAt = after(3);
        // When
        for (int i = 0; i < 3; i++) {
            assertThat(BUCKET.wait(emptyAt, later)).isNotPositive();
            emptyAt = BUCKET.filled(emptyAt, later);
        }
        // Then
        assertThat(BUCKET.wait(emptyAt, later)).isEqualTo(10 * SECOND);
    }

    @Test
    void oneAtOnceAndOneAWindow_isOneAWindow() {
        // Given
        Bucket strict = new Bucket(Limit.NUMBERS_ISSUED, 1, Duration.ofMinutes(1), 1);
        // When
        double emptyAt = strict.filled(0, NOW);
        // Then
        assertThat(strict.wait(0, NOW)).isZero();
        assertThat(strict.wait(emptyAt, NOW)).isEqualTo(MINUTE);
        assertThat(strict.wait(emptyAt, NOW + MINUTE)).isZero();
    }

    @Test
    void moreThanOneAMicrosecond_isCountedToo() {
        // Given
        Bucket fast = new Bucket(Limit.ORDERS_PLACED, 4_000, Duration.ofMillis(1), 4_000);
        // Then
        assertThat(fast.interval()).isEqualTo(0.25);
        assertThat(fast.depth()).isEqualTo(1000);
    }

    @Test
    void intervalThatIsNoWholeNumber_losesNothingOverAWindow() {
        // Given: a seventh of a minute has no end
        Bucket seventh = new Bucket(Limit.ORDERS_PLACED, 7, Duration.ofMinutes(1), 7);
        double emptyAt = 0;
        // When
        for (int i = 0; i < 7; i++) {
            emptyAt = seventh.filled(emptyAt, NOW);
        }
        // Then: exact to the microsecond, as the clock is
        assertThat(emptyAt - NOW).isCloseTo(MINUTE, within(1.0));
    }

    @Test
    void requestsAtAnyTimes_areAdmittedAtMostByBurstAndRate() {
        // Given
        long seed = System.nanoTime();
        System.out.println("BucketTest: seed " + seed);
        Random random = new Random(seed);
        double emptyAt = 0;
        double now = NOW;
        List<Double> accepted = new ArrayList<>();
        // When
        for (int i = 0; i < 20_000; i++) {
            // Bursts, and now and then a pause
            now += random.nextInt(200) == 0 ? random.nextInt(120_000_000) : random.nextInt(2_000_000);
            if (BUCKET.wait(emptyAt, now) <= 0) {
                emptyAt = BUCKET.filled(emptyAt, now);
                accepted.add(now);
            }
        }
        // Then
        assertThat(accepted).hasSizeGreaterThan(100);
        for (int first = 0; first < accepted.size(); first++) {
            int last = Math.min(first + 50, accepted.size() - 1);
            for (int i = first; i <= last; i++) {
                double elapsed = accepted.get(i) - accepted.get(first);
                assertThat((double) (i - first + 1))
                        .as("accepted in %s µs, seed %d", elapsed, seed)
                        .isLessThanOrEqualTo(3 + elapsed / BUCKET.interval());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, PT0.001S, 1", "1, P365D, 1", "1000000, PT1S, 1000000"})
    void strangeSettings_areSettings(long rate, Duration window, long burst) {
        // When
        Bucket bucket = new Bucket(Limit.ORDERS_PLACED, rate, window, burst);
        // Then
        assertThat(bucket.interval()).isPositive();
        assertThat(bucket.wait(0, NOW)).isNotPositive();
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void name_isThatOfTheSetting(Limit limit) {
        assertThat(limit.label()).matches("[a-z]+-[a-z]+");
        assertThat(Limit.of(limit.label())).isEqualTo(limit);
    }
}
