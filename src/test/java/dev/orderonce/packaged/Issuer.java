package dev.orderonce.packaged;

import io.smallrye.jwt.build.Jwt;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/** The sign-in of a shop: signs tokens for server builds, with one key for all of them. */
public final class Issuer {
    static final String ISSUER = "https://issuer.example";
    static final String AUDIENCE = "shop";

    private static final String KEY_ID = "tests";
    private static final Duration VALID_FOR = Duration.ofHours(4);
    private static final KeyPair PAIR = newPair();

    private Issuer() {}

    private static KeyPair newPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has RSA", impossible);
        }
    }

    /** Signs a token with these roles. */
    public static String token(String subject, Set<String> roles) {
        return Jwt.issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(subject)
                .groups(roles)
                .expiresAt(Instant.now().plus(VALID_FOR))
                .jws()
                .keyId(KEY_ID)
                .sign(PAIR.getPrivate());
    }

    /** The settings of a service that accepts these tokens; writes the public key into the directory. */
    public static Map<String, String> settings(Path directory) {
        Path file = directory.resolve("issuer.pem");
        try {
            Files.createDirectories(directory);
            Files.writeString(
                    file,
                    "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                            .formatted(Base64.getMimeEncoder()
                                    .encodeToString(PAIR.getPublic().getEncoded())));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return settings(file.toUri().toString());
    }

    /** The settings of a service that reads the key, or the {@link #keySet}, at this place. */
    static Map<String, String> settings(String keys) {
        return Map.of("IDENTITY_ISSUER", ISSUER, "IDENTITY_AUDIENCE", AUDIENCE, "IDENTITY_KEYS", keys);
    }

    /** The public key as a JWKS. */
    static String keySet() {
        RSAPublicKey key = (RSAPublicKey) PAIR.getPublic();
        return new JsonObject()
                .put(
                        "keys",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("kty", "RSA")
                                        .put("use", "sig")
                                        .put("alg", "RS256")
                                        .put("kid", KEY_ID)
                                        .put("n", base64(key.getModulus()))
                                        .put("e", base64(key.getPublicExponent()))))
                .encode();
    }

    /** Without the byte that holds nothing but the sign. */
    private static String base64(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
    }
}
