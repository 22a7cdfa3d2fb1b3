package dev.orderonce.redis;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.stores.Closing;
import dev.orderonce.stores.Outage;
import dev.orderonce.stores.PendingRequest;
import dev.orderonce.stores.StoreLatency;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.quarkus.redis.runtime.datasource.ReactiveRedisDataSourceImpl;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.mutiny.redis.client.RedisAPI;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Redis through the library's client: a connection on each event loop (in a cluster, to each node), opened at startup
 * and again after a loss. Commands are pipelined; each has its reply, or fails, within the timeout.
 */
@ApplicationScoped
public class RedisPipeline implements MadeFromSettings {
    private final List<LoopConnections> loops;
    private final Map<EventLoop, LoopConnections> byLoop = new HashMap<>();
    private final StoreSpans spans;
    private final ReactiveRedisDataSource data;

    /** @param created the framework's own client, whose creation gives {@link RedisClients} its options */
    RedisPipeline(
            Vertx vertx,
            Redis created,
            RedisClients clients,
            RedisSettings settings,
            MeterRegistry metrics,
            StoreSpans spans) {
        this.spans = spans;
        Duration replyTimeout = settings.replyTimeout();
        Timer replies = StoreLatency.of("redis", "command", metrics);
        // Connections that are lost together are open again one after the other.
        Outage outage = new Outage("Redis", "commands", replyTimeout, metrics);
        RedisAdvice advice = new RedisAdvice();
        this.loops = Stream.generate(() -> new LoopConnections(vertx, clients, replyTimeout, replies, outage, advice))
                .limit(eventLoops(vertx))
                .toList();
        loops.forEach(connections -> byLoop.put(connections.loop(), connections));
        io.vertx.mutiny.redis.client.Redis redis = io.vertx.mutiny.redis.client.Redis.newInstance(new Pipelined());
        this.data = new ReactiveRedisDataSourceImpl(
                io.vertx.mutiny.core.Vertx.newInstance(vertx), redis, RedisAPI.api(redis));
    }

    private static int eventLoops(Vertx vertx) {
        return ((MultithreadEventExecutorGroup) ((VertxInternal) vertx).getEventLoopGroup()).executorCount();
    }

    void open(@Observes @Priority(2) StartupEvent start) {
        loops.forEach(LoopConnections::start);
    }

    void close(@Observes ShutdownEvent stop) {
        Closing.await(loops.stream().map(LoopConnections::stop).toList());
    }

    /** Whether a connection is open. A connection without replies is closed within the timeout, in use or not. */
    public boolean isOpen() {
        return loops.stream().anyMatch(LoopConnections::isOpen);
    }

    /**
     * The framework's typed commands, over these connections. All fail like {@link #send}; transactions and
     * subscriptions are not supported.
     */
    public ReactiveRedisDataSource data() {
        return data;
    }

    /**
     * Sends one command.
     *
     * @return its reply, {@code null} for nil. Fails with {@link StoreUnavailable} if no connection is open, if too
     *     many requests wait, or after the timeout; with {@link RedisRefusal} if Redis refuses the command.
     */
    public Uni<@Nullable Response> send(Request request) {
        return send(request, request.command().toString());
    }

    private Uni<@Nullable Response> send(Request request, String operation) {
        return sendTogether(operation, List.of(request)).map(List::getFirst);
    }

    /**
     * Sends commands together, which Redis executes in this order, perhaps with those of other requests in between.
     *
     * @param operation the name in traces
     * @param requests all keys in one Cluster slot
     * @return the reply to each, {@code null} for nil. Fails like {@link #send} if one of them fails; others may have
     *     taken effect
     */
    public Uni<List<@Nullable Response>> sendTogether(String operation, List<Request> requests) {
        return Uni.createFrom().emitter(caller -> {
            LoopConnections connections = openConnections();
            if (connections == null) {
                caller.fail(new StoreUnavailable(REDIS, "no connection is open"));
            } else {
                connections.send(new Exchange(
                        requests, new PendingRequest<>(caller, connections.context(), spans.begin(REDIS, operation))));
            }
        });
    }

    /**
     * Runs a script.
     *
     * @param keys the keys that the script reads or writes; all in one Cluster slot
     * @param arguments what follows the script's settings in ARGV
     * @return its reply; fails like {@link #send}
     */
    public Uni<Response> run(RedisScript script, List<String> keys, List<String> arguments) {
        return send(script.call(keys, arguments), script.name())
                // Redis loses scripts when it restarts.
                .onFailure(failure -> failure instanceof RedisRefusal refusal && refusal.is("NOSCRIPT"))
                .recoverWithUni(() -> send(script.callWithSource(keys, arguments), script.name()));
    }

    /** Those of this event loop if they are open: their replies need no change of threads. */
    private @Nullable LoopConnections openConnections() {
        ContextInternal current = (ContextInternal) Vertx.currentContext();
        LoopConnections own = current == null ? null : byLoop.get(current.nettyEventLoop());
        if (own != null && own.isOpen()) {
            return own;
        }
        return loops.stream().filter(LoopConnections::isOpen).findAny().orElse(null);
    }

    /** The library's interface to these connections, for the typed commands. */
    private final class Pipelined implements Redis {
        @Override
        public Future<@Nullable Response> send(Request command) {
            Promise<@Nullable Response> promise = Promise.promise();
            RedisPipeline.this.send(command).subscribe().with(promise::complete, promise::fail);
            return promise.future();
        }

        @Override
        public Future<List<@Nullable Response>> batch(List<Request> commands) {
            Promise<List<@Nullable Response>> promise = Promise.promise();
            sendTogether("batch", commands).subscribe().with(promise::complete, promise::fail);
            return promise.future();
        }

        @Override
        public Future<RedisConnection> connect() {
            return Future.failedFuture(new UnsupportedOperationException("connections are shared by all requests"));
        }

        @Override
        public void close() {
            // RedisPipeline.close closes the connections.
        }
    }
}
