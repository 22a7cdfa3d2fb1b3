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
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection that is always either open or being opened.
 *
 * <p>Replies come in the order of the requests, so counting them tells whether any request waits
 * too long: what had been sent {@code redis.reply-within} ago must have been answered by now. There
 * is no timer per request.
 */
final class RedisLine {
    private static final Logger LOG = Logger.getLogger(RedisLine.class);

    private final Vertx vertx;
    private final RedisOptions options;
    private final RedisSettings settings;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();

    /**
     * What {@link #sent} was at the last few checks; written and read by the checking timer only.
     */
    private final long[] sentAtCheck = new long[RedisPipeline.CHECKS_PER_BOUND];

    private int checks;
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
        // What an earlier connection owed is lost and was answered with that.
        answered.set(sent.get());
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
        if (!complained && !closed) {
            complained = true; // once per outage, not ten times a second
            LOG.warnf(
                    "Redis does not answer, trying again every %s: %s",
                    settings.reopenAfter(), why.getMessage());
        }
        which.close();
        vertx.setTimer(settings.reopenAfter().toMillis(), id -> open());
    }

    /** Gives the connection up if it has owed a reply for too long; called at regular intervals. */
    void check() {
        int slot = checks++ % sentAtCheck.length;
        long due = sentAtCheck[slot];
        sentAtCheck[slot] = sent.get();
        Redis checked = client;
        if (checked != null && isOpen() && answered.get() < due) {
            lost(checked, new StoreUnavailable(REDIS, "no reply within " + settings.replyWithin()));
        }
    }

    Future<@Nullable Response> send(Request request) {
        RedisConnection open = connection;
        if (open == null) {
            return Future.failedFuture(new StoreUnavailable(REDIS, "the connection was lost"));
        }
        sent.incrementAndGet();
        return open.send(request).onComplete(reply -> answered.incrementAndGet());
    }

    synchronized void close() {
        closed = true;
        Redis open = client;
        if (open != null) {
            open.close();
        }
    }
}
