package dev.orderonce.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that signs deliveries, as Standard Webhooks defines it.
 *
 * @param text {@code whsec_} and 24 to 64 bytes in base 64
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
 *     Webhooks</a>
 */
record WebhookSecret(String text) {
    private static final String PREFIX = "whsec_";

    /** As many as the digest has. */
    private static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    static WebhookSecret fresh(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new WebhookSecret(PREFIX + Base64.getEncoder().encodeToString(bytes));
    }

    /**
     * Returns one signature of a delivery.
     *
     * @param id the value of {@code webhook-id}
     * @param sentAt the value of {@code webhook-timestamp}, in whole seconds
     */
    String sign(String id, Instant sentAt, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(text.substring(PREFIX.length())), ALGORITHM));
            mac.update((id + '.' + sentAt.getEpochSecond() + '.').getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
        }
    }

    /** No log has the secret. */
    @Override
    public String toString() {
        return "WebhookSecret";
    }
}
