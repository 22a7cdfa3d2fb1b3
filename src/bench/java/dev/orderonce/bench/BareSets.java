package dev.orderonce.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;

import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** One {@code SET NX EX} per round trip to Redis, as a service without pipelining would do it. */
final class BareSets {
    private static final int CONNECTIONS = 50;

    private final Vertx vertx;
    private final int port;

    BareSets(Vertx vertx, int port) {
        this.vertx = vertx;
        this.port = port;
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
            client.connect(port, "127.0.0.1")
                    .onSuccess(
                            socket -> {
                                socket.handler(
                                        reply -> {
                                            sets.increment();
                                            sendOrFinish(
                                                    socket,
                                                    end,
                                                    done,
                                                    run + keys.incrementAndGet());
                                        });
                                sendOrFinish(socket, end, done, run + keys.incrementAndGet());
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
