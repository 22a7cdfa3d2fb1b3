package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Signatures are those of Standard Webhooks. */
class WebhookSecretTest {
    /** The example of its reference libraries. */
    @Test
    void signature_isThatOfTheReference() {
        // Given
        WebhookSecret secret = new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        // When
        String signature = secret.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1_614_265_330),
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));
        // Then
        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void secret_isNotPartOfItsText() {
        WebhookSecret secret = WebhookSecret.fresh(new SecureRandom());
        assertThat(secret.text()).hasSizeGreaterThan(40);
        assertThat(secret.toString()).doesNotContain(secret.text().substring(6));
    }
}
