package dev.orderonce.stores;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script that Redis runs atomically; sent once and then called by its digest. */
public final class RedisScript {
    private final String name;
    private final String source;
    private final String digest;

    /**
     * @param name what it is called in traces
     */
    public RedisScript(String name, String source) {
        this.name = name;
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

    String name() {
        return name;
    }

    String source() {
        return source;
    }

    String digest() {
        return digest;
    }
}
