package dev.orderonce.numbers;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import dev.orderonce.identity.Buyer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Issues numbers to buyers and verifies them, without a store. */
@ApplicationScoped
public class SigningKeys implements MadeFromSettings {
    private static final String ALGORITHM = "HmacSHA256";

    /** Part of the signed bytes, so that a number of a later layout never verifies as one of this layout. */
    private static final byte VERSION = 1;

    /** First byte of the input for other purposes; the input for a number never begins with it. */
    private static final byte PURPOSE = 2;

    /** In bytes, the length of the digest: a longer key adds no security, a shorter one would be the weakest part. */
    private static final int SHORTEST_KEY = 32;

    /**
     * Every verifying key adds to the probability of a forged number, one in 2²⁴ per guess. Four allow a rotation a
     * week for a month.
     */
    private static final int MOST_KEYS = 4;

    private final List<ThreadLocal<Mac>> keys;
    private final SecureRandom random = new SecureRandom();

    @Inject
    SigningKeys(NumbersSettings settings) {
        this(settings.signingKey(), settings.verifyingKeys().orElse(List.of()));
    }

    static void check(NumbersSettings settings, Consumer<String> wrong) {
        List<String> verifying = settings.verifyingKeys().orElse(List.of());
        UnusableSetting.report(() -> mac("numbers.signing-key", settings.signingKey()), wrong);
        UnusableSetting.report(() -> bound(verifying), wrong);
        verifying.forEach(key -> UnusableSetting.report(() -> mac("numbers.verifying-keys", key), wrong));
    }

    /**
     * Takes the keys as text.
     *
     * @param signing the key that signs, base 64
     * @param verifying older keys that still verify, base 64
     * @throws UnusableSetting with a sentence for the operator if a key is unusable
     */
    SigningKeys(String signing, List<String> verifying) {
        bound(verifying);
        keys = new ArrayList<>();
        keys.add(mac("numbers.signing-key", signing));
        verifying.forEach(key -> keys.add(mac("numbers.verifying-keys", key)));
    }

    private static void bound(List<String> verifying) {
        if (verifying.size() >= MOST_KEYS) {
            throw new UnusableSetting(
                    "numbers.verifying-keys: at most " + (MOST_KEYS - 1) + " older keys may still verify");
        }
    }

    private static ThreadLocal<Mac> mac(String setting, String base64) {
        byte[] bytes = decode(setting, base64);
        if (bytes.length < SHORTEST_KEY) {
            throw new UnusableSetting(setting
                    + ": a key has at least "
                    + SHORTEST_KEY
                    + " bytes; make one with: openssl rand -base64 32");
        }
        SecretKeySpec key = new SecretKeySpec(bytes, ALGORITHM);
        // A Mac is stateful and expensive to create: each thread reuses one per key.
        return ThreadLocal.withInitial(() -> newMac(key));
    }

    private static byte[] decode(String setting, String base64) {
        try {
            return Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException notBase64) {
            throw new UnusableSetting(
                    setting + ": a key is written in base 64; make one with: openssl rand -base64 32");
        }
    }

    private static Mac newMac(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
        }
    }

    /** A new number for this buyer, unguessable. */
    public OrderNumber mint(Buyer buyer, Instant now) {
        return sign(buyer, seconds(now), random.nextInt(1 << OrderNumber.RANDOM_BITS));
    }

    /**
     * A number of this buyer's checkout: the same for the same instant and attempt, so that every replica and every
     * reload gets it again. As unguessable as the key.
     *
     * @param attempt distinguishes numbers of one checkout and instant, from 0
     */
    public OrderNumber derive(Buyer buyer, String checkout, Instant at, int attempt) {
        long seconds = seconds(at);
        byte[] subject = (buyer.subject() + '\n' + checkout).getBytes(StandardCharsets.UTF_8);
        int derived =
                leading(digest(keys.getFirst(), (byte) -VERSION, seconds, attempt, subject), OrderNumber.RANDOM_BITS);
        return sign(buyer, seconds, derived);
    }

    /** Parses a number and verifies that it was issued to this buyer. */
    public Optional<OrderNumber> readOwn(String written, Buyer buyer) {
        return OrderNumber.read(written).filter(number -> isOwn(number, buyer));
    }

    /** Verifies that the number was issued to this buyer, by any of the keys. */
    public boolean isOwn(OrderNumber number, Buyer buyer) {
        if (!number.isIssuable()) {
            return false;
        }
        byte[] subject = buyer.subject().getBytes(StandardCharsets.UTF_8);
        boolean own = false;
        for (ThreadLocal<Mac> key : keys) { // all of them: the time does not reveal which one matches
            byte[] digest = digest(key, VERSION, number.seconds(), number.random(), subject);
            own |= leading(digest, OrderNumber.SIGNATURE_BITS) == number.signature();
        }
        return own;
    }

    /**
     * Secrets of 32 bytes for other uses than numbers, one for each key; the first belongs to the signing key.
     *
     * @param purpose the use; another purpose has other secrets
     */
    public List<byte[]> secretsFor(String purpose) {
        byte[] text = purpose.getBytes(StandardCharsets.UTF_8);
        return keys.stream()
                .map(key -> {
                    Mac mac = key.get();
                    mac.update(PURPOSE);
                    return mac.doFinal(text);
                })
                .toList();
    }

    private OrderNumber sign(Buyer buyer, long seconds, int random) {
        byte[] subject = buyer.subject().getBytes(StandardCharsets.UTF_8);
        byte[] digest = digest(keys.getFirst(), VERSION, seconds, random, subject);
        return OrderNumber.of(seconds, random, leading(digest, OrderNumber.SIGNATURE_BITS));
    }

    private static long seconds(Instant at) {
        return at.getEpochSecond() - OrderNumber.EPOCH.getEpochSecond();
    }

    private static byte[] digest(ThreadLocal<Mac> key, byte version, long seconds, int random, byte[] subject) {
        Mac mac = key.get();
        mac.update(ByteBuffer.allocate(1 + Integer.BYTES + Integer.BYTES)
                .put(version)
                .putInt((int) seconds)
                .putInt(random)
                .flip());
        return mac.doFinal(subject);
    }

    private static int leading(byte[] digest, int bits) {
        return ByteBuffer.wrap(digest).getInt() >>> (Integer.SIZE - bits);
    }
}
