package dev.orderonce.campaign;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** One way from a process to another, through which everything passes, with the faults of a network. */
final class Edge implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;
    private static final int CONNECT_MILLIS = 1000;

    private final ServerSocket listening;
    private final Map<String, String> rewritten;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean cut;
    private volatile int delayMillis;
    private volatile int lostOfAThousand;
    private boolean silent;

    /** Both sides of one connection. */
    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean dead;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void open() {
            connections.add(this);
            Thread.ofVirtual().start(() -> pass(client, server, false));
            Thread.ofVirtual().start(() -> pass(server, client, true));
        }

        private void close() {
            connections.remove(this);
            closeQuietly(client);
            closeQuietly(server);
        }

        /** A dead connection swallows everything, also its end. */
        private void pass(Socket from, Socket to, boolean isReply) {
            byte[] chunk = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    if (delayMillis > 0) {
                        Thread.sleep(delayMillis);
                    }
                    awaitSound();
                    if (dead) {
                        continue;
                    }
                    if (isReply && lostOfAThousand > ThreadLocalRandom.current().nextInt(1000)) {
                        close();
                        return;
                    }
                    if (isReply && !rewritten.isEmpty()) {
                        rewrite(chunk, read);
                    }
                    out.write(chunk, 0, read);
                }
                awaitSound();
                if (!dead) {
                    to.shutdownOutput();
                    // Each direction ends by itself; the second one to end closes both.
                    if (from.isOutputShutdown()) {
                        close();
                    }
                }
            } catch (IOException broken) {
                if (!dead) {
                    close();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                close();
            }
        }

        private void rewrite(byte[] chunk, int length) {
            String text = new String(chunk, 0, length, StandardCharsets.ISO_8859_1);
            for (Map.Entry<String, String> entry : rewritten.entrySet()) {
                text = text.replace(entry.getKey(), entry.getValue());
            }
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(bytes, 0, chunk, 0, length);
        }
    }

    private Edge(ServerSocket listening, int target, Map<String, String> rewritten) {
        this.listening = listening;
        this.target = target;
        this.rewritten = rewritten;
    }

    /** Listens on a free port and forwards everything to a port of this machine. */
    static Edge to(int target) {
        return to(target, Map.of());
    }

    /**
     * The same, with texts that are replaced in replies: how a Redis Sentinel names the addresses of edges in place of
     * those of the nodes. Each text is as long as the one that replaces it, and in one piece.
     */
    static Edge to(int target, Map<String, String> rewritten) {
        rewritten.forEach((text, other) -> {
            if (text.length() != other.length()) {
                throw new IllegalArgumentException("%s is not as long as %s".formatted(text, other));
            }
        });
        try {
            Edge edge = new Edge(Ports.listen(), target, rewritten);
            Thread.ofVirtual().name("edge").start(edge::accept);
            return edge;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    /** New connections lead to this port: the address moved. */
    void moveTo(int port) {
        target = port;
    }

    /** Resets every connection and refuses new ones. */
    void cut() {
        cut = true;
        reset();
    }

    /** Resets every connection. */
    void reset() {
        connections.forEach(Connection::close);
    }

    /** Holds everything back until {@link #heal()}; as with TCP, nothing of it is lost. */
    synchronized void silence() {
        silent = true;
    }

    /** Open connections are dead: nothing passes any more, nor do they end. New ones work. */
    void killWithoutReset() {
        connections.forEach(connection -> connection.dead = true);
    }

    /** Each piece takes so much longer, in both directions. */
    void delay(int millis) {
        delayMillis = millis;
    }

    /** The servers of open connections read the end of the stream; their replies pass. */
    void halfClose() {
        connections.forEach(connection -> {
            try {
                connection.server.shutdownOutput();
            } catch (IOException closed) {
                connection.close();
            }
        });
    }

    /** So many of a thousand pieces of replies are lost, and their connections reset: the server has done its work. */
    void loseReplies(int ofAThousand) {
        lostOfAThousand = ofAThousand;
    }

    /** Works again. Dead connections are reset. */
    void heal() {
        cut = false;
        delayMillis = 0;
        lostOfAThousand = 0;
        connections.stream().filter(connection -> connection.dead).forEach(Connection::close);
        synchronized (this) {
            silent = false;
            notifyAll();
        }
    }

    private synchronized void awaitSound() throws InterruptedException {
        while (silent) {
            wait();
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (cut) {
                    client.setSoLinger(true, 0);
                    closeQuietly(client);
                } else {
                    Thread.ofVirtual().start(() -> connect(client));
                }
            } catch (IOException closed) {
                // the loop ends, or the client is gone
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            new Connection(client, server).open();
        } catch (IOException serverIsAway) {
            closeQuietly(client);
            closeQuietly(server);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyBroken) {
            // it is closed either way
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        reset();
    }
}
