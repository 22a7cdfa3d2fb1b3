package dev.orderonce.orders;

import dev.orderonce.events.LogPosition;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.SigningKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts positions in the event log as opaque ids: a position is a count of the shop's events, and two of them would
 * reveal its volume (I7). AES-GCM with a secret of the signing keys; an id is valid for its own buyer only.
 */
@ApplicationScoped
class EventIds {
    private static final String CIPHER = "AES/GCM/NoPadding";

    /**
     * Random, 96 bits, as NIST SP 800-38D specifies: sufficient for 2³² ids of one signing key, which a shop that sends
     * 100 a second reaches after more than a year.
     */
    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;

    /**
     * The maximum number of gaps in an id: as many as a burst of rolled-back statements leaves. With more of them the
     * id contains an earlier position, and some events are sent again.
     */
    static final int MOST_GAPS = 32;

    /** The nonce, the position, the gaps and the tag, in base 64. */
    private static final int LONGEST =
            (NONCE_BYTES + Long.BYTES + MOST_GAPS * 2 * Long.BYTES + TAG_BITS / 8) * 4 / 3 + 4;

    private final List<SecretKeySpec> secrets;
    private final SecureRandom random = new SecureRandom();

    EventIds(SigningKeys keys) {
        this.secrets = keys.secretsFor("live event ids").stream()
                .map(secret -> new SecretKeySpec(secret, "AES"))
                .toList();
    }

    String write(LogPosition position, Buyer buyer) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] plain = plain(position);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, secrets.getFirst(), nonce, buyer);
            byte[] id = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
            cipher.doFinal(plain, 0, plain.length, id, NONCE_BYTES);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + CIPHER, impossible);
        }
    }

    /** Returns the position in the id; empty if the id was not written for this buyer. */
    Optional<LogPosition> read(String id, Buyer buyer) {
        if (id.length() > LONGEST) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(id);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (bytes.length <= NONCE_BYTES) {
            return Optional.empty();
        }
        return secrets.stream()
                .flatMap(secret -> decrypt(bytes, secret, buyer).stream())
                .findFirst()
                .map(EventIds::position);
    }

    private static Optional<byte[]> decrypt(byte[] id, SecretKeySpec secret, Buyer buyer) {
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, secret, Arrays.copyOf(id, NONCE_BYTES), buyer);
            return Optional.of(cipher.doFinal(id, NONCE_BYTES, id.length - NONCE_BYTES));
        } catch (AEADBadTagException notOurs) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + CIPHER, impossible);
        }
    }

    private static Cipher cipher(int mode, SecretKeySpec secret, byte[] nonce, Buyer buyer)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, secret, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(buyer.subject().getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** The position, then the first and the last id of each gap. */
    private static byte[] plain(LogPosition position) {
        List<Long> gaps = new ArrayList<>();
        long reached = position.position();
        for (long id : position.missing()) {
            if (!gaps.isEmpty() && gaps.getLast() == id - 1) {
                gaps.set(gaps.size() - 1, id);
            } else if (gaps.size() == 2 * MOST_GAPS) {
                reached = id - 1;
                break;
            } else {
                gaps.add(id);
                gaps.add(id);
            }
        }
        ByteBuffer plain = ByteBuffer.allocate(Long.BYTES * (1 + gaps.size())).putLong(reached);
        gaps.forEach(plain::putLong);
        return plain.array();
    }

    private static LogPosition position(byte[] plain) {
        ByteBuffer bytes = ByteBuffer.wrap(plain);
        long reached = bytes.getLong();
        List<Long> missing = new ArrayList<>();
        while (bytes.hasRemaining()) {
            LongStream.rangeClosed(bytes.getLong(), bytes.getLong()).forEach(missing::add);
        }
        return new LogPosition(reached, missing);
    }
}
