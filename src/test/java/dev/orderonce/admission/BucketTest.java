package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orderonce.admission.Bucket.Level;
import dev.orderonce.admission.Bucket.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
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
    private static final Part WHOLE = new Bucket(Limit.ORDERS_PLACED, 6, Duration.ofMinutes(1), 3).whole();

    private static final Level EMPTY = new Level(0, 0);

    private static final Offset<Double> EXACT = within(0.01);

    private static double wait(Part part, Level level, double now) {
        return part.wait(part.level(level, now));
    }

    private static Level filled(Part part, Level level, double now) {
        return new Level(part.level(level, now) + 1, now);
    }

    /** The level after so many at once. */
    private static Level after(int requests) {
        Level level = EMPTY;
        for (int i = 0; i < requests; i++) {
            level = filled(WHOLE, level, NOW);
        }
        return level;
    }

    @Test
    void oneRequest_fillsOneIntervalOfTheDepth() {
        assertThat(WHOLE.interval()).isCloseTo(10 * SECOND, EXACT);
        assertThat(WHOLE.depth()).isCloseTo(30 * SECOND, EXACT);
    }

    @Test
    void afterAPause_asManyFitAsTheBurstAndNotOneMore() {
        assertThat(wait(WHOLE, EMPTY, NOW)).isNegative();
        assertThat(wait(WHOLE, after(1), NOW)).isNegative();
        assertThat(wait(WHOLE, after(2), NOW)).isZero();
        assertThat(wait(WHOLE, after(3), NOW)).isCloseTo(10 * SECOND, EXACT);
    }

    @Test
    void full_oneFitsAnIntervalLaterAndNoMicrosecondSooner() {
        // Given
        Level full = after(3);
        double later = NOW + 10 * SECOND;
        // Then
        assertThat(wait(WHOLE, full, later - 1)).isCloseTo(1, EXACT);
        assertThat(wait(WHOLE, full, later)).isNotPositive();
        assertThat(wait(WHOLE, filled(WHOLE, full, later), later)).isCloseTo(10 * SECOND, EXACT);
    }

    @Test
    void returnedWait_isExact() {
        // Given
        Level full = after(3);
        double now = NOW + 3_456_789;
        // When
        double wait = wait(WHOLE, full, now);
        // Then
        assertThat(wait).isCloseTo(6_543_211, EXACT);
        assertThat(wait(WHOLE, full, now + Math.ceil(wait))).isNotPositive();
        assertThat(wait(WHOLE, full, now + wait - 1)).isPositive();
    }

    @Test
    void quietForYears_addsNothingToTheBurst() {
        // Given
        double later = NOW + 365 * 24 * 60 * MINUTE;
        Level level = after(3);
        // When
        for (int i = 0; i < 3; i++) {
            assertThat(wait(WHOLE, level, later)).isNotPositive();
            level = filled(WHOLE, level, later);
        }
        // Then
        assertThat(wait(WHOLE, level, later)).isCloseTo(10 * SECOND, EXACT);
    }

    @Test
    void clockThatIsSetBack_emptiesNothing() {
        // Given
        Level full = after(3);
        // When
        double wait = wait(WHOLE, full, NOW - MINUTE);
        // Then
        assertThat(wait).isCloseTo(10 * SECOND, EXACT);
    }

    @Test
    void oneAtOnceAndOneAWindow_isOneAWindow() {
        // Given
        Part strict = new Bucket(Limit.NUMBERS_ISSUED, 1, Duration.ofMinutes(1), 1).whole();
        // When
        Level level = filled(strict, EMPTY, NOW);
        // Then
        assertThat(wait(strict, EMPTY, NOW)).isZero();
        assertThat(wait(strict, level, NOW)).isCloseTo(MINUTE, EXACT);
        assertThat(wait(strict, level, NOW + MINUTE)).isNotPositive();
    }

    @Test
    void moreThanOneAMicrosecond_isCountedToo() {
        // Given
        Part fast = new Bucket(Limit.ORDERS_PLACED, 4_000, Duration.ofMillis(1), 4_000).whole();
        // Then
        assertThat(fast.interval()).isEqualTo(0.25);
        assertThat(fast.depth()).isEqualTo(1000);
    }

    @ParameterizedTest
    @CsvSource({"30, 1", "30, 2", "30, 3", "30, 50", "100, 6", "7, 1", "7, 2", "3, 1", "1, 4"})
    void parts_addUpToTheWholeAtMost(long burst, int replicas) {
        // Given
        Bucket bucket = new Bucket(Limit.ORDERS_PLACED, 60, Duration.ofMinutes(1), burst);
        // When
        Part shared = bucket.shared();
        Part local = bucket.local(replicas);
        // Then
        assertThat(shared.size() + replicas * local.size()).isLessThanOrEqualTo(burst);
        assertThat(shared.perMicro() + replicas * local.perMicro())
                .isLessThanOrEqualTo(bucket.whole().perMicro() * (1 + 1e-9));
        // and a buyer of one replica is allowed three quarters at least
        assertThat(4 * shared.size()).isGreaterThanOrEqualTo(3 * burst);
    }

    @Test
    void onlyReplica_hasTheWhole() {
        // Given
        Bucket bucket = new Bucket(Limit.ORDERS_PLACED, 60, Duration.ofMinutes(1), 30);
        // Then
        assertThat(bucket.shared().size() + bucket.local(1).size()).isEqualTo(30);
    }

    @Test
    void requestsAtAnyTimes_areAdmittedAtMostByBurstAndRate() {
        // Given: three replicas, each of which fills its share first
        long seed = System.nanoTime();
        System.out.println("BucketTest: seed " + seed);
        Random random = new Random(seed);
        Bucket bucket = new Bucket(Limit.ORDERS_PLACED, 6, Duration.ofMinutes(1), 13);
        List<Part> parts = List.of(bucket.local(3), bucket.local(3), bucket.local(3), bucket.shared());
        List<Level> levels = new ArrayList<>(Collections.nCopies(parts.size(), EMPTY));
        double now = NOW;
        List<Double> accepted = new ArrayList<>();
        // When
        for (int i = 0; i < 20_000; i++) {
            // Bursts, and now and then a pause
            now += random.nextInt(200) == 0 ? random.nextInt(120_000_000) : random.nextInt(2_000_000);
            for (int part : new int[] {random.nextInt(3), 3}) {
                if (wait(parts.get(part), levels.get(part), now) <= 0) {
                    levels.set(part, filled(parts.get(part), levels.get(part), now));
                    accepted.add(now);
                    break;
                }
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
                        .isLessThanOrEqualTo(13 + elapsed * bucket.whole().perMicro() + 1e-6);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, PT0.001S, 1", "1, P365D, 1", "1000000, PT1S, 1000000"})
    void strangeSettings_areSettings(long rate, Duration window, long burst) {
        // When
        Bucket bucket = new Bucket(Limit.ORDERS_PLACED, rate, window, burst);
        // Then
        assertThat(bucket.whole().interval()).isPositive();
        assertThat(wait(bucket.whole(), EMPTY, NOW)).isNotPositive();
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void name_isThatOfTheSetting(Limit limit) {
        assertThat(limit.label()).matches("[a-z]+-[a-z]+");
        assertThat(Limit.of(limit.label())).isEqualTo(limit);
    }
}
