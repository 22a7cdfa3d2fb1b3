package dev.orderonce.bench;

import dev.orderonce.embedded.EmbeddedRedis;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** One {@code SET NX EX} per round trip to Redis, as a service without pipelining would do it. */
final class BareSets {
    private static final int CONNECTIONS = 50;

    private final Vertx vertx;
    private final EmbeddedRedis store;

    BareSets(Vertx vertx, EmbeddedRedis store) {
        this.vertx = vertx;
        this.store = store;
    }

    double perSecond(long millis) throws InterruptedException {
        LongAdder sets = new LongAdder();
        AtomicLong keys = new AtomicLong();
        String run = UUID.randomUUID().toString();
        CountDownLatch done = new CountDownLatch(CONNECTIONS);
        long begin = System.nanoTime();
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        NetClient client = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
        for (int i = 0; i < CONNECTIONS; i++) {
            client.connect(store.port(), "127.0.0.1")
                    .onSuccess(socket -> {
                        AtomicBoolean isAuthenticated = new AtomicBoolean();
                        socket.handler(reply -> {
                            // The first reply is the one to AUTH.
                            if (isAuthenticated.getAndSet(true)) {
                                sets.increment();
                            }
                            sendOrFinish(socket, end, done, run + keys.incrementAndGet());
                        });
                        socket.write("AUTH " + store.password() + "\r\n");
                    })
                    .onFailure(failure -> done.countDown());
        }
        if (!done.await(millis + 20_000, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("bare sets did not end");
        }
        client.close();
        return sets.sum() / ((System.nanoTime() - begin) / 1e9);
    }

    private static void sendOrFinish(NetSocket socket, long end, CountDownLatch done, String key) {
        if (System.nanoTime() >= end) {
            socket.close();
            done.countDown();
        } else {
            socket.write(Buffer.buffer("SET " + key + " i NX EX 60\r\n"));
        }
    }
}
