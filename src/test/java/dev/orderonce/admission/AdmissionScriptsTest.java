package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RedisWords;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The Lua scripts of this package alone, in Redis: their replies, times to live and counts. Each limit allows three
 * numbers at once and one more an hour, so that the duration of a test does not matter.
 */
@QuarkusTest
class AdmissionScriptsTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final long HOUR_MICROS = 3_600_000_000L;
    private static final long MINUTE_MILLIS = 60_000;
    private static final long TOLERATED_MILLIS = 20_000;

    private static final String INTERVAL = Double.toString(HOUR_MICROS);
    private static final String DEPTH_OF_THREE = Double.toString(3.0 * HOUR_MICROS);
    private static final String DEPTH_OF_FIVE = Double.toString(5.0 * HOUR_MICROS);
    private static final String NUMBER_TTL = Long.toString(2 * MINUTE_MILLIS);
    private static final String CHECKOUT_TTL = Long.toString(3 * MINUTE_MILLIS);
    private static final String DUPLICATE_WINDOW = Long.toString(4 * MINUTE_MILLIS);

    private static final RedisScript ISSUE =
            RedisScript.load("issue", INTERVAL, DEPTH_OF_THREE, INTERVAL, DEPTH_OF_FIVE, NUMBER_TTL, CHECKOUT_TTL);
    private static final RedisScript ADMIT =
            RedisScript.load("admit", INTERVAL, DEPTH_OF_THREE, INTERVAL, DUPLICATE_WINDOW);
    private static final RedisScript GIVE_BACK_PLACED = RedisScript.load("give-back", "placed", INTERVAL);
    private static final RedisScript GIVE_BACK_OUTSTANDING = RedisScript.load("give-back", "outstanding", INTERVAL);

    @Inject
    RedisPipeline redis;

    private final String prefix = "test:{" + UUID.randomUUID() + "}:";
    private final String limits = prefix + "limits";

    /** Eighteen letters and digits, as a number has. */
    private static String number(int i) {
        return "N%017d".formatted(i);
    }

    private String key(String name) {
        return prefix + name;
    }

    private String run(RedisScript script, List<String> keys, String... arguments) {
        return RedisWords.text(
                redis.run(script, keys, List.of(arguments)).await().atMost(BOUND));
    }

    private String send(String... words) {
        return RedisWords.text(redis.send(RedisWords.request(words)).await().atMost(BOUND));
    }

    private long ttl(String key) {
        return Long.parseLong(send("PTTL", key));
    }

    private void assertTtl(String key, String millis) {
        assertThat(ttl(key)).isBetween(Long.parseLong(millis) - TOLERATED_MILLIS, Long.parseLong(millis));
    }

    private String issue(int number) {
        return run(ISSUE, List.of(limits, key(number(number))), number(number), "", "", "", "");
    }

    private String issue(int number, String checkout, String replaced) {
        return run(
                ISSUE, List.of(limits, key(number(number)), key(checkout)), number(number), replaced, "", "", checkout);
    }

    private String admit(String attempt, int number, String content) {
        return admit(attempt, number, content, "", "");
    }

    private String admit(String attempt, int number, String content, String ended, String acknowledged) {
        List<String> keys = List.of(limits, key(number(number)), key("content-" + content));
        return outcome(run(ADMIT, keys, attempt, number(number), ended, acknowledged, ""));
    }

    private String admitFor(String named, int number) {
        return run(
                ADMIT, List.of(limits, key(number(number)), key("content-a")), "first", number(number), "", "", named);
    }

    /** The reply without the number's state before. */
    private static String outcome(String reply) {
        return reply.substring(reply.indexOf(' ') + 1);
    }

    private String state(int number) {
        return send("GET", key(number(number)));
    }

    /** The microseconds after the last space of a refusal. */
    private static long micros(String reply) {
        return Long.parseLong(reply.substring(reply.lastIndexOf(' ') + 1));
    }

    @Nested
    class Issue {
        @Test
        void newNumber_isIssuedUntilItExpires() {
            // When
            String reply = issue(1);
            // Then
            assertThat(reply).isEqualTo("issued");
            assertThat(state(1)).isEqualTo("s/");
            assertTtl(key(number(1)), NUMBER_TTL);
        }

        @Test
        void sameNumberAgain_isTaken() {
            // Given
            issue(1);
            // When
            String reply = issue(1);
            // Then
            assertThat(reply).isEqualTo("taken");
        }

        @Test
        void checkout_isRememberedWithItsFirstNumber() {
            // Given
            assertThat(issue(1, "checkout", "")).isEqualTo("issued");
            // When
            String reply = issue(2, "checkout", "");
            // Then
            assertThat(reply).isEqualTo("held " + number(1));
            assertThat(send("EXISTS", key(number(2)))).isEqualTo("0");
            assertTtl(key("checkout"), CHECKOUT_TTL);
        }

        @Test
        void replacedNumberOfACheckout_isReplacedOnce() {
            // Given
            issue(1, "checkout", "");
            // When
            String replaced = issue(2, "checkout", number(1));
            String late = issue(3, "checkout", number(1));
            // Then
            assertThat(replaced).isEqualTo("issued");
            assertThat(late).isEqualTo("held " + number(2));
        }

        @Test
        void moreThanTheDepth_isLimitedUntilTheNextIntervalOfRedisTime() {
            // Given
            IntStream.range(0, 3).forEach(i -> assertThat(issue(i)).isEqualTo("issued"));
            // When
            String reply = issue(3);
            // Then
            assertThat(reply).startsWith("limited numbers-issued ");
            assertThat(micros(reply)).isBetween(HOUR_MICROS - 1000 * TOLERATED_MILLIS, HOUR_MICROS);
            assertThat(send("EXISTS", key(number(3)))).isEqualTo("0");
        }

        @Test
        void moreOutstandingThanTheDepth_isLimited() {
            // Given: the limit of issued numbers is wider
            RedisScript generous = RedisScript.load(
                    "issue", INTERVAL, DEPTH_OF_FIVE, INTERVAL, DEPTH_OF_THREE, NUMBER_TTL, CHECKOUT_TTL);
            List<String> replies = new ArrayList<>();
            // When
            for (int i = 0; i < 4; i++) {
                replies.add(run(generous, List.of(limits, key(number(i))), number(i), "", "", "", ""));
            }
            // Then
            assertThat(replies.subList(0, 3)).containsOnly("issued");
            assertThat(replies.get(3)).startsWith("limited numbers-outstanding ");
        }

        @Test
        void limits_expireWhenEveryBucketIsEmpty() {
            // When
            issue(1);
            // Then
            assertTtl(limits, Long.toString(HOUR_MICROS / 1000 + 1));
        }

        @Test
        void limits_areMeasuredByTheClockOfRedis() {
            // Given
            issue(1);
            // When
            String time = send(
                    "EVAL",
                    "local t = redis.call('TIME') "
                            + "return string.format('%.0f', struct.unpack('>d', redis.call('GET', KEYS[1])) "
                            + "- t[1] * 1000000 - t[2])",
                    "1",
                    limits);
            // Then: the bucket is empty one interval after the request
            assertThat(Double.parseDouble(time))
                    .isCloseTo(HOUR_MICROS, within(1000.0 * TOLERATED_MILLIS))
                    .isLessThanOrEqualTo(HOUR_MICROS);
        }
    }

    @Nested
    class Admit {
        @Test
        void issuedNumber_isAdmittedAndNoLongerOutstanding() {
            // Given
            issue(1);
            // When
            String reply = admit("first", 1, "a");
            // Then
            assertThat(reply).isEqualTo("admitted");
            assertThat(state(1)).isEqualTo("c/");
            assertTtl(key(number(1)), NUMBER_TTL);
            assertTtl(key("content-a"), DUPLICATE_WINDOW);
        }

        @Test
        void admittedNumber_wasSeenBefore() {
            // Given
            issue(1);
            admit("first", 1, "a");
            // When
            String reply = admit("first", 1, "a");
            // Then
            assertThat(reply).isEqualTo("seen-before");
        }

        @Test
        void unknownNumber_isNotCached() {
            // When
            String reply = admit("first", 1, "a");
            // Then
            assertThat(reply).isEqualTo("not-cached");
            assertThat(send("EXISTS", key(number(1)))).isEqualTo("0");
        }

        @Test
        void moreOrdersThanTheDepth_areLimited_andTheNumberStaysUsable() {
            // Given
            for (int i = 0; i < 3; i++) {
                assertThat(admit("again", i, "content-" + i)).isEqualTo("admitted");
            }
            issue(3);
            // When
            String reply = admit("first", 3, "a");
            // Then
            assertThat(reply).startsWith("limited orders-placed ");
            assertThat(micros(reply)).isBetween(HOUR_MICROS - 1000 * TOLERATED_MILLIS, HOUR_MICROS);
            assertThat(state(3)).isEqualTo("u/");
            assertThat(admit("first", 3, "a")).isEqualTo("seen-before");
            assertThat(admit("again", 3, "a")).startsWith("limited orders-placed ");
        }

        @Test
        void sameContentUnderAnotherNumber_isADuplicate() {
            // Given
            issue(1);
            issue(2);
            admit("first", 1, "a");
            // When
            String reply = admit("first", 2, "a");
            // Then
            assertThat(reply).startsWith("duplicate " + number(1) + ' ');
            assertThat(micros(reply))
                    .isBetween(Long.parseLong(DUPLICATE_WINDOW) - TOLERATED_MILLIS, Long.parseLong(DUPLICATE_WINDOW));
            assertThat(state(2)).isEqualTo("u/");
        }

        @Test
        void acknowledgedDuplicate_isAdmitted_andTheEarlierOneIsKeptBehindIt() {
            // Given
            issue(1);
            issue(2);
            issue(3);
            admit("first", 1, "a");
            admit("first", 2, "a");
            // When
            String reply = admit("again", 2, "a", "", number(1));
            // Then
            assertThat(reply).isEqualTo("admitted");
            assertThat(state(2)).isEqualTo("c/");
            assertThat(send("GET", key("content-a"))).isEqualTo(number(2) + ' ' + number(1));
            // and without the latest, the earlier one is the duplicate
            assertThat(admit("first", 3, "a", number(2), "")).startsWith("duplicate " + number(1) + ' ');
        }

        @Test
        void endedDuplicates_areRemovedFromTheClaim() {
            // Given
            issue(1);
            issue(2);
            admit("first", 1, "a");
            // When
            String reply = admit("first", 2, "a", number(1), "");
            // Then
            assertThat(reply).isEqualTo("admitted");
            assertThat(send("GET", key("content-a"))).isEqualTo(number(2));
        }

        @Test
        void claim_holdsTheLatestSixNumbers() {
            // Given: each acknowledges all before it
            RedisScript unlimited = RedisScript.load("admit", "1.0", INTERVAL, INTERVAL, DUPLICATE_WINDOW);
            StringBuilder earlier = new StringBuilder();
            // When
            for (int i = 0; i < 10; i++) {
                List<String> keys = List.of(limits, key(number(i)), key("content-a"));
                assertThat(outcome(run(unlimited, keys, "again", number(i), "", earlier.toString(), "")))
                        .isEqualTo("admitted");
                earlier.append(number(i)).append(' ');
            }
            // Then
            assertThat(send("GET", key("content-a")).split(" "))
                    .containsExactly(number(9), number(8), number(7), number(6), number(5), number(4));
        }

        @Test
        void windowOfZero_comparesNothing() {
            // Given
            RedisScript withoutWindow = RedisScript.load("admit", INTERVAL, DEPTH_OF_THREE, INTERVAL, "0");
            List<String> replies = new ArrayList<>();
            // When
            for (int i = 0; i < 2; i++) {
                List<String> keys = List.of(limits, key(number(i)), key("content-a"));
                replies.add(run(withoutWindow, keys, "again", number(i), "", "", ""));
            }
            // Then
            assertThat(replies).containsExactly("- admitted", "- admitted");
            assertThat(send("EXISTS", key("content-a"))).isEqualTo("0");
        }

        @Test
        void numberOfAnIdempotencyKey_isNotCachedAndNotRecorded() {
            // Given
            assertThat(admit("again", 1, "a")).isEqualTo("admitted");
            // When
            String refused = admit("again", 2, "a");
            // Then
            assertThat(refused).startsWith("duplicate " + number(1) + ' ');
            assertThat(send("EXISTS", key(number(1)), key(number(2)))).isEqualTo("0");
        }

        @Test
        void admittedNumberAgain_isCountedOnce() {
            // Given
            issue(1);
            admit("first", 1, "a");
            // When
            for (int i = 0; i < 5; i++) {
                assertThat(admit("again", 1, "a")).isEqualTo("admitted");
            }
            // Then: two more fit
            assertThat(admit("again", 2, "b")).isEqualTo("admitted");
            assertThat(admit("again", 3, "c")).isEqualTo("admitted");
            assertThat(admit("again", 4, "d")).startsWith("limited");
        }
    }

    @Nested
    class WithoutMemory {
        /** Else "not-cached" would be a refusal of the number, although it could not be stored. */
        @Test
        void numberThatIsNotCached_isLeftToAnOutage() {
            // Given
            String before = redis.send(RedisWords.request("CONFIG", "GET", "maxmemory"))
                    .await()
                    .atMost(BOUND)
                    .get("maxmemory")
                    .toString();
            send("CONFIG", "SET", "maxmemory", "1");
            try {
                // When, Then
                assertThatThrownBy(() -> admit("first", 1, "a"))
                        .isInstanceOf(StoreUnavailable.class)
                        .hasMessageContaining("OOM");
            } finally {
                send("CONFIG", "SET", "maxmemory", before);
                Shop.awaitBusinessAsUsual();
                Operator.awaitShares();
            }
        }
    }

    @Nested
    class Checkouts {
        @Test
        void numberOfACheckout_isAdmittedWithIt() {
            // Given
            issue(1, "c1", "");
            // When
            String reply = admitFor("", 1);
            // Then
            assertThat(reply).isEqualTo("s/c1 admitted");
            assertThat(admitFor("", 1)).isEqualTo("c/c1 seen-before");
        }

        @Test
        void numberThatIsRefused_keepsItsCheckout() {
            // Given
            issue(1, "c1", "");
            issue(2);
            admit("first", 2, "a");
            // When
            String reply = admitFor("c1", 1);
            // Then
            assertThat(reply).startsWith("s/c1 duplicate ");
            assertThat(admitFor("c1", 1)).isEqualTo("u/c1 seen-before");
            assertThat(admit("again", 1, "a", "", number(2))).isEqualTo("admitted");
            assertThat(state(1)).isEqualTo("c/c1");
        }

        @Test
        void anotherCheckoutThanTheNumbersOwn_isNotAdmitted() {
            // Given
            issue(1, "c1", "");
            issue(2);
            // When
            String reply = admitFor("c2", 1);
            // Then
            assertThat(reply).isEqualTo("s/c1 other-checkout");
            assertThat(state(1)).isEqualTo("u/c1");
            assertThat(admitFor("c2", 2)).isEqualTo("s/ other-checkout");
        }

        /** Registered by a replica of the version before. */
        @Test
        void checkoutThatIsNotKnown_isTheNamedOne() {
            // Given
            send("SET", key(number(1)), "i", "PX", NUMBER_TTL);
            // When
            String reply = admitFor("c1", 1);
            // Then
            assertThat(reply).isEqualTo("i admitted");
            assertThat(state(1)).isEqualTo("c/c1");
        }
    }

    @Nested
    class GiveBack {
        @Test
        void orderGivenBack_makesRoomForOneMore() {
            // Given
            for (int i = 0; i < 3; i++) {
                admit("again", i, "content-" + i);
            }
            // When
            String reply = run(GIVE_BACK_PLACED, List.of(limits));
            // Then
            assertThat(reply).isEqualTo("given-back");
            assertThat(admit("again", 4, "d")).isEqualTo("admitted");
            assertThat(admit("again", 5, "e")).startsWith("limited");
        }

        @Test
        void withoutAnyOrder_addsNothingToTheDepth() {
            // When
            run(GIVE_BACK_PLACED, List.of(limits));
            // Then
            for (int i = 0; i < 3; i++) {
                assertThat(admit("again", i, "content-" + i)).isEqualTo("admitted");
            }
            assertThat(admit("again", 3, "d")).startsWith("limited");
        }
    }

    @Nested
    class Outstanding {
        /** One number may be outstanding. */
        private final RedisScript strict =
                RedisScript.load("issue", INTERVAL, DEPTH_OF_FIVE, INTERVAL, INTERVAL, NUMBER_TTL, CHECKOUT_TTL);

        private String issue(int number) {
            return run(strict, List.of(limits, key(number(number))), number(number), "", "", "", "");
        }

        @Test
        void numberGivenBack_makesRoomForOneMore() {
            // Given
            issue(1);
            assertThat(issue(2)).startsWith("limited numbers-outstanding ");
            // When
            run(GIVE_BACK_OUTSTANDING, List.of(limits));
            // Then
            assertThat(issue(2)).isEqualTo("issued");
        }

        @Test
        void numberCountedHere_isUncountedWhenItIsAdmitted() {
            // Given
            issue(1);
            // When
            assertThat(admitFor("", 1)).isEqualTo("s/ admitted");
            // Then
            assertThat(issue(2)).isEqualTo("issued");
        }

        @Test
        void numberCountedByAReplica_isUncountedByThatReplicaOnly() {
            // Given
            issue(1);
            send("SET", key(number(2)), "i", "PX", NUMBER_TTL);
            // When
            assertThat(admit("first", 2, "a")).isEqualTo("admitted");
            // Then
            assertThat(issue(3)).startsWith("limited numbers-outstanding ");
        }
    }

    @Nested
    class CountedByTheReplica {
        @Test
        void requestThatTheReplicaHasCounted_isNotCountedHere() {
            // When
            for (int i = 0; i < 5; i++) {
                assertThat(admit("counted", i, "content-" + i)).isEqualTo("admitted");
            }
            // Then
            assertThat(admit("again", 5, "b")).isEqualTo("admitted");
        }

        @Test
        void refusedNumber_hasItsStateAgain() {
            // Given
            admit("counted", 1, "a");
            send("SET", key(number(2)), "c", "PX", NUMBER_TTL);
            // When
            String reply = admit("t", 2, "a");
            // Then
            assertThat(reply).startsWith("duplicate " + number(1) + ' ');
            assertThat(state(2)).isEqualTo("t");
            assertThat(admit("again", 2, "a", "", number(1))).isEqualTo("admitted");
            assertThat(state(2)).isEqualTo("c");
        }
    }
}
