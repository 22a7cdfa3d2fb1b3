package dev.orderonce.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.config.Config;

/** The settings without which the service cannot start, with a sentence for each that is missing. */
public enum RequiredSettings {
    DATABASE_URL("database.url", "the address of PostgreSQL: postgresql://host:5432/database"),
    DATABASE_USERNAME("database.username", "the user of PostgreSQL (the password goes in database.password)"),
    REDIS_HOSTS("quarkus.redis.hosts", "the address of Redis: redis://:password@host:6379"),
    NUMBERS_SIGNING_KEY(
            "numbers.signing-key",
            "the key that signs order numbers, the same on every replica; make one with: openssl rand -base64 32"),
    IDENTITY_ISSUER("identity.issuer", "the issuer of the buyers' tokens: their \"iss\""),
    IDENTITY_AUDIENCE("identity.audience", "the audience of the buyers' tokens: their \"aud\""),
    IDENTITY_KEYS("identity.keys", "the issuer's public key or JWKS: a file or an https address"),
    PAYMENTS_PROVIDER_URL("payments.provider-url", "the payment provider's https address"),
    PAYMENTS_NOTIFICATION_SECRET(
            "payments.notification-secret", "the secret with which the payment provider signs its notifications");

    private final String property;
    private final String meaning;

    RequiredSettings(String property, String meaning) {
        this.property = property;
        this.meaning = meaning;
    }

    public String property() {
        return property;
    }

    /** Whether the setting has a value that is not blank. */
    public boolean isGiven(Config config) {
        return config.getOptionalValue(property, String.class)
                .filter(value -> !value.isBlank())
                .isPresent();
    }

    /** Returns a sentence for each setting that is missing; empty if the service can start. */
    public static List<String> missing(Config config) {
        List<String> sentences = new ArrayList<>();
        for (RequiredSettings setting : values()) {
            if (!setting.isGiven(config)) {
                sentences.add(setting.sentence());
            }
        }
        return sentences;
    }

    private String sentence() {
        String variable = property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        return "order-once cannot start: the setting %s (environment %s) is missing: %s."
                .formatted(property, variable, meaning);
    }
}
