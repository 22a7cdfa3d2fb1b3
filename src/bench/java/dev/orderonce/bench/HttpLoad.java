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
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * A load generator that costs little compared with the service on the same two cores: raw sockets, requests built in
 * advance, responses parsed for their status, their length and an order number only.
 */
final class HttpLoad implements AutoCloseable {
    private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NUMBER = "\"number\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int NUMBER_SHOWN = 20;

    /** Longer than any response of the service may take. */
    private static final long UNANSWERED_MILLIS = 20_000;

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

    /** The result of a run or of a part of it; the times are in microseconds, the bytes those of the responses. */
    record Result(double perSecond, long answers, long failures, long bytes, Histogram micros) {}

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
        Running running = start(scripts, perSecond);
        running.endAfter(millis);
        running.awaitEnd(millis + UNANSWERED_MILLIS);
        return running.lap();
    }

    /** Begins a load, open with a rate and closed with 0. */
    Running start(List<Script> scripts, double perSecond) {
        Running running = new Running(scripts.size(), perSecond);
        for (Script script : scripts) {
            Connection connection = new Connection(script, running);
            client.connect(port, "127.0.0.1").onSuccess(connection::opened).onFailure(failure -> connection.failed());
        }
        return running;
    }

    /** A load that runs until it is ended. */
    static final class Running {
        private final Recorder micros = new Recorder(TimeUnit.MINUTES.toMicros(1), 3);
        private final LongAdder failures = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private final CountDownLatch done;
        private final long begun = System.nanoTime();
        private final long step;
        private final AtomicLong due = new AtomicLong(begun);
        private volatile long end = begun + TimeUnit.DAYS.toNanos(1);
        private long lapBegun = begun;

        private Running(int connections, double perSecond) {
            done = new CountDownLatch(connections);
            step = perSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
        }

        /** The result since the last lap, or since the begin. */
        Result lap() {
            long now = System.nanoTime();
            double seconds = (now - lapBegun) / 1e9;
            lapBegun = now;
            Histogram lap = micros.getIntervalHistogram();
            return new Result(
                    lap.getTotalCount() / seconds,
                    lap.getTotalCount(),
                    failures.sumThenReset(),
                    bytes.sumThenReset(),
                    lap);
        }

        private void endAfter(long millis) {
            end = begun + TimeUnit.MILLISECONDS.toNanos(millis);
        }

        private boolean isOver() {
            return System.nanoTime() - end >= 0;
        }

        /** Sends no more requests and awaits the responses. */
        void end() {
            end = System.nanoTime();
            awaitEnd(UNANSWERED_MILLIS);
        }

        private void awaitEnd(long millis) {
            try {
                if (!done.await(millis, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException(
                            "the service left requests unanswered for %d ms".formatted(UNANSWERED_MILLIS));
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** One connection; all of it runs on its event loop. */
    private final class Connection {
        private final Script script;
        private final Running load;
        private @Nullable NetSocket socket;
        private Buffer partial = Buffer.buffer();
        private long sentAt;

        Connection(Script script, Running load) {
            this.script = script;
            this.load = load;
        }

        void opened(NetSocket opened) {
            socket = opened;
            opened.handler(this::received);
            opened.closeHandler(closed -> lost());
            next();
        }

        private void next() {
            if (load.step == 0) {
                send(System.nanoTime());
                return;
            }
            // The next slot of the common schedule is this connection's; if it is late, it is late
            // from the slot on.
            long slot = load.due.getAndAdd(load.step);
            long wait = slot - System.nanoTime();
            if (wait <= TimeUnit.MILLISECONDS.toNanos(1)) {
                send(slot);
            } else {
                vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)), id -> send(slot));
            }
        }

        private void send(long at) {
            NetSocket open = socket;
            Buffer request = load.isOver() ? null : script.next();
            if (open == null || request == null) {
                finish();
                return;
            }
            sentAt = Math.min(at, System.nanoTime()); // a timer may be a little early; being late
            // is never excused
            open.write(request);
        }

        private void finish() {
            NetSocket open = socket;
            socket = null;
            load.done.countDown();
            if (open != null) {
                open.close();
            }
        }

        private void lost() {
            if (socket != null) {
                failed();
            }
        }

        /** It could not be opened, or the other side closed it. */
        private void failed() {
            load.failures.increment();
            finish();
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
            load.bytes.add(bytes.length);
            load.micros.recordValue(Math.max(0, (System.nanoTime() - sentAt) / 1000));
            if (status >= 300) {
                load.failures.increment();
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
