package dev.orderonce.stores;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection that is always either open or being opened.
 *
 * <p>Replies come in the order of the requests, so a single clock per connection tells whether any
 * request waits too long: there is no timer per request.
 */
final class RedisLine {
    private static final Logger LOG = Logger.getLogger(RedisLine.class);

    private final Vertx vertx;
    private final RedisOptions options;
    private final RedisSettings settings;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long progressAt;
    private volatile @Nullable RedisConnection connection;
    private volatile @Nullable Redis client;
    private volatile boolean closed;
    private boolean complained;

    RedisLine(Vertx vertx, RedisOptions options, RedisSettings settings) {
        this.vertx = vertx;
        this.options = options;
        this.settings = settings;
    }

    boolean isOpen() {
        return connection != null;
    }

    synchronized void open() {
        if (closed) {
            return;
        }
        // A client of its own: closing it is the only way to cut a connection that no longer
        // answers.
        Redis opening = Redis.createClient(vertx, new RedisOptions(options));
        client = opening;
        opening.connect()
                .timeout(settings.connectWithin().toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(connected -> opened(opening, connected))
                .onFailure(failure -> lost(opening, failure));
    }

    private synchronized void opened(Redis opening, RedisConnection connected) {
        connected.exceptionHandler(failure -> lost(opening, failure));
        connected.endHandler(
                end -> lost(opening, new StoreUnavailable(REDIS, "closed the connection")));
        progressAt = System.nanoTime();
        connection = connected;
        if (complained) {
            complained = false;
            LOG.info("Redis answers again");
        }
    }

    private synchronized void lost(Redis which, Throwable why) {
        if (client != which) {
            return; // news from a connection that was given up before
        }
        client = null;
        connection = null;
        waiting.set(0);
        if (!complained && !closed) {
            complained = true; // once per outage, not ten times a second
            LOG.warnf(
                    "Redis does not answer, trying again every %s: %s",
                    settings.reopenAfter(), why.getMessage());
        }
        which.close();
        vertx.setTimer(settings.reopenAfter().toMillis(), id -> open());
    }

    /** Gives the connection up if it has owed a reply for too long. */
    void check() {
        Redis checked = client;
        if (checked != null && isOpen() && waiting.get() > 0 && isLate()) {
            lost(checked, new StoreUnavailable(REDIS, "no reply within " + settings.replyWithin()));
        }
    }

    private boolean isLate() {
        return System.nanoTime() - progressAt > settings.replyWithin().toNanos();
    }

    Future<@Nullable Response> send(Request request) {
        RedisConnection open = connection;
        if (open == null) {
            return Future.failedFuture(new StoreUnavailable(REDIS, "the connection was lost"));
        }
        if (waiting.getAndIncrement() == 0) {
            progressAt = System.nanoTime();
        }
        return open.send(request)
                .onComplete(
                        reply -> {
                            progressAt = System.nanoTime();
                            waiting.updateAndGet(count -> Math.max(0, count - 1));
                        });
    }

    synchronized void close() {
        closed = true;
        Redis open = client;
        if (open != null) {
            open.close();
        }
    }
}
