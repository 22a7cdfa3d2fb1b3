package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The state that Redis keeps of numbers, checkouts and content. */
@QuarkusTest
class AdmissionStoreTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final int MAX_RESUBMISSIONS = 100;

    @Inject
    AdmissionStore store;

    @Inject
    SigningKeys keys;

    private final Buyer buyer = new Buyer("buyer-" + UUID.randomUUID());

    private OrderNumber fresh() {
        return keys.mint(buyer, Instant.now());
    }

    private static <T> T get(Uni<T> result) {
        return result.await().atMost(BOUND);
    }

    private ContentClaim content(OrderNumber... acknowledged) {
        return new ContentClaim("content", List.of(acknowledged));
    }

    private OrderNumber issued() {
        OrderNumber number = fresh();
        assertThat(get(store.register(number, buyer))).isEqualTo(new Registration.Registered());
        return number;
    }

    @Test
    void numberMintedTwice_isRegisteredOnce() {
        // Given
        OrderNumber number = issued();
        // When
        Registration second = get(store.register(number, buyer));
        // Then
        assertThat(second).isEqualTo(new Registration.Taken());
    }

    @Test
    void admittedNumber_isTakenAndSeenBefore() {
        // Given
        OrderNumber number = issued();
        assertThat(get(store.admit(number, buyer, content()))).isEqualTo(new Admission.Admitted());
        // When
        Registration again = get(store.register(number, buyer));
        // Then
        assertThat(again).isEqualTo(new Registration.Taken());
        assertThat(get(store.admit(number, buyer, content()))).isEqualTo(new Admission.SeenBefore());
    }

    @Test
    void checkoutWithATakenNumber_isRegisteredUnderAnother() {
        // Given
        OrderNumber taken = issued();
        // When
        Registration registration = get(store.register(buyer, "c1", taken, Optional.empty()));
        // Then
        assertThat(registration).isEqualTo(new Registration.Taken());
        assertThat(get(store.register(buyer, "c1", fresh(), Optional.empty())))
                .isEqualTo(new Registration.Registered());
    }

    @Test
    void replacedNumber_isReplacedOnce() {
        // Given
        OrderNumber first = fresh();
        OrderNumber second = fresh();
        OrderNumber third = fresh();
        get(store.register(buyer, "c1", first, Optional.empty()));
        // When
        Registration replaced = get(store.register(buyer, "c1", second, Optional.of(first.symbols())));
        Registration late = get(store.register(buyer, "c1", third, Optional.of(first.symbols())));
        // Then
        assertThat(replaced).isEqualTo(new Registration.Registered());
        assertThat(late).isEqualTo(new Registration.Held(second.symbols()));
    }

    @Test
    void numberNeverIssued_isRefused() {
        // Given
        OrderNumber number = fresh();
        // When
        Admission admission = get(store.admit(number, buyer, content()));
        // Then
        assertThat(admission).isEqualTo(new Admission.Refused(VoidReason.NOT_CACHED, false));
    }

    @Test
    void sameContentUnderAnotherNumber_isAPossibleDuplicate() {
        // Given
        OrderNumber first = issued();
        OrderNumber second = issued();
        get(store.admit(first, buyer, content()));
        // When
        Admission admission = get(store.admit(second, buyer, content()));
        // Then
        assertThat(admission).isInstanceOfSatisfying(Admission.PossibleDuplicate.class, duplicate -> {
            assertThat(duplicate.earlier()).isEqualTo(first);
            assertThat(duplicate.since()).isBetween(Duration.ZERO, BOUND);
        });
        // and it is admitted once the earlier one is acknowledged
        assertThat(get(store.check(second, buyer, content(first)))).isEqualTo(new Admission.Admitted());
        assertThat(get(store.check(second, buyer, content()))).isEqualTo(new Admission.Admitted());
    }

    @Test
    void otherContent_isNoPossibleDuplicate() {
        // Given
        get(store.admit(issued(), buyer, content()));
        // When
        Admission admission = get(store.admit(issued(), buyer, new ContentClaim("other", List.of())));
        // Then
        assertThat(admission).isEqualTo(new Admission.Admitted());
    }

    @Test
    void refusedNumber_isSeenBeforeAndCached() {
        // Given
        OrderNumber second = issued();
        get(store.admit(issued(), buyer, content()));
        get(store.admit(second, buyer, content()));
        // When
        Admission again = get(store.admit(second, buyer, content()));
        // Then
        assertThat(again).isEqualTo(new Admission.SeenBefore());
        assertThat(get(store.isCached(second, buyer))).isTrue();
        assertThat(get(store.check(second, buyer, content()))).isInstanceOf(Admission.PossibleDuplicate.class);
    }

    @Test
    void everyResubmission_isRecorded() {
        // Given
        OrderNumber number = issued();
        OrderNumber duplicate = issued();
        get(store.admit(number, buyer, content()));
        get(store.admit(number, buyer, content()));
        get(store.recordResubmission(number, buyer, "late"));
        get(store.admit(duplicate, buyer, content()));
        // When
        List<Resubmission> resubmissions = get(store.resubmissions(buyer, number));
        // Then
        assertThat(resubmissions).extracting(Resubmission::outcome).containsExactly("again", "late");
        assertThat(resubmissions.getFirst().at())
                .isBetween(Instant.now().minus(BOUND), Instant.now().plus(BOUND));
        assertThat(get(store.resubmissions(buyer, duplicate)))
                .extracting(Resubmission::outcome)
                .containsExactly("lookalike");
        assertThat(get(store.resubmissions(new Buyer("another-buyer"), number))).isEmpty();
    }

    @Test
    void manyResubmissions_areBounded() {
        // Given
        OrderNumber number = issued();
        // When
        for (int i = 0; i < MAX_RESUBMISSIONS + 5; i++) {
            get(store.recordResubmission(number, buyer, "again"));
        }
        // Then
        assertThat(get(store.resubmissions(buyer, number))).hasSize(MAX_RESUBMISSIONS);
    }

    @Test
    void numberOfAnotherBuyer_isNotCached() {
        // Given
        OrderNumber number = fresh();
        get(store.register(number, buyer));
        // When
        boolean isCached = get(store.isCached(number, new Buyer("another-buyer")));
        // Then
        assertThat(isCached).isFalse();
    }
}
