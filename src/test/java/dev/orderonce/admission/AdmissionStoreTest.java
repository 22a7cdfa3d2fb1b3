package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RedisCommands;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @BeforeEach
    void awaitShares() {
        Operator.awaitShares();
    }

    private OrderNumber fresh() {
        return keys.mint(buyer, Instant.now());
    }

    private static <T> T get(Uni<T> result) {
        return result.await().atMost(BOUND);
    }

    private ContentClaim content(OrderNumber... acknowledged) {
        return new ContentClaim("content", List.of(acknowledged));
    }

    private Admission admit(OrderNumber number, ContentClaim claim) {
        return get(store.admit(number, buyer, Optional.empty(), claim)).admission();
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
        assertThat(admit(number, content())).isEqualTo(new Admission.Admitted());
        // When
        Registration again = get(store.register(number, buyer));
        // Then
        assertThat(again).isEqualTo(new Registration.Taken());
        assertThat(admit(number, content())).isEqualTo(new Admission.SeenBefore());
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

    /** Commands of another request for the checkout, between the two of this one. */
    @Test
    void numberThatAnotherRequestForTheCheckoutHasJustRegistered_isHeld() {
        // Given
        OrderNumber number = issued("c1");
        String checkout = RedisCommands.checkoutKey(buyer.subject(), "c1");
        RedisCommands.delete(checkout);
        // When
        Registration byCommands = get(store.register(buyer, "c1", number, Optional.empty()));
        RedisCommands.delete(checkout);
        Registration byScript = get(store.register(buyer, "c1", number, Optional.of("another")));
        // Then
        assertThat(byCommands).isEqualTo(new Registration.Held(number.symbols(), false));
        assertThat(byScript).isEqualTo(new Registration.Held(number.symbols(), false));
        assertThat(get(store.register(buyer, "c1", fresh(), Optional.empty())))
                .isEqualTo(new Registration.Held(number.symbols(), false));
    }

    @Test
    void checkoutThatAnotherRequestHasJustRegistered_keepsTheNumber() {
        // Given
        OrderNumber number = issued("c1");
        RedisCommands.delete(
                RedisCommands.checkoutKey(buyer.subject(), "c1").replace(":c:c1", ":n:" + number.symbols()));
        // When
        Registration registration = get(store.register(buyer, "c1", number, Optional.empty()));
        // Then
        assertThat(registration).isEqualTo(new Registration.Registered());
        assertThat(get(store.find(number, buyer))).isPresent();
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
        assertThat(late).isEqualTo(new Registration.Held(second.symbols(), false));
    }

    @Test
    void numberNeverIssued_isRefused() {
        // Given
        OrderNumber number = fresh();
        // When
        Admission admission = admit(number, content());
        // Then
        assertThat(admission).isEqualTo(new Admission.Refused(VoidReason.NOT_CACHED, false));
    }

    @Test
    void sameContentUnderAnotherNumber_isAPossibleDuplicate() {
        // Given
        OrderNumber first = issued();
        OrderNumber second = issued();
        admit(first, content());
        // When
        Admission admission = admit(second, content());
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
        admit(issued(), content());
        // When
        Admission admission = admit(issued(), new ContentClaim("other", List.of()));
        // Then
        assertThat(admission).isEqualTo(new Admission.Admitted());
    }

    @Test
    void refusedNumber_isSeenBeforeAndCached() {
        // Given
        OrderNumber second = issued();
        admit(issued(), content());
        admit(second, content());
        // When
        Admission again = admit(second, content());
        // Then
        assertThat(again).isEqualTo(new Admission.SeenBefore());
        assertThat(get(store.find(second, buyer))).isPresent();
        assertThat(get(store.check(second, buyer, content()))).isInstanceOf(Admission.PossibleDuplicate.class);
    }

    @Test
    void everyResubmission_isRecorded() {
        // Given
        OrderNumber number = issued();
        OrderNumber duplicate = issued();
        admit(number, content());
        admit(number, content());
        get(store.recordResubmission(number, buyer, "late"));
        admit(duplicate, content());
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
        Optional<CachedNumber> found = get(store.find(number, new Buyer("another-buyer")));
        // Then
        assertThat(found).isEmpty();
    }

    // --- Checkouts ---

    private OrderNumber issued(String checkout) {
        OrderNumber number = fresh();
        assertThat(get(store.register(buyer, checkout, number, Optional.empty())))
                .isEqualTo(new Registration.Registered());
        return number;
    }

    private Admittance<Admission> place(OrderNumber number, @Nullable String named) {
        return get(store.admit(number, buyer, Optional.ofNullable(named), content()));
    }

    @Test
    void checkoutAgain_isHeldAndUntriedUntilItsNumberIsTried() {
        // Given
        OrderNumber number = issued("c1");
        assertThat(get(store.register(buyer, "c1", number, Optional.empty())))
                .isEqualTo(new Registration.Held(number.symbols(), true));
        // When
        place(number, "c1");
        // Then
        assertThat(get(store.register(buyer, "c1", number, Optional.empty())))
                .isEqualTo(new Registration.Held(number.symbols(), false));
        assertThat(get(store.register(buyer, "c1", fresh(), Optional.empty())))
                .isEqualTo(new Registration.Held(number.symbols(), false));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "c1")
    void numberOfACheckout_isAdmittedAndSeenBeforeWithIt(@Nullable String named) {
        // Given
        OrderNumber number = issued("c1");
        // When
        Admittance<Admission> first = place(number, named);
        // Then
        assertThat(first).isEqualTo(new Admittance<>(new Admission.Admitted(), Optional.of("c1")));
        assertThat(place(number, null)).isEqualTo(new Admittance<>(new Admission.SeenBefore(), Optional.of("c1")));
        assertThat(get(store.find(number, buyer)))
                .contains(new CachedNumber(CachedNumber.ADMITTED, CachedNumber.belongingTo(Optional.of("c1"))));
    }

    @Test
    void anotherCheckoutThanTheNumbersOwn_isRefusedAndChangesNothing() {
        // Given
        OrderNumber number = issued("c1");
        // When
        Admittance<Admission> refused = place(number, "c2");
        // Then
        assertThat(refused.admission()).isEqualTo(new Admission.OtherCheckout());
        assertThat(place(number, "c2").admission()).isEqualTo(new Admission.OtherCheckout());
        assertThat(place(number, "c1")).isEqualTo(new Admittance<>(new Admission.SeenBefore(), Optional.of("c1")));
    }

    @Test
    void numberOfNoCheckout_isRefusedWithOne() {
        // Given
        OrderNumber number = issued();
        // When
        Admittance<Admission> refused = place(number, "c1");
        // Then
        assertThat(refused.admission()).isEqualTo(new Admission.OtherCheckout());
    }

    @Test
    void checkoutThatIsUnregistered_isRegisteredAgain() {
        // Given
        OrderNumber number = issued("c1");
        // When
        get(store.unregister(buyer, "c1", number));
        // Then
        assertThat(get(store.find(number, buyer))).isEmpty();
        assertThat(get(store.register(buyer, "c1", number, Optional.empty()))).isEqualTo(new Registration.Registered());
    }
}
