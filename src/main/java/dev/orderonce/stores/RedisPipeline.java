package dev.orderonce.stores;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A fixed few connections to Redis, opened once and re-opened after a loss; every request is
 * pipelined over one of them and answered, or failed, within a bounded time.
 */
@ApplicationScoped
public class RedisPipeline {
    /** A broken connection is noticed at most one check later than the bound says. */
    static final int CHECKS_PER_BOUND = 4;

    private final Vertx vertx;
    private final List<RedisLine> lines;
    private final long checkEvery;
    private long checking;

    RedisPipeline(Vertx vertx, RedisSettings settings) {
        this.vertx = vertx;
        RedisOptions options =
                new RedisOptions()
                        .setConnectionString(settings.url())
                        // The one connection of a line and no spare: a line that is lost is opened
                        // anew.
                        .setMaxPoolSize(1)
                        .setMaxPoolWaiting(1)
                        .setMaxWaitingHandlers(settings.waitingPerPipeline())
                        .setNetClientOptions(
                                new NetClientOptions()
                                        .setTcpNoDelay(true)
                                        .setTcpKeepAlive(true)
                                        .setConnectTimeout(
                                                (int) settings.connectWithin().toMillis()));
        this.lines =
                IntStream.range(0, settings.pipelines())
                        .mapToObj(i -> new RedisLine(vertx, options, settings))
                        .toList();
        this.checkEvery = Math.max(1, settings.replyWithin().toMillis() / CHECKS_PER_BOUND);
    }

    void open(@Observes @Priority(1) StartupEvent start) {
        lines.forEach(RedisLine::open);
        checking = vertx.setPeriodic(checkEvery, id -> lines.forEach(RedisLine::check));
    }

    void close(@Observes ShutdownEvent stop) {
        vertx.cancelTimer(checking);
        lines.forEach(RedisLine::close);
    }

    /** Whether a connection is open. */
    public boolean isOpen() {
        return lines.stream().anyMatch(RedisLine::isOpen);
    }

    /**
     * Sends one command.
     *
     * @return its reply, {@code null} for Redis' nil. Fails with {@link StoreUnavailable} if no
     *     connection is open, if too many requests wait, or if the reply does not come in time;
     *     with {@link ErrorType} if Redis refuses the command.
     */
    public Uni<@Nullable Response> send(Request request) {
        return Uni.createFrom()
                .emitter(
                        waiting ->
                                dispatch(request)
                                        .onComplete(
                                                reply -> {
                                                    if (reply.succeeded()) {
                                                        waiting.complete(reply.result());
                                                    } else {
                                                        waiting.fail(translate(reply.cause()));
                                                    }
                                                }));
    }

    private Future<@Nullable Response> dispatch(Request request) {
        // The same thread keeps to the same line while that one is open, so event loops do not meet
        // on one queue.
        int first = (int) (Thread.currentThread().threadId() % lines.size());
        for (int i = 0; i < lines.size(); i++) {
            RedisLine line = lines.get((first + i) % lines.size());
            if (line.isOpen()) {
                return line.send(request);
            }
        }
        return Future.failedFuture(new StoreUnavailable(REDIS, "no connection is open"));
    }

    private static Throwable translate(Throwable failure) {
        boolean refused = failure instanceof ErrorType error && !isNotReady(error);
        return failure instanceof StoreUnavailable || refused
                ? failure
                : new StoreUnavailable(REDIS, String.valueOf(failure.getMessage()), failure);
    }

    /** Refusals that say "not now" and nothing about the command. */
    private static boolean isNotReady(ErrorType error) {
        return error.is("LOADING")
                || error.is("BUSY")
                || error.is("CLUSTERDOWN")
                || error.is("MASTERDOWN")
                || error.is("READONLY")
                || error.is("OOM")
                || error.is("MISCONF")
                || error.is("CONNECTION_CLOSED");
    }
}
