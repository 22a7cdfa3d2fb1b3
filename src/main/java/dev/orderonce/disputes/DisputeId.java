package dev.orderonce.disputes;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The id of a dispute.
 *
 * @param text D and {@value #SYMBOLS} symbols of Crockford's base 32: 80 random bits, which cannot be guessed
 */
public record DisputeId(String text) {
    private static final char FIRST = 'D';
    private static final int SYMBOLS = 16;
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final Pattern FORM = Pattern.compile("D[0-9A-HJKMNP-TV-Z]{" + SYMBOLS + "}");

    public DisputeId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not the id of a dispute");
        }
    }

    static DisputeId fresh(SecureRandom random) {
        StringBuilder text = new StringBuilder(1 + SYMBOLS).append(FIRST);
        for (int i = 0; i < SYMBOLS; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new DisputeId(text.toString());
    }

    /** Reads an id in any case; empty if the text is not one. */
    static Optional<DisputeId> read(String written) {
        return Optional.of(written.toUpperCase(Locale.ROOT))
                .filter(text -> FORM.matcher(text).matches())
                .map(DisputeId::new);
    }
}
