package dev.orderonce.numbers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.NumberCache.Known;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What Redis remembers of numbers and checkouts. */
@QuarkusTest
class NumberCacheTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @Inject NumberCache cache;

    @Inject SigningKeys keys;

    private final Buyer buyer = new Buyer("buyer-" + UUID.randomUUID());

    private OrderNumber fresh() {
        return keys.mint(buyer, Instant.now());
    }

    private static <T> T get(Uni<T> asked) {
        return asked.await().atMost(BOUND);
    }

    @Test
    void numberMintedTwice_isFreshOnce() {
        // Given
        OrderNumber number = fresh();
        // When
        boolean first = get(cache.remember(number, buyer));
        boolean second = get(cache.remember(number, buyer));
        // Then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
    }

    @Test
    void numberTriedBefore_isNotFreshEither() {
        // Given
        OrderNumber number = fresh();
        get(cache.remember(number, buyer));
        assertThat(get(cache.markTried(number, buyer))).isEqualTo(Known.ISSUED);
        // When
        boolean again = get(cache.remember(number, buyer));
        // Then
        assertThat(again).isFalse();
        assertThat(get(cache.markTried(number, buyer))).isEqualTo(Known.TRIED);
    }

    @Test
    void checkoutWithATakenNumber_isToldToTryAnother() {
        // Given
        OrderNumber taken = fresh();
        get(cache.remember(taken, buyer));
        // When
        Optional<OrderNumber> claimed = get(cache.claim(buyer, "c1", taken, Optional.empty()));
        // Then
        assertThat(claimed).isEmpty();
        OrderNumber other = fresh();
        assertThat(get(cache.claim(buyer, "c1", other, Optional.empty()))).contains(other);
    }

    @Test
    void spentNumber_isReplacedOnceAndNoOther() {
        // Given
        OrderNumber first = fresh();
        OrderNumber second = fresh();
        OrderNumber third = fresh();
        get(cache.claim(buyer, "c1", first, Optional.empty()));
        // When
        Optional<OrderNumber> replaced = get(cache.claim(buyer, "c1", second, Optional.of(first)));
        Optional<OrderNumber> late = get(cache.claim(buyer, "c1", third, Optional.of(first)));
        // Then
        assertThat(replaced).contains(second);
        assertThat(late).contains(second);
    }

    @Test
    void anotherBuyer_knowsNothingOfIt() {
        // Given
        OrderNumber number = fresh();
        get(cache.remember(number, buyer));
        // When
        Known known = get(cache.look(number, new Buyer("somebody-else")));
        // Then
        assertThat(known).isEqualTo(Known.NOTHING);
    }
}
