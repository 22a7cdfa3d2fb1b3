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
 * Closes connections of clients that hold what is not theirs: that do not end a request's body, or
 * do not take a byte of their answers. The framework's idle timeout sees neither, because a byte
 * now and then is traffic.
 */
@ApplicationScoped
class SlowClients {
    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf("order-once.watched");

    /**
     * Between an answer and the end of a connection whose body nobody reads: one that is closed
     * with bytes unread is reset, and the client may never see the answer.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** Smaller responses fit the socket's own buffer. */
    private static final long LARGE = 64 * 1024;

    /** A quarter of the memory that a replica is given for all of its buffers. */
    private static final long MOST_UNREAD = 48 * 1024 * 1024;

    private final Duration patience;
    private final Queue<Unread> unread = new ConcurrentLinkedQueue<>();
    private final AtomicLong unreadBytes = new AtomicLong();

    SlowClients(HttpSettings settings, MeterRegistry metrics) {
        this.patience = settings.bodyTimeout();
        metrics.gauge("orderonce.http.unread.bytes", unreadBytes);
    }

    /** A response that was written and not taken yet. */
    private record Unread(Channel channel, long bytes) {}

    /**
     * Bounds what responses that nobody takes hold in memory, all together: beyond the bound those
     * that have waited for longest are given up with their connections.
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

    /** Watches what is written to a connection until it ends; once for each connection. */
    void watchAnswers(Channel channel) {
        if (channel.attr(WATCHED).getAndSet(Boolean.TRUE) != null) {
            return;
        }
        long half = patience.toMillis() / 2;
        Future<?> looks = channel.eventLoop().scheduleAtFixedRate(new Look(channel), half, half, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> looks.cancel(false));
    }

    /**
     * Bounds the time for a request's body from now on: until the body has ended, or for a moment
     * after an answer that was given before that.
     */
    void boundBody(RoutingContext context) {
        HttpServerRequest request = context.request();
        long timer = context.vertx().setTimer(patience.toMillis(), late -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
        RequestEnd.whenDone(context, () -> {
            context.vertx().cancelTimer(timer);
            // An answer that said so came before the body was read.
            if (context.response().headers().contains(CONNECTION, CLOSE, true)) {
                context.vertx()
                        .setTimer(
                                LINGER.toMillis(), taken -> request.connection().close());
            }
        });
    }

    /** Finds the same bytes waiting at two looks in a row. */
    private static final class Look implements Runnable {
        private final Channel channel;
        private @Nullable Object waiting;
        private long left;
        private long progress;

        Look(Channel channel) {
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
