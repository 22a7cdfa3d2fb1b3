package dev.orderonce.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of the tokens, prefix {@code identity}. */
@ConfigMapping(prefix = "identity")
public interface IdentitySettings {

    /** The issuer of the tokens: their {@code iss}. */
    String issuer();

    /** The service that the tokens are issued for: their {@code aud}. */
    String audience();

    /** The issuer's public key or JWKS: a file or an https address. */
    String keys();

    /**
     * How long a verified token is cached instead of being verified again, at most until it expires. A page sends the
     * same token many times within a minute; a key that the issuer withdraws stays accepted for a minute longer.
     */
    @WithDefault("1m")
    Duration tokenCacheTtl();

    /** Adds a sentence for each value that cannot be used. */
    static void check(IdentitySettings settings, Consumer<String> wrong) {
        IssuersKeys.check(settings.keys(), wrong);
    }
}
