package dev.orderonce.postgres;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionBase;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections that owe a reply for too long, and with each of them those that nothing was
 * read from since: a host or a network that vanishes without a reset leaves all of them dead, and a
 * pool would hand them out one by one.
 *
 * <p>The driver's own ways do not do this. To close a connection is a command in the queue behind
 * the statement without a reply; and its idle timeout counts from the last reply, so that a
 * connection that was unused for a while would be closed under the next statement. It is kept for
 * the handshake, in which there is nothing else.
 */
final class ReplyTimeout {
    private static final String DRIVERS_IDLE_HANDLER = "idle";

    private final long timeoutNanos;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

    ReplyTimeout(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /** Watches a connection that has just been opened, until it is closed. */
    void watch(SqlConnection connection) {
        Channel channel = ((SocketConnectionBase)
                        ((SqlConnectionBase<?>) connection).unwrap().unwrap())
                .socket()
                .channelHandlerContext()
                .channel();
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandler idle = pipeline.get(DRIVERS_IDLE_HANDLER);
        if (idle != null) {
            pipeline.remove(idle);
        }
        pipeline.addFirst(new Watch(channel));
    }

    /** Closes what may have died with a connection whose statement of this time has no reply. */
    private void overdue(long sinceNanos) {
        watches.forEach(watch -> watch.closeUnlessReadSince(sinceNanos));
    }

    /** One connection; its times are written on its own event loop. */
    private final class Watch extends ChannelDuplexHandler {
        private final Channel channel;
        private volatile long lastReadNanos = System.nanoTime();
        private long waitingSinceNanos;
        private boolean isWaiting;
        private boolean isScheduled;

        Watch(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            watches.add(this);
            if (!channel.isOpen()) {
                watches.remove(this);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            watches.remove(this);
            super.channelInactive(context);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (!isWaiting) {
                isWaiting = true;
                waitingSinceNanos = System.nanoTime();
                schedule(context, timeoutNanos);
            }
            super.write(context, message, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            isWaiting = false;
            lastReadNanos = System.nanoTime();
            super.channelRead(context, message);
        }

        /** One timer for each connection and timeout, however many statements there are. */
        private void schedule(ChannelHandlerContext context, long nanos) {
            if (!isScheduled) {
                isScheduled = true;
                Future<?> unused = context.executor().schedule(() -> check(context), nanos, TimeUnit.NANOSECONDS);
            }
        }

        private void check(ChannelHandlerContext context) {
            isScheduled = false;
            if (!isWaiting || !context.channel().isOpen()) {
                return;
            }
            long waited = System.nanoTime() - waitingSinceNanos;
            if (waited < timeoutNanos) {
                schedule(context, timeoutNanos - waited);
            } else {
                close();
                overdue(waitingSinceNanos);
            }
        }

        void closeUnlessReadSince(long nanos) {
            if (lastReadNanos - nanos < 0) {
                close();
            }
        }

        /** Its statements fail when it is closed; nobody waits for more. */
        private void close() {
            Future<?> unused = channel.close();
        }
    }
}
