package dev.orderonce.http;

import static io.vertx.core.http.HttpHeaders.CLOSE;
import static io.vertx.core.http.HttpHeaders.CONNECTION;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections of clients that do not finish a request's body in time, or do not read their responses. The
 * framework's idle timeout detects neither, because a single byte counts as traffic.
 */
@ApplicationScoped
class SlowClients {
    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf("order-once.watched");

    /**
     * Between a response and the close of a connection whose request body is not read: closing it with unread bytes
     * resets it, and the client may lose the response.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** In bytes; smaller responses fit the socket's buffer. */
    private static final long LARGE = 64 * 1024;

    /** In bytes: a quarter of a replica's memory for buffers. */
    private static final long MOST_UNREAD = 48 * 1024 * 1024;

    private final Duration timeout;
    private final Queue<Unread> unread = new ConcurrentLinkedQueue<>();
    private final AtomicLong unreadBytes = new AtomicLong();

    SlowClients(HttpSettings settings, MeterRegistry metrics) {
        this.timeout = settings.bodyTimeout();
        metrics.gauge("orderonce.http.unread.bytes", unreadBytes);
    }

    /** A response that was written and that its client has not read yet. */
    private record Unread(Channel channel, long bytes) {}

    /**
     * Bounds the memory of all unread responses together: beyond the bound the connections of the oldest ones are
     * closed.
     */
    void boundUnread(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long bytes = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (bytes < LARGE) {
            return; // nearly always
        }
        Unread fresh = new Unread(channel, bytes);
        unread.add(fresh);
        unreadBytes.addAndGet(bytes);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(taken -> forget(fresh));
        while (unreadBytes.get() > MOST_UNREAD) {
            Unread oldest = unread.peek();
            if (oldest == null) {
                return;
            }
            forget(oldest);
            Future<?> unused = oldest.channel().close();
        }
    }

    private void forget(Unread response) {
        if (unread.remove(response)) {
            unreadBytes.addAndGet(-response.bytes());
        }
    }

    /** Watches the progress of responses on a connection until it closes; once for each connection. */
    void watchAnswers(Channel channel) {
        if (channel.attr(WATCHED).getAndSet(Boolean.TRUE) != null) {
            return;
        }
        long half = timeout.toMillis() / 2;
        Future<?> checks =
                channel.eventLoop().scheduleAtFixedRate(new ProgressCheck(channel), half, half, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> checks.cancel(false));
    }

    /**
     * Bounds the time for a request's body from now on: until the body has ended, or shortly after a response that was
     * sent before that.
     */
    void boundBody(RoutingContext context) {
        HttpServerRequest request = context.request();
        long timer = context.vertx().setTimer(timeout.toMillis(), late -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
        RequestEnd.whenDone(context, () -> {
            context.vertx().cancelTimer(timer);
            // The response was sent before the body was read, and closes the connection.
            if (context.response().headers().contains(CONNECTION, CLOSE, true)) {
                context.vertx()
                        .setTimer(
                                LINGER.toMillis(), taken -> request.connection().close());
            }
        });
    }

    /** Closes a connection on which two checks in a row find the same bytes waiting. */
    private static final class ProgressCheck implements Runnable {
        private final Channel channel;
        private @Nullable Object waiting;
        private long left;
        private long progress;

        ProgressCheck(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void run() {
            ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
            if (buffer == null || buffer.totalPendingWriteBytes() == 0) {
                waiting = null;
                return;
            }
            Object first = buffer.current();
            long pending = buffer.totalPendingWriteBytes();
            long written = buffer.currentProgress();
            if (first != null && first == waiting && pending == left && written == progress) {
                Future<?> unused = channel.close();
            }
            waiting = first;
            left = pending;
            progress = written;
        }
    }
}
