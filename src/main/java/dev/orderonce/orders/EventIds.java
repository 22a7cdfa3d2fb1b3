package dev.orderonce.orders;

import dev.orderonce.events.LogPartition;
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

    /** The count of a partition's position; always as many, because the length would reveal the volume, too. */
    private static final int COUNT_BYTES = Short.BYTES + Integer.BYTES;

    /** The nonce, the positions, the gaps and the tag, in base 64. */
    private static final int LONGEST =
            (NONCE_BYTES + LogPartition.COUNT * COUNT_BYTES + MOST_GAPS * 2 * Long.BYTES + TAG_BITS / 8) * 4 / 3 + 4;

    private final List<SecretKeySpec> secrets;
    private final SecureRandom random = new SecureRandom();

    EventIds(SigningKeys keys) {
        // Other secrets than those of the version before partitions: neither reads the ids of the other one.
        this.secrets = keys.secretsFor("live event ids of partitions").stream()
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

    /** The position in each partition, then the first and the last id of each gap. */
    private static byte[] plain(LogPosition position) {
        List<Long> positions = new ArrayList<>(position.positions());
        List<Long> gaps = new ArrayList<>();
        for (long id : position.missing()) {
            int partition = LogPartition.of(id);
            if (id > positions.get(partition)) {
                continue; // after a gap for which there was no room
            }
            if (!gaps.isEmpty() && gaps.getLast() == id - 1) {
                gaps.set(gaps.size() - 1, id);
            } else if (gaps.size() == 2 * MOST_GAPS) {
                positions.set(partition, id - 1);
            } else {
                gaps.add(id);
                gaps.add(id);
            }
        }
        ByteBuffer plain = ByteBuffer.allocate(COUNT_BYTES * positions.size() + Long.BYTES * gaps.size());
        for (int partition = 0; partition < positions.size(); partition++) {
            long count = positions.get(partition) - LogPartition.beginning(partition);
            plain.putShort((short) (count >>> Integer.SIZE)).putInt((int) count);
        }
        gaps.forEach(plain::putLong);
        return plain.array();
    }

    private static LogPosition position(byte[] plain) {
        ByteBuffer bytes = ByteBuffer.wrap(plain);
        List<Long> positions = new ArrayList<>();
        for (int partition = 0; partition < LogPartition.COUNT; partition++) {
            long count =
                    Short.toUnsignedLong(bytes.getShort()) << Integer.SIZE | Integer.toUnsignedLong(bytes.getInt());
            positions.add(LogPartition.beginning(partition) + count);
        }
        List<Long> missing = new ArrayList<>();
        while (bytes.hasRemaining()) {
            LongStream.rangeClosed(bytes.getLong(), bytes.getLong()).forEach(missing::add);
        }
        return new LogPosition(positions, missing);
    }
}
