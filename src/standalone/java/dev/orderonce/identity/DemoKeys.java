package dev.orderonce.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** The demo sign-in's key pair, generated at every start: tokens of an earlier start are invalid. */
public final class DemoKeys {
    static final String PRIVATE_KEY = "demo.sign-in.key";
    private static final String DEMO = "order-once-demo";

    /** RSA, because verifying a token must be cheap; 2048 bits suffice for a key that lives as long as the process. */
    private static final int KEY_BITS = 2048;

    private DemoKeys() {}

    /**
     * Generates a key pair.
     *
     * @param publicKey where to put the public key, for the service to check tokens with
     * @return the settings of the issuer, the audience, the key's place and the private key
     */
    public static Map<String, String> make(Path publicKey, String issuer, String audience, String keys) {
        KeyPair pair = generate();
        Base64.Encoder pem = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        try {
            Files.writeString(
                    publicKey,
                    "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                            .formatted(pem.encodeToString(pair.getPublic().getEncoded())));
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + publicKey, failure);
        }
        return Map.of(
                issuer,
                DEMO,
                audience,
                DEMO,
                keys,
                publicKey.toUri().toString(),
                PRIVATE_KEY,
                Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()));
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has RSA", impossible);
        }
    }
}
