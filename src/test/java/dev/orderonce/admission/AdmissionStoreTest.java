package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.admission.AdmissionStore.Known;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import dev.orderonce.numbers.VoidReason;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What Redis remembers of numbers and checkouts. */
@QuarkusTest
class AdmissionStoreTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @Inject
    AdmissionStore cache;

    @Inject
    SigningKeys keys;

    private final Buyer buyer = new Buyer("buyer-" + UUID.randomUUID());

    private OrderNumber fresh() {
        return keys.mint(buyer, Instant.now());
    }

    private static <T> T get(Uni<T> asked) {
        return asked.await().atMost(BOUND);
    }

    private ContentClaim content(OrderNumber... besides) {
        return new ContentClaim("content", List.of(besides));
    }

    private OrderNumber issued() {
        OrderNumber number = fresh();
        assertThat(get(cache.register(number, buyer))).isEqualTo(new Registration.Fresh());
        return number;
    }

    @Test
    void numberMintedTwice_isFreshOnce() {
        // Given
        OrderNumber number = issued();
        // When
        Registration second = get(cache.register(number, buyer));
        // Then
        assertThat(second).isEqualTo(new Registration.Taken());
    }

    @Test
    void numberLetInBefore_isNotFreshEither_andWasSeen() {
        // Given
        OrderNumber number = issued();
        assertThat(get(cache.admit(number, buyer, content()))).isEqualTo(new Entry.Free());
        // When
        Registration again = get(cache.register(number, buyer));
        // Then
        assertThat(again).isEqualTo(new Registration.Taken());
        assertThat(get(cache.admit(number, buyer, content()))).isEqualTo(new Entry.SeenBefore());
    }

    @Test
    void checkoutWithATakenNumber_isToldToTryAnother() {
        // Given
        OrderNumber taken = issued();
        // When
        Registration claim = get(cache.register(buyer, "c1", taken, Optional.empty()));
        // Then
        assertThat(claim).isEqualTo(new Registration.Taken());
        assertThat(get(cache.register(buyer, "c1", fresh(), Optional.empty()))).isEqualTo(new Registration.Fresh());
    }

    @Test
    void spentNumber_isReplacedOnceAndNoOther() {
        // Given
        OrderNumber first = fresh();
        OrderNumber second = fresh();
        OrderNumber third = fresh();
        get(cache.register(buyer, "c1", first, Optional.empty()));
        // When
        Registration replaced = get(cache.register(buyer, "c1", second, Optional.of(first.symbols())));
        Registration late = get(cache.register(buyer, "c1", third, Optional.of(first.symbols())));
        // Then
        assertThat(replaced).isEqualTo(new Registration.Fresh());
        assertThat(late).isEqualTo(new Registration.Held(second.symbols()));
    }

    @Test
    void numberNeverIssued_isNotLetIn() {
        // Given
        OrderNumber number = fresh();
        // When
        Entry entry = get(cache.admit(number, buyer, content()));
        // Then
        assertThat(entry).isEqualTo(new Entry.Refused(VoidReason.NOT_CACHED, false));
    }

    @Test
    void sameContentUnderAnotherNumber_isToldTheEarlier() {
        // Given
        OrderNumber first = issued();
        OrderNumber second = issued();
        get(cache.admit(first, buyer, content()));
        // When
        Entry entry = get(cache.admit(second, buyer, content()));
        // Then
        assertThat(entry).isInstanceOfSatisfying(Entry.Alike.class, alike -> {
            assertThat(alike.earlier()).isEqualTo(first);
            assertThat(alike.since()).isBetween(Duration.ZERO, BOUND);
        });
        // and it is let in beside the earlier one, once that is said to be meant
        assertThat(get(cache.ask(second, buyer, content(first)))).isEqualTo(new Entry.Free());
        assertThat(get(cache.ask(second, buyer, content()))).isEqualTo(new Entry.Free());
    }

    @Test
    void otherContent_isNobodysLookalike() {
        // Given
        get(cache.admit(issued(), buyer, content()));
        // When
        Entry entry = get(cache.admit(issued(), buyer, new ContentClaim("other", List.of())));
        // Then
        assertThat(entry).isEqualTo(new Entry.Free());
    }

    @Test
    void refusedNumber_isAskedAgainAndNotForgotten() {
        // Given
        OrderNumber second = issued();
        get(cache.admit(issued(), buyer, content()));
        get(cache.admit(second, buyer, content()));
        // When
        Entry again = get(cache.admit(second, buyer, content()));
        // Then
        assertThat(again).isEqualTo(new Entry.SeenBefore());
        assertThat(get(cache.look(second, buyer))).isEqualTo(Known.ISSUED);
        assertThat(get(cache.ask(second, buyer, content()))).isInstanceOf(Entry.Alike.class);
    }

    @Test
    void everySubmitButTheFirst_isKept() {
        // Given
        OrderNumber number = issued();
        OrderNumber alike = issued();
        get(cache.admit(number, buyer, content()));
        get(cache.admit(number, buyer, content()));
        get(cache.note(number, buyer, "late"));
        get(cache.admit(alike, buyer, content()));
        // When
        List<Resubmission> submits = get(cache.submits(buyer, number));
        // Then
        assertThat(submits).extracting(Resubmission::outcome).containsExactly("again", "late");
        assertThat(submits.getFirst().at())
                .isBetween(Instant.now().minus(BOUND), Instant.now().plus(BOUND));
        assertThat(get(cache.submits(buyer, alike)))
                .extracting(Resubmission::outcome)
                .containsExactly("lookalike");
        assertThat(get(cache.submits(new Buyer("somebody-else"), number))).isEmpty();
    }

    @Test
    void manySubmits_areBounded() {
        // Given
        OrderNumber number = issued();
        // When
        for (int i = 0; i < NumberScripts.MOST_SUBMITS + 5; i++) {
            get(cache.note(number, buyer, "again"));
        }
        // Then
        assertThat(get(cache.submits(buyer, number))).hasSize(NumberScripts.MOST_SUBMITS);
    }

    @Test
    void anotherBuyer_knowsNothingOfIt() {
        // Given
        OrderNumber number = fresh();
        get(cache.register(number, buyer));
        // When
        Known known = get(cache.look(number, new Buyer("somebody-else")));
        // Then
        assertThat(known).isEqualTo(Known.NOTHING);
    }
}
