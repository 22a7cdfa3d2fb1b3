package dev.orderonce.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of the loopback interface, all of five digits. */
final class Ports {
    /** Below the range of outgoing connections, which would otherwise take the port of a process that does not run. */
    private static final int FIRST = 12_000;

    /** Up to where the nodes of Redis have theirs. */
    private static final int COUNT = 8_000;

    private static final int BACKLOG = 512;

    private Ports() {}

    /** One that is free now. */
    static int free() {
        try (ServerSocket socket = listen()) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Listens on one. */
    static ServerSocket listen() throws IOException {
        while (true) {
            int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
            try {
                return new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
            } catch (IOException taken) {
                // the next one
            }
        }
    }
}
