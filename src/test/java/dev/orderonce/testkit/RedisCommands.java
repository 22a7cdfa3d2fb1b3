package dev.orderonce.testkit;

import dev.orderonce.embedded.Standalone;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

/** Sends commands to Redis directly, without the service. */
public final class RedisCommands {
    private RedisCommands() {}

    /** Deletes all data of Redis. */
    public static void flush() {
        String reply = send("FLUSHALL");
        if (!reply.equals("+OK")) {
            throw new IllegalStateException(reply);
        }
    }

    /** Sets a marker as in flight by an owner that has crashed. */
    public static void leaveMarker(String marker, Duration lease) {
        set(marker, "f:0000000000000000", lease);
    }

    /** Sets a marker as done. */
    public static void setDone(String marker) {
        set(marker, "d", Duration.ofMinutes(1));
    }

    /**
     * The Redis key of the number under which a buyer last ordered some content.
     *
     * @param fingerprint of the content
     */
    public static String contentKey(String buyer, byte[] fingerprint) {
        return "once:{%s}:s:%s"
                .formatted(tag(buyer), Base64.getUrlEncoder().withoutPadding().encodeToString(fingerprint));
    }

    /** The Redis key of the number that a checkout has. */
    public static String checkoutKey(String buyer, String checkout) {
        return "once:{%s}:c:%s".formatted(tag(buyer), checkout);
    }

    /** Replaces the number that a checkout has with another text. */
    public static void holdForCheckout(String buyer, String checkout, String text) {
        set(checkoutKey(buyer, checkout), text, Duration.ofHours(1));
    }

    /** Whether Redis holds a number for a checkout. */
    public static boolean isHeld(String buyer, String checkout) {
        return exists(checkoutKey(buyer, checkout));
    }

    private static String tag(String buyer) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(buyer.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 12));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Stores that a content was ordered under this number, and is a possible duplicate for so long. */
    public static void claim(String contentKey, String number, Duration duration) {
        set(contentKey, number.replace("-", ""), duration);
    }

    /** Deletes one key. */
    public static void delete(String key) {
        String reply = send("DEL " + key);
        if (!reply.equals(":1")) {
            throw new IllegalStateException(key + ": " + reply);
        }
    }

    private static void set(String marker, String value, Duration validFor) {
        String reply = send("SET " + marker + ' ' + value + " PX " + validFor.toMillis());
        if (!reply.equals("+OK")) {
            throw new IllegalStateException(reply);
        }
    }

    /** Whether Redis holds this key. */
    public static boolean exists(String key) {
        return send("EXISTS " + key).equals(":1");
    }

    /** Sends one command; returns the first line of its reply. */
    public static String send(String command) {
        return send(Stores.standalone(), command);
    }

    /** Sends one command to other stores than the shared ones of the tests. */
    public static String send(Standalone stores, String command) {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), stores.redis().port())) {
            OutputStream out = socket.getOutputStream();
            out.write("AUTH %s\r\n%s\r\n"
                    .formatted(stores.redis().password(), command)
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String authenticated = in.readLine();
            if (!authenticated.equals("+OK")) {
                throw new IllegalStateException(authenticated);
            }
            return in.readLine();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
