package dev.orderonce.webhooks;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The id of a webhook endpoint.
 *
 * @param text W and {@value #SYMBOLS} symbols of Crockford's base 32: 80 random bits
 */
record WebhookId(String text) {
    private static final char FIRST = 'W';
    private static final int SYMBOLS = 16;
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final Pattern FORM = Pattern.compile("W[0-9A-HJKMNP-TV-Z]{" + SYMBOLS + "}");

    /** The names of the endpoints as consumers of the event log begin with this. */
    static final String CONSUMERS = "webhook:";

    WebhookId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not the id of a webhook endpoint");
        }
    }

    static WebhookId fresh(SecureRandom random) {
        StringBuilder text = new StringBuilder(1 + SYMBOLS).append(FIRST);
        for (int i = 0; i < SYMBOLS; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new WebhookId(text.toString());
    }

    /** Reads an id; empty if the text is not one. */
    static Optional<WebhookId> read(String written) {
        return Optional.of(written).filter(text -> FORM.matcher(text).matches()).map(WebhookId::new);
    }

    /** The name of the endpoint as a consumer of the event log. */
    String consumer() {
        return CONSUMERS + text;
    }
}
