package dev.orderonce.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.identity.Buyer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The buyer of a number. Tests of refusals use derived numbers, not minted ones: a random one would pass once in 2²⁴
 * runs.
 */
class SigningKeysTest {
    private static final String KEY = key(1, 32);
    private static final String OLD_KEY = key(2, 32);
    private static final String OLDEST_KEY = key(3, 32);

    private static final Buyer ALICE = new Buyer("alice");
    private static final Buyer BOB = new Buyer("bob");
    private static final Instant NOW = Instant.parse("2026-08-01T12:00:00Z");

    private final SigningKeys keys = new SigningKeys(KEY, List.of());
    private final OrderNumber derived = keys.derive(ALICE, "checkout-1", NOW, 0);

    private static String key(int filledWith, int bytes) {
        byte[] key = new byte[bytes];
        Arrays.fill(key, (byte) filledWith);
        return Base64.getEncoder().encodeToString(key);
    }

    // --- The buyer of a number ---

    @ParameterizedTest
    @ValueSource(strings = {"alice", "7f1c1e9a-5f0e-4a3e-9a55-2f1d8a9c0b1d", "Łukasz Żółć", "客户 🍵"})
    void aBuyersOwnNumber_isRead(String subject) {
        // Given
        Buyer buyer = new Buyer(subject);
        OrderNumber number = keys.mint(buyer, NOW);

        // Then
        assertThat(keys.readOwn(number.symbols(), buyer)).contains(number);
        assertThat(keys.readOwn(number.shown().toLowerCase(Locale.ROOT), buyer)).contains(number);
    }

    @Test
    void theSameKeyOnAnotherReplica_readsTheNumberToo() {
        // Given
        SigningKeys replica = new SigningKeys(" " + KEY + "\n", List.of());

        // Then
        assertThat(replica.readOwn(derived.shown(), ALICE)).contains(derived);
    }

    @Test
    void twoNumbersOfOneInstant_differ() {
        assertThat(keys.mint(ALICE, NOW)).isNotEqualTo(keys.mint(ALICE, NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bob", "Alice", "alice ", "alic", "alicee", "álice"})
    void anotherBuyersNumber_isRefused(String other) {
        assertThat(keys.readOwn(derived.shown(), new Buyer(other))).isEmpty();
    }

    @Test
    void aNumberOfAnotherKey_isRefused() {
        // Given
        SigningKeys others = new SigningKeys(OLD_KEY, List.of());

        // Then
        assertThat(others.readOwn(derived.shown(), ALICE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "000000000000000000", "1TVSMATNANANAQKFFY"})
    void whatNoKeyMade_isRefused(String written) {
        assertThat(keys.readOwn(written, ALICE)).isEmpty();
    }

    // --- Forgeries: all of them are well formed ---

    @Test
    void anotherSignature_isRefusedWhicheverBitItDiffersIn() {
        for (int bit = 0; bit < OrderNumber.SIGNATURE_BITS; bit++) {
            // Given
            OrderNumber forged = OrderNumber.of(derived.seconds(), derived.random(), derived.signature() ^ (1 << bit));

            // Then
            assertThat(keys.readOwn(forged.symbols(), ALICE)).as("bit %d", bit).isEmpty();
        }
    }

    @Test
    void anotherRandomPartUnderTheSameSignature_isRefusedWhicheverBitItDiffersIn() {
        for (int bit = 0; bit < OrderNumber.RANDOM_BITS; bit++) {
            // Given
            OrderNumber forged = OrderNumber.of(derived.seconds(), derived.random() ^ (1 << bit), derived.signature());

            // Then
            assertThat(keys.readOwn(forged.symbols(), ALICE)).as("bit %d", bit).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-3600, -1, 1, 3600, 86_400})
    void anotherTimeUnderTheSameSignature_isRefused(long secondsLater) {
        // Given
        OrderNumber forged = OrderNumber.of(derived.seconds() + secondsLater, derived.random(), derived.signature());

        // Then
        assertThat(keys.readOwn(forged.symbols(), ALICE)).isEmpty();
    }

    @Test
    void aNumberSignedByHand_isRead() throws GeneralSecurityException {
        // Given
        String byHand = signedByHand(123_456_789);

        // Then
        assertThat(keys.readOwn(byHand, ALICE)).contains(new OrderNumber(byHand));
    }

    @Test
    void aNumberWithTheMarker_isRefusedEvenIfItsSignatureFits() throws GeneralSecurityException {
        // Given the first time stamp that begins with the marker
        String marked = signedByHand(31L << 26);

        // Then
        assertThat(OrderNumber.read(marked)).isPresent();
        assertThat(marked).startsWith("Z");
        assertThat(keys.readOwn(marked, ALICE)).isEmpty();
    }

    /** Alice's number of this second, with a zero random part, made without {@link #keys}. */
    private static String signedByHand(long seconds) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
        mac.update(ByteBuffer.allocate(9)
                .put((byte) 1)
                .putInt((int) seconds)
                .putInt(0)
                .flip());
        byte[] digest = mac.doFinal("alice".getBytes(StandardCharsets.UTF_8));

        char[] symbols = new char[17];
        Crockford.write(seconds << 14, symbols, 0, 9);
        Crockford.write(ByteBuffer.wrap(digest).getInt() >>> 8, symbols, 9, 8);
        String unchecked = new String(symbols);
        int check =
                unchecked.chars().map(symbol -> Crockford.value((char) symbol)).reduce(0, Crockford::damm);
        return unchecked + Crockford.symbol(check);
    }

    // --- Rotation ---

    @Test
    void afterARotation_numbersOfTheOldKeysAreStillRead() {
        // Given
        OrderNumber old = new SigningKeys(OLD_KEY, List.of()).derive(ALICE, "checkout-1", NOW, 0);
        OrderNumber oldest = new SigningKeys(OLDEST_KEY, List.of()).derive(ALICE, "checkout-1", NOW, 0);

        // When
        SigningKeys rotated = new SigningKeys(KEY, List.of(OLD_KEY, OLDEST_KEY));

        // Then
        assertThat(rotated.readOwn(old.shown(), ALICE)).contains(old);
        assertThat(rotated.readOwn(oldest.shown(), ALICE)).contains(oldest);
        assertThat(rotated.readOwn(old.shown(), BOB)).isEmpty();
    }

    @Test
    void afterARotation_newNumbersAreSignedWithTheNewKey() {
        // Given
        SigningKeys rotated = new SigningKeys(KEY, List.of(OLD_KEY));

        // When
        OrderNumber number = rotated.derive(ALICE, "checkout-1", NOW, 0);

        // Then
        assertThat(keys.readOwn(number.shown(), ALICE)).contains(number);
        assertThat(new SigningKeys(OLD_KEY, List.of()).readOwn(number.shown(), ALICE))
                .isEmpty();
    }

    @Test
    void removedOldKey_itsNumbersAreRefused() {
        // Given
        OrderNumber old = new SigningKeys(OLD_KEY, List.of()).derive(ALICE, "checkout-1", NOW, 0);

        // Then
        assertThat(keys.readOwn(old.shown(), ALICE)).isEmpty();
    }

    // --- Derived numbers ---

    @Test
    void derivedAgain_isTheSameNumberOnEveryReplica() {
        // Given
        SigningKeys replica = new SigningKeys(KEY, List.of(OLD_KEY));

        // Then
        assertThat(keys.derive(ALICE, "checkout-1", NOW, 0)).isEqualTo(derived);
        assertThat(replica.derive(ALICE, "checkout-1", NOW, 0)).isEqualTo(derived);
    }

    @Test
    void derived_isAnotherForEachAttempt() {
        assertThat(IntStream.range(0, 100).mapToObj(n -> keys.derive(ALICE, "checkout-1", NOW, n)))
                .doesNotHaveDuplicates()
                .allMatch(number -> keys.readOwn(number.symbols(), ALICE).isPresent());
    }

    @Test
    void aDerivedNumber_isItsBuyersOwnAndOfItsInstant() {
        assertThat(keys.readOwn(derived.shown(), ALICE)).contains(derived);
        assertThat(derived.issuedAt()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource({
        "alice, checkout-2, 2026-08-01T12:00:00Z",
        "alice, Checkout-1, 2026-08-01T12:00:00Z",
        "alice, '', 2026-08-01T12:00:00Z",
        "bob, checkout-1, 2026-08-01T12:00:00Z",
        "alicec, heckout-1, 2026-08-01T12:00:00Z", // the border between the two counts
        "alice, checkout-1, 2026-08-01T12:00:01Z",
        "alice, checkout-1, 2026-08-01T11:59:59Z"
    })
    void derivedForAnother_hasAnotherRandomPart(String subject, String checkout, Instant at) {
        // When
        OrderNumber other = keys.derive(new Buyer(subject), checkout, at, 0);

        // Then
        assertThat(other.random()).isNotEqualTo(derived.random());
        assertThat(other.signature()).isNotEqualTo(derived.signature());
    }

    @Test
    void derivedUnderAnotherKey_hasAnotherRandomPart() {
        // When
        OrderNumber other = new SigningKeys(OLD_KEY, List.of()).derive(ALICE, "checkout-1", NOW, 0);

        // Then
        assertThat(other.random()).isNotEqualTo(derived.random());
    }

    // --- Keys that cannot be used ---

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31})
    void aSigningKeyThatIsShort_isRefusedByName(int bytes) {
        assertThatThrownBy(() -> new SigningKeys(key(1, bytes), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("numbers.signing-key: ")
                .hasMessageContaining("at least 32 bytes")
                .hasMessageContaining("openssl rand -base64 32");
    }

    @Test
    void anOldKeyThatIsShort_isRefusedByName() {
        assertThatThrownBy(() -> new SigningKeys(KEY, List.of(OLD_KEY, key(1, 31))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("numbers.verifying-keys: ")
                .hasMessageContaining("at least 32 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "change me",
                "ÄÖÜ",
                "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE_", // of the other base 64
                "AQEBAQEBAQEBAQEBAQEB\nAQEBAQEBAQEBAQEBAQEBAQEBAQE="
            })
    void aSigningKeyThatIsNotBase64_isRefusedByName(String key) {
        assertThatThrownBy(() -> new SigningKeys(key, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("numbers.signing-key: ")
                .hasMessageContaining("base 64")
                .hasMessageContaining("openssl rand -base64 32");
    }

    @Test
    void anOldKeyThatIsNotBase64_isRefusedByName() {
        assertThatThrownBy(() -> new SigningKeys(KEY, List.of("change me")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("numbers.verifying-keys: ")
                .hasMessageContaining("base 64");
    }

    @Test
    void anUnusableKey_isNotRepeatedInTheMessage() {
        assertThatThrownBy(() -> new SigningKeys("almost a secret", List.of())).hasMessageNotContaining("secret");
    }

    @Test
    void threeOldKeys_areTaken() {
        // When
        SigningKeys rotated = new SigningKeys(
                KEY, IntStream.of(2, 3, 4).mapToObj(filler -> key(filler, 32)).toList());

        // Then
        assertThat(rotated.readOwn(derived.shown(), ALICE)).contains(derived);
    }

    @Test
    void fourOldKeys_areRefusedByName() {
        assertThatThrownBy(() -> new SigningKeys(KEY, Collections.nCopies(4, OLD_KEY)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("numbers.verifying-keys: at most 3 older keys may still verify");
    }
}
