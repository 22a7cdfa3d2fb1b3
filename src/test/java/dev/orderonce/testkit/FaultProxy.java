package dev.orderonce.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A proxy between the service and a store that injects faults: it refuses connections, freezes them, or drops one reply
 * after the store has done its work.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final Optional<StatementLog> log;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final Queue<Long> acceptedAt = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean swallowing = new AtomicBoolean();
    private final AtomicLong requests = new AtomicLong();
    private volatile byte[] swallowed = {};
    private volatile boolean refusing;
    private volatile boolean frozen;
    private volatile Set<Socket> dead = Set.of();
    private volatile int mostOpen;
    private boolean holding;

    private FaultProxy(ServerSocket listening, int target, Optional<StatementLog> log) {
        this.listening = listening;
        this.target = target;
        this.log = log;
    }

    /** Listens on a free port and forwards everything to {@code target}. */
    public static FaultProxy before(int target) {
        return before(target, Optional.empty());
    }

    /** The same for PostgreSQL, with a log of the forwarded statements. */
    static FaultProxy before(int target, StatementLog log) {
        return before(target, Optional.of(log));
    }

    private static FaultProxy before(int target, Optional<StatementLog> log) {
        try {
            FaultProxy proxy = new FaultProxy(new ServerSocket(0, 512, InetAddress.getLoopbackAddress()), target, log);
            Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
            return proxy;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** The number of chunks that the service has sent: roughly its requests; zero means none. */
    public long requests() {
        return requests.get();
    }

    /** Cuts every connection and accepts no new one. */
    public void refuse() {
        refusing = true;
        cut();
    }

    /** Cuts every connection as a host does that does not know it: by a reset in place of an end. */
    public void reset() {
        clients.forEach(client -> {
            try {
                client.setSoLinger(true, 0);
            } catch (SocketException alreadyClosed) {
                // it is cut either way
            }
        });
        cut();
    }

    /** Keeps connections open and forwards nothing. */
    public void freeze() {
        frozen = true;
    }

    /**
     * Open connections forward nothing more and are neither reset nor closed, even if the service closes them, as after
     * a power loss or a failover of an address; new ones work.
     */
    public void killWithoutReset() {
        dead = Set.copyOf(sockets);
    }

    /** The number of connections that the service has opened since a time of {@link System#nanoTime}. */
    public long accepted(long sinceNanos) {
        return acceptedAt.stream().filter(at -> at - sinceNanos >= 0).count();
    }

    /** The maximum of open connections of the service since the last call. */
    public int mostOpen() {
        int most = mostOpen;
        mostOpen = 0;
        return most;
    }

    /** Forwards requests and holds the replies back, until {@link #heal()}; none is lost. */
    public synchronized void holdReplies() {
        holding = true;
    }

    private synchronized void awaitRelease() {
        while (holding) {
            try {
                wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** A dead connection acknowledges nothing, not even its end. */
    private synchronized void awaitHealing(Socket socket) {
        while (dead.contains(socket)) {
            try {
                wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private synchronized void release() {
        holding = false;
        notifyAll();
    }

    /**
     * Drops the next reply that contains {@code text}: the connection is cut when the reply has arrived here, so that
     * the store has done its work.
     */
    public void swallowReplyWith(String text) {
        swallowed = text.getBytes(StandardCharsets.ISO_8859_1);
        swallowing.set(true);
    }

    /** Whether the reply of {@link #swallowReplyWith} is still to come. */
    public boolean isStillSwallowing() {
        return swallowing.get();
    }

    /** Works again; frozen connections are cut, because their bytes are lost. */
    public void heal() {
        boolean wasFrozen = frozen;
        refusing = false;
        frozen = false;
        dead = Set.of();
        swallowing.set(false);
        release();
        if (wasFrozen) {
            cut();
        }
    }

    private void cut() {
        sockets.forEach(FaultProxy::closeQuietly);
        sockets.clear();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (refusing) {
                    closeQuietly(client);
                } else {
                    connect(client);
                }
            } catch (SocketException closed) {
                return;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    private void connect(Socket client) {
        sockets.add(client);
        clients.add(client);
        acceptedAt.add(System.nanoTime());
        // A connection that the service has closed is seen as closed a moment later.
        CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
                .execute(() -> mostOpen = Math.max(mostOpen, clients.size()));
        try {
            Socket store = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            store.setTcpNoDelay(true);
            sockets.add(store);
            Thread.ofVirtual().start(() -> pass(client, store, true));
            Thread.ofVirtual().start(() -> pass(store, client, false));
        } catch (IOException storeIsAway) {
            clients.remove(client);
            closeQuietly(client);
        }
    }

    private void pass(Socket from, Socket to, boolean toStore) {
        byte[] chunk = new byte[CHUNK];
        Optional<StatementLog.Wire> wire = toStore ? log.map(StatementLog::open) : Optional.empty();
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                // Decided before it is counted, so that a test that waits for the count knows the decision.
                boolean isDropped = frozen || dead.contains(from);
                if (toStore) {
                    requests.incrementAndGet();
                }
                if (isDropped) {
                    continue;
                }
                if (!toStore && contains(chunk, read, swallowed) && swallowing.compareAndSet(true, false)) {
                    return;
                }
                if (!toStore) {
                    awaitRelease();
                }
                if (wire.isPresent()) {
                    wire.get().read(chunk, read);
                }
                out.write(chunk, 0, read);
            }
            awaitHealing(from);
        } catch (IOException cut) {
            // the try closes the other side; connections through this proxy are expected to be cut
        } finally {
            sockets.remove(from);
            sockets.remove(to);
            clients.remove(from);
            clients.remove(to);
        }
    }

    private static boolean contains(byte[] chunk, int length, byte[] text) {
        if (text.length == 0) {
            return false;
        }
        for (int at = 0; at + text.length <= length; at++) {
            int matched = 0;
            while (matched < text.length && chunk[at + matched] == text[matched]) {
                matched++;
            }
            if (matched == text.length) {
                return true;
            }
        }
        return false;
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
        release();
        cut();
    }
}
