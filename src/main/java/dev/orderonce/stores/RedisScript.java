package dev.orderonce.stores;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script that Redis runs atomically; sent once and then called by its digest. */
public final class RedisScript {
    private final String source;
    private final String digest;

    public RedisScript(String source) {
        this.source = source;
        try {
            this.digest =
                    HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-1")
                                            .digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }

    String source() {
        return source;
    }

    String digest() {
        return digest;
    }
}
