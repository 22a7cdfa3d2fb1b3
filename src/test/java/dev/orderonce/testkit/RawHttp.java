package dev.orderonce.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** Sends raw bytes, also such as no valid client sends. */
public final class RawHttp {
    private RawHttp() {}

    /** The whole response to a GET of exactly this path. */
    public static String get(URL service, String path) {
        return exchange(service, "GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    }

    /** The complete response to these bytes until the other side closes. */
    public static String exchange(URL service, String request) {
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
