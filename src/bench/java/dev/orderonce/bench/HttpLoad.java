package dev.orderonce.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A load generator that costs little compared with the service on the same two cores: raw sockets, requests built in
 * advance, responses parsed for their status, their length and an order number only.
 */
final class HttpLoad implements AutoCloseable {
    private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NUMBER = "\"number\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int NUMBER_SHOWN = 20;

    private final Vertx vertx;
    private final NetClient client;
    private final int port;

    HttpLoad(Vertx vertx, int port) {
        this.vertx = vertx;
        this.port = port;
        this.client = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
    }

    /** What one connection does: the next request, given the answer to the one before. */
    interface Script {
        /** The next request, or {@code null} if there is nothing more to do. */
        @Nullable Buffer next();

        /** Handles a response. */
        void answered(int status, @Nullable String number);
    }

    /** The result of a run. */
    record Result(double perSecond, long answers, long failures, Histogram micros) {}

    /** A closed loop: each connection sends the next request when it has received the response to the last. */
    Result closedLoop(List<Script> scripts, long millis) {
        return run(scripts, millis, 0);
    }

    /**
     * Requests at a fixed rate, sent when they are due and timed from then: a stall is counted for every request that
     * it delays.
     */
    Result openLoop(List<Script> scripts, long millis, double perSecond) {
        return run(scripts, millis, perSecond);
    }

    private Result run(List<Script> scripts, long millis, double perSecond) {
        Histogram micros = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(1), 3);
        LongAdder answers = new LongAdder();
        LongAdder failures = new LongAdder();
        CountDownLatch done = new CountDownLatch(scripts.size());
        long begin = System.nanoTime();
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        AtomicLong due = new AtomicLong(begin);
        long step = perSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
        for (Script script : scripts) {
            Connection connection = new Connection(script, micros, answers, failures, end, done, step, due);
            client.connect(port, "127.0.0.1").onSuccess(connection::opened).onFailure(failure -> done.countDown());
        }
        try {
            if (!done.await(millis + 20_000, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the service left requests unanswered for 20 s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Result(answers.sum() / seconds, answers.sum(), failures.sum(), micros);
    }

    /** One connection; all of it runs on its event loop. */
    private final class Connection {
        private final Script script;
        private final Histogram micros;
        private final LongAdder answers;
        private final LongAdder failures;
        private final long end;
        private final CountDownLatch done;
        private final long step;
        private final AtomicLong due;
        private @Nullable NetSocket socket;
        private Buffer partial = Buffer.buffer();
        private long sentAt;

        Connection(
                Script script,
                Histogram micros,
                LongAdder answers,
                LongAdder failures,
                long end,
                CountDownLatch done,
                long step,
                AtomicLong due) {
            this.script = script;
            this.micros = micros;
            this.answers = answers;
            this.failures = failures;
            this.end = end;
            this.done = done;
            this.step = step;
            this.due = due;
        }

        void opened(NetSocket opened) {
            socket = opened;
            opened.handler(this::received);
            next();
        }

        private void next() {
            if (step == 0) {
                send(System.nanoTime());
                return;
            }
            // The next slot of the common schedule is this connection's; if it is late, it is late
            // from the slot on.
            long slot = due.getAndAdd(step);
            long wait = slot - System.nanoTime();
            if (wait <= TimeUnit.MILLISECONDS.toNanos(1)) {
                send(slot);
            } else {
                vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)), id -> send(slot));
            }
        }

        private void send(long at) {
            NetSocket open = socket;
            Buffer request = System.nanoTime() >= end ? null : script.next();
            if (open == null || request == null) {
                finish();
                return;
            }
            sentAt = Math.min(at, System.nanoTime()); // a timer may be a little early; being late
            // is never excused
            open.write(request);
        }

        private void finish() {
            if (socket != null) {
                socket.close();
            }
            done.countDown();
        }

        private void received(Buffer chunk) {
            Buffer buffer = partial.length() == 0 ? chunk : partial.appendBuffer(chunk);
            byte[] bytes = buffer.getBytes();
            int body = bodyAt(bytes);
            if (body < 0 || bytes.length < body + contentLength(bytes, body)) {
                partial = buffer;
                return;
            }
            partial = Buffer.buffer();
            int status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
            micros.recordValue(Math.max(0, (System.nanoTime() - sentAt) / 1000));
            answers.increment();
            if (status >= 300) {
                failures.increment();
            }
            script.answered(status, number(bytes, body));
            next();
        }

        private static int bodyAt(byte[] bytes) {
            for (int i = 3; i < bytes.length; i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                    return i + 1;
                }
            }
            return -1;
        }

        private static int contentLength(byte[] bytes, int body) {
            int at = find(bytes, LENGTH, 0, body);
            int length = 0;
            for (int i = at; at >= 0 && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
                length = length * 10 + bytes[i] - '0';
            }
            return length;
        }

        private static @Nullable String number(byte[] bytes, int body) {
            int at = find(bytes, NUMBER, body, bytes.length);
            return at < 0 ? null : new String(bytes, at, NUMBER_SHOWN, StandardCharsets.US_ASCII);
        }

        /** The index just after the first occurrence of {@code text}, ignoring case; −1 if there is none. */
        private static int find(byte[] bytes, byte[] text, int from, int to) {
            for (int i = from; i + text.length <= to; i++) {
                int matched = 0;
                while (matched < text.length && lower(bytes[i + matched]) == text[matched]) {
                    matched++;
                }
                if (matched == text.length) {
                    return i + text.length;
                }
            }
            return -1;
        }

        private static int lower(byte letter) {
            return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
