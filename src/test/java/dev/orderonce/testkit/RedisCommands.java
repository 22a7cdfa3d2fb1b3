package dev.orderonce.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Talks to Redis past the service. */
public final class RedisCommands {
    private RedisCommands() {}

    /** Makes Redis forget everything. */
    public static void flush() {
        String reply = send("FLUSHALL");
        if (!reply.equals("+OK")) {
            throw new IllegalStateException(reply);
        }
    }

    private static String send(String command) {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), Stores.standalone().redis().port())) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            return new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
