package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.LogRecords;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Streams that are opened and cut at random while their events are sent: no event loop stops, no place and no stream
 * leaks, and no request fails.
 */
@QuarkusTest
@TestProfile(StreamStormTest.Live.class)
class StreamStormTest {
    private static final int BUYERS = 8;
    private static final int STREAMS_OF_EACH = 8;
    private static final int ORDERS_OF_EACH = 30;
    private static final Duration BOUND = Duration.ofMinutes(3);

    /**
     * Events are sent as soon as they happen. The storm can keep Redis waiting for the processor for longer than its
     * timeout; a number that was issued meanwhile is refused when Redis is back (410), which is not what this is about.
     */
    public static final class Live implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("jobs.interval.poll-live-events", "5ms", "redis.reply-timeout", "10s");
        }
    }

    @TestHTTPResource
    URL service;

    private final long seed = Long.getLong("storm.seed", System.nanoTime());
    private final AtomicInteger cuts = new AtomicInteger();

    /** Keeps some streams of a buyer open, one of which is cut for each event or two. */
    private int listen(Shop shop, Random random, Future<?> orders) throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            while (!orders.isDone()) {
                if (open.size() == STREAMS_OF_EACH) {
                    cut(open.remove(random.nextInt(open.size())), random);
                }
                open.add(open(shop));
            }
        } finally {
            for (Socket socket : open) {
                cut(socket, random);
            }
        }
        return cuts.get();
    }

    private Socket open(Shop shop) throws IOException {
        Socket socket = new Socket(service.getHost(), service.getPort());
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write(
                        "GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(shop.token())
                                .getBytes(StandardCharsets.US_ASCII));
        // 200, or 429 until the service has detected the cut streams: answered in any case.
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        return socket;
    }

    private void cut(Socket socket, Random random) throws IOException {
        cuts.incrementAndGet();
        socket.setSoLinger(random.nextBoolean(), 0);
        socket.close();
    }

    private static int order(Shop shop) {
        for (int i = 0; i < ORDERS_OF_EACH; i++) {
            shop.cancel(shop.newOrder(4200)).then().statusCode(200);
        }
        return ORDERS_OF_EACH;
    }

    @Test
    void openedAndCutWhileEventsAreSent() throws Exception {
        System.out.printf("StreamStormTest: seed %d%n", seed);
        List<Shop> buyers =
                IntStream.range(0, BUYERS).mapToObj(i -> Shop.newBuyer()).toList();
        buyers.forEach(Shop::token);
        try (LogRecords records = LogRecords.collect();
                ExecutorService threads = Executors.newCachedThreadPool()) {
            // When
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < BUYERS; i++) {
                Shop buyer = buyers.get(i);
                Random random = new Random(seed + i);
                Future<Integer> orders = threads.submit(() -> order(buyer));
                Callable<Integer> listening = () -> listen(buyer, random, orders);
                all.add(orders);
                all.add(threads.submit(listening));
            }
            // Then
            for (Future<Integer> one : all) {
                assertThat(one).succeedsWithin(BOUND);
            }
            assertThat(records.errors()).isEmpty();
        }
        System.out.printf("StreamStormTest: %d streams cut%n", cuts.get());
        assertThat(cuts.get()).isGreaterThan(BUYERS * STREAMS_OF_EACH);
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(Operator.metric("orderonce_events_listeners ")).isZero();
            assertThat(Operator.metric("orderonce_http_under_way ")).isZero();
        });
        // Each connection gets an event loop in turn: all of them still run.
        for (int i = 0; i < 16; i++) {
            open(buyers.getFirst()).close();
        }
    }
}
