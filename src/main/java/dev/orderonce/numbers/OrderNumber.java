package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;

/**
 * The identifier and primary key of an order: 18 symbols that a person can read over the phone.
 *
 * <pre>
 *   0K3M7QX W52TB9 H4NR C
 *   └──┬──┘ └─┬──┘ └┬─┘ └ check symbol, 5 bits
 *      │      │     └ truncated HMAC, 24 bits          (the borders fall inside symbols)
 *      │      └ random, 30 bits
 *      └ seconds since {@link #EPOCH}, 31 bits
 * </pre>
 *
 * <p>Every value of this type is well formed: its check symbol is right. {@link SigningKeys} verifies that it was
 * issued to a buyer.
 *
 * @param symbols the 18 symbols, canonical: upper case, no hyphens. Sorts by the time of issue.
 */
public record OrderNumber(String symbols) implements Comparable<OrderNumber> {

    /** The zero of the time stamp. */
    public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /** In symbols. */
    public static final int LENGTH = 18;

    /**
     * No issued number begins with this symbol: the time stamp stays below 31/32 of its 31 bits, which lasts until
     * 2091. It marks numbers that are derived from an idempotency key.
     */
    static final char MARKER = 'Z';

    static final int RANDOM_BITS = 30;
    static final int SIGNATURE_BITS = 24;
    private static final long FIRST_SECOND_TOO_LATE = 31L << 26;
    private static final int GROUP = 6;

    /** In symbols: four of them are a range of 34 minutes. */
    public static final int SHORTEST_PREFIX = 4;

    /** In characters: 18 symbols with separators in any grouping are shorter. */
    private static final int LONGEST_WRITTEN = 64;

    public OrderNumber {
        if (!isWellFormed(symbols)) {
            throw new IllegalArgumentException("not a canonical order number");
        }
    }

    static OrderNumber of(long secondsSinceEpoch, int random, int signature) {
        if (secondsSinceEpoch < 0 || secondsSinceEpoch >= FIRST_SECOND_TOO_LATE) {
            throw new IllegalArgumentException("order numbers are issued from 2026 to 2091");
        }
        char[] symbols = new char[LENGTH];
        Crockford.write(secondsSinceEpoch << 14 | random >>> 16, symbols, 0, 9);
        Crockford.write((random & 0xFFFFL) << SIGNATURE_BITS | signature, symbols, 9, 8);
        return checked(symbols);
    }

    /**
     * The number of an order that is placed under an idempotency key: 80 bits of SHA-256 over buyer and key, after
     * {@link #MARKER}. It never changes and therefore uses no signing key. A collision of two keys is expected after
     * 2⁴⁰ of them; the stored key distinguishes them.
     */
    public static OrderNumber ofClientKey(Buyer buyer, String key) {
        byte[] subject = buyer.subject().getBytes(StandardCharsets.UTF_8);
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        byte[] digest = sha256(
                // The length separates buyer and key: no two pairs have the same bytes.
                ByteBuffer.allocate(Integer.BYTES + subject.length + text.length)
                        .putInt(subject.length)
                        .put(subject)
                        .put(text)
                        .array());
        ByteBuffer bits = ByteBuffer.wrap(digest);
        char[] symbols = new char[LENGTH];
        symbols[0] = MARKER;
        Crockford.write(bits.getLong() >>> 24, symbols, 1, 8);
        Crockford.write(bits.getLong() >>> 24, symbols, 9, 8);
        return checked(symbols);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Sets the check symbol in the last place. */
    private static OrderNumber checked(char[] symbols) {
        int check = 0;
        for (int i = 0; i < LENGTH - 1; i++) {
            check = Crockford.damm(check, Crockford.value(symbols[i]));
        }
        symbols[LENGTH - 1] = Crockford.symbol(check);
        return new OrderNumber(new String(symbols));
    }

    /**
     * Parses a number: any case, spaces and hyphens anywhere, I and L for 1, O for 0.
     *
     * @return empty if it does not have 18 symbols, or the check symbol is wrong
     */
    public static Optional<OrderNumber> read(String written) {
        return canonical(written).filter(OrderNumber::isWellFormed).map(OrderNumber::new);
    }

    /**
     * Parses the beginning of a number, as leniently as {@link #read}.
     *
     * @return its symbols, canonical; empty if there are fewer than {@value #SHORTEST_PREFIX} or more than
     *     {@value #LENGTH} of them
     */
    public static Optional<String> readPrefix(String written) {
        return canonical(written).filter(symbols -> symbols.length() >= SHORTEST_PREFIX);
    }

    /** Empty if there is another symbol, or more than {@value #LENGTH} of them. */
    private static Optional<String> canonical(String written) {
        if (written.length() > LONGEST_WRITTEN) {
            return Optional.empty();
        }
        char[] symbols = new char[LENGTH];
        int count = 0;
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c == '-' || c == ' ') {
                continue;
            }
            int value = Crockford.value(c);
            if (value < 0 || count == LENGTH) {
                return Optional.empty();
            }
            symbols[count++] = Crockford.symbol(value);
        }
        return Optional.of(new String(symbols, 0, count));
    }

    /**
     * Returns the smallest symbols that a number issued in the second of this instant can begin with: compared as
     * texts, numbers issued earlier are below them. An instant before {@link #EPOCH} counts as that; after 2091 every
     * issued number is below, and every number that is derived from an idempotency key is not.
     */
    public static String firstSymbols(Instant issuedAt) {
        long seconds = Math.clamp(issuedAt.getEpochSecond() - EPOCH.getEpochSecond(), 0, FIRST_SECOND_TOO_LATE);
        char[] symbols = new char[9];
        Crockford.write(seconds << 14, symbols, 0, symbols.length);
        return new String(symbols);
    }

    /** Parses a stored number; empty if it is not canonical. */
    public static Optional<OrderNumber> stored(String symbols) {
        return isWellFormed(symbols) ? Optional.of(new OrderNumber(symbols)) : Optional.empty();
    }

    private static boolean isWellFormed(String symbols) {
        if (symbols.length() != LENGTH) {
            return false;
        }
        int check = 0;
        for (int i = 0; i < LENGTH; i++) {
            char symbol = symbols.charAt(i);
            int value = Crockford.value(symbol);
            if (value < 0 || Crockford.symbol(value) != symbol) {
                return false;
            }
            check = Crockford.damm(check, value);
        }
        return check == 0;
    }

    /** The time of issue, to the second, by the issuing replica's clock. */
    public Instant issuedAt() {
        return EPOCH.plusSeconds(seconds());
    }

    /** Whether the number can have been issued; a number that is derived from an idempotency key cannot. */
    public boolean isIssuable() {
        return symbols.charAt(0) != MARKER;
    }

    long seconds() {
        return Crockford.read(symbols, 0, 9) >>> 14;
    }

    int random() {
        return (int)
                ((Crockford.read(symbols, 0, 9) & 0x3FFF) << 16 | Crockford.read(symbols, 9, 8) >>> SIGNATURE_BITS);
    }

    int signature() {
        return (int) (Crockford.read(symbols, 9, 8) & 0xFFFFFF);
    }

    /** The format for people: {@code XXXXXX-XXXXXX-XXXXXX}. */
    public String shown() {
        return symbols.substring(0, GROUP)
                + '-'
                + symbols.substring(GROUP, 2 * GROUP)
                + '-'
                + symbols.substring(2 * GROUP);
    }

    @Override
    public int compareTo(OrderNumber other) {
        return symbols.compareTo(other.symbols);
    }

    @Override
    public String toString() {
        return shown();
    }
}
