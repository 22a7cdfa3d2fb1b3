package dev.orderonce.redis;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import dev.orderonce.stores.StoreUnavailable;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the library that is always either open or being opened. All methods run on one event loop.
 *
 * <p>A connection that receives nothing for the reply timeout is closed by the library; regular pings make sure that a
 * live one receives something, so there is no timer per command.
 */
final class NodeConnection {
    private static final Request PING = Request.cmd(Command.PING);
    private static final Request ASKING = Request.cmd(Command.ASKING);

    /** A dead connection is detected at most one ping after the timeout. */
    private static final int PINGS_PER_TIMEOUT = 4;

    /** Between attempts to open a connection: ten a second find a restarted or promoted Redis at once. */
    private static final long RECONNECT_MILLIS = 100;

    private final Vertx vertx;
    private final Supplier<Redis> clients;
    private final Request probe;
    private final Duration connectTimeout;
    private final int queueLimit;
    private final Observer observer;
    private final long pinging;

    private @Nullable Redis client;
    private volatile @Nullable RedisConnection open;

    /** Distinguishes events of this connection from those of an abandoned one. */
    private int attempt;

    private boolean closed;
    private int unanswered;

    /** Is notified of what happens to a connection, on its event loop. */
    interface Observer {
        /** The connection is open. */
        void opened(RedisConnection connection);

        /** The connection was lost, or could not be opened. */
        void lost(String why);

        /** A command has its reply, so many nanoseconds after it was sent. */
        void answered(long nanos);

        /**
         * Redis has refused the command.
         *
         * @return whether the observer sends it again; otherwise it fails
         */
        boolean redirects(SentCommand command, RedisRefusal refusal);
    }

    /**
     * Begins to open a connection.
     *
     * @param clients makes a client for each attempt
     * @param probe a command without effect that succeeds when the connection is usable
     * @param queueLimit commands that may wait for their replies
     */
    NodeConnection(
            Vertx vertx,
            Supplier<Redis> clients,
            Request probe,
            Duration connectTimeout,
            Duration replyTimeout,
            int queueLimit,
            Observer observer) {
        this.vertx = vertx;
        this.clients = clients;
        this.probe = probe;
        this.connectTimeout = connectTimeout;
        this.queueLimit = queueLimit;
        this.observer = observer;
        this.pinging = vertx.setPeriodic(Math.max(1, replyTimeout.toMillis() / PINGS_PER_TIMEOUT), _ -> ping());
        connect();
    }

    /** Can be called on every thread. */
    boolean isOpen() {
        return open != null;
    }

    private void connect() {
        if (closed) {
            return;
        }
        int current = ++attempt;
        Redis fresh = clients.get();
        client = fresh;
        fresh.connect()
                .compose(connection -> connection.send(probe).map(connection))
                .timeout(connectTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(connection -> opened(current, connection))
                .onFailure(failure -> lost(current, String.valueOf(failure.getMessage())));
    }

    private void opened(int current, RedisConnection connection) {
        if (current == attempt) {
            connection.endHandler(_ -> lost(current, "the connection was closed, by Redis or for want of a reply"));
            connection.exceptionHandler(failure -> lost(current, String.valueOf(failure.getMessage())));
            open = connection;
            observer.opened(connection);
        }
    }

    private void ping() {
        RedisConnection to = open;
        if (to != null) {
            int current = attempt;
            to.send(PING).onFailure(failure -> lost(current, String.valueOf(failure.getMessage())));
        }
    }

    private void lost(int which, String why) {
        if (which != attempt) {
            return; // an event of an abandoned connection
        }
        abandon();
        if (!closed) {
            observer.lost(why);
            vertx.setTimer(RECONNECT_MILLIS, _ -> connect());
        }
    }

    /** The library fails all commands without a reply. */
    private void abandon() {
        attempt++;
        open = null;
        if (client != null) {
            client.close();
            client = null;
        }
    }

    void close() {
        closed = true;
        vertx.cancelTimer(pinging);
        abandon();
    }

    /** Sends one command of the service's own; a failure is that of the next ping as well, and dropped. */
    void read(Request request, Consumer<Response> reader) {
        RedisConnection to = open;
        if (to != null) {
            to.send(request).onSuccess(reader::accept);
        }
    }

    /** Sends a command; commands are executed in the order in which they are sent. */
    void send(SentCommand command) {
        RedisConnection to = open;
        if (to == null) {
            fail(command, "no connection is open");
        } else if (unanswered >= queueLimit) {
            fail(command, "too many waiting requests");
        } else {
            int current = attempt;
            long sentAt = System.nanoTime();
            unanswered++;
            to.send(command.request()).onComplete(result -> {
                unanswered--;
                if (result.succeeded()) {
                    observer.answered(System.nanoTime() - sentAt);
                    command.exchange().replied(command.index(), result.result());
                } else {
                    failed(current, command, result.cause());
                }
            });
        }
    }

    /**
     * Sends a command to a node that is about to own its slot. Nothing comes between the command and {@code ASKING},
     * because all of this connection's commands are sent on one event loop.
     */
    void sendAsking(SentCommand command) {
        RedisConnection to = open;
        if (to != null) {
            to.send(ASKING);
        }
        send(command);
    }

    /**
     * The library fails commands alike that Redis refused and that were lost with their connection. Of a loss it
     * notifies the handlers in {@link #opened} afterwards, in the same turn of the event loop.
     */
    private void failed(int current, SentCommand command, Throwable failure) {
        String why = String.valueOf(failure.getMessage());
        if (!(failure instanceof ErrorType)) {
            lost(current, why);
        }
        vertx.runOnContext(_ -> {
            if (current == attempt) {
                refused(current, command, new RedisRefusal(why));
            } else {
                fail(command, why);
            }
        });
    }

    private void refused(int current, SentCommand command, RedisRefusal refusal) {
        if (refusal.is("READONLY")) {
            lost(current, String.valueOf(refusal.getMessage())); // no longer the primary
        }
        if (!observer.redirects(command, refusal)) {
            command.exchange().failed(refusal.toFailure());
        }
    }

    private static void fail(SentCommand command, String why) {
        command.exchange().failed(new StoreUnavailable(REDIS, why));
    }
}
