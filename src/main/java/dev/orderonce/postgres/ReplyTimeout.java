package dev.orderonce.postgres;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionBase;
import io.vertx.sqlclient.impl.command.CommandResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections whose reply is overdue, and all connections that have received no reply since that statement: a
 * host or network that fails without a reset leaves all of them dead, and a pool would lend them one by one. Closes
 * also a connection whose server has become a standby, or was one: a pool would keep it after the failover.
 *
 * <p>The driver cannot do this. Its close is a command in the queue behind the statement without a reply, and waits for
 * the server; and its idle timeout counts from the last reply, so that a connection that was unused for a while would
 * be closed during the next statement. The idle timeout is kept for the handshake, which has no other.
 */
final class ReplyTimeout {
    private static final String DRIVERS_IDLE_HANDLER = "idle";

    /** The error (SQLSTATE) of a statement that writes at a standby. */
    private static final String READ_ONLY = "25006";

    private final long timeoutNanos;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

    ReplyTimeout(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /**
     * Watches a connection that has just been opened, until it is closed.
     *
     * @param lost called on the connection's event loop after it was closed
     */
    void watch(SqlConnection connection, Runnable lost) {
        ChannelHandlerContext driver = ((SocketConnectionBase)
                        ((SqlConnectionBase<?>) connection).unwrap().unwrap())
                .socket()
                .channelHandlerContext();
        ChannelPipeline pipeline = driver.pipeline();
        ChannelHandler idle = pipeline.get(DRIVERS_IDLE_HANDLER);
        if (idle != null) {
            pipeline.remove(idle);
        }
        // Behind the codec, where whole commands and replies pass: half a reply is none.
        pipeline.addBefore(driver.name(), null, new Watch(driver.channel(), lost));
    }

    /** Closes the connections that have received no reply since the time of an overdue statement. */
    private void overdue(long sinceNanos) {
        watches.forEach(watch -> watch.closeUnlessReadSince(sinceNanos));
    }

    /** One connection; its fields are written on its own event loop. */
    private final class Watch extends ChannelDuplexHandler {
        private final Channel channel;
        private final Runnable lost;
        private volatile long lastReadNanos = System.nanoTime();
        private long waitingSinceNanos;
        private boolean isWaiting;
        private boolean isScheduled;

        Watch(Channel channel, Runnable lost) {
            this.channel = channel;
            this.lost = lost;
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
            lost.run();
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
            if (!(message instanceof CommandResponse<?> reply)) {
                super.channelRead(context, message);
                return;
            }
            isWaiting = false;
            lastReadNanos = System.nanoTime();
            Throwable failure = reply.toAsyncResult().cause();
            super.channelRead(context, message);
            if (failure instanceof PgException error && READ_ONLY.equals(error.getSqlState())) {
                close();
            }
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

        /** Fails the statements of the connection; past the codec, whose close waits for the server. */
        private void close() {
            Future<?> unused = channel.pipeline().firstContext().close();
        }
    }
}
