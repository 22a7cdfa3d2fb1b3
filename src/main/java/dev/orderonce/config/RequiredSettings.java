package dev.orderonce.config;

import java.util.Locale;
import org.eclipse.microprofile.config.Config;

/** The settings without which the service cannot start, with a sentence for each that is missing. */
public enum RequiredSettings {
    DATABASE_URL(
            "database.url",
            "postgresql://localhost/orders",
            "the address of PostgreSQL: postgresql://host:5432/database"),
    DATABASE_USERNAME("database.username", "orders", "the user of PostgreSQL (the password goes in database.password)"),
    REDIS_HOSTS("quarkus.redis.hosts", "redis://localhost:6379", "the address of Redis: redis://:password@host:6379"),
    NUMBERS_SIGNING_KEY(
            "numbers.signing-key",
            "QW4gZXhhbXBsZSBvZiAzMiBieXRlcywgbmV2ZXIgdXNlZC4=",
            "the key that signs order numbers, the same on every replica; make one with: openssl rand -base64 32"),
    IDENTITY_ISSUER("identity.issuer", "https://issuer.example", "the issuer of the buyers' tokens: their \"iss\""),
    IDENTITY_AUDIENCE("identity.audience", "shop", "the audience of the buyers' tokens: their \"aud\""),
    IDENTITY_KEYS(
            "identity.keys",
            "https://issuer.example/keys",
            "the issuer's public key or JWKS: a file or an https address"),
    PAYMENTS_PROVIDER_URL("payments.provider-url", "https://provider.example", "the payment provider's https address"),
    PAYMENTS_NOTIFICATION_SECRET(
            "payments.notification-secret",
            "an example",
            "the secret with which the payment provider signs its notifications");

    private final String property;
    private final String example;
    private final String meaning;

    RequiredSettings(String property, String example, String meaning) {
        this.property = property;
        this.example = example;
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

    /** A value that can be used, to check the other settings without this one. */
    public String example() {
        return example;
    }

    /** Returns the sentence, without its full stop, that says that it is missing. */
    public String missing() {
        return "the setting %s (environment %s) is missing: %s".formatted(property, variable(property), meaning);
    }

    /** The name of the environment variable of a setting. */
    static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
