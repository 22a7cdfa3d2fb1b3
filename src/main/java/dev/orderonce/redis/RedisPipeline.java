package dev.orderonce.redis;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import dev.orderonce.stores.Closing;
import dev.orderonce.stores.Outage;
import dev.orderonce.stores.StoreLatency;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.impl.RedisURI;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of connections to Redis, opened at startup and again after a loss. Commands are pipelined; each gets
 * its reply, or fails, within the timeout.
 */
@ApplicationScoped
public class RedisPipeline implements MadeFromSettings {
    private final NetClient client;
    private final List<RedisConnection> connections;
    private final StoreSpans spans;

    RedisPipeline(Vertx vertx, RedisSettings settings, MeterRegistry metrics, StoreSpans spans) {
        this.spans = spans;
        RedisURI address = address(settings.url());
        if (settings.poolSize().isPresent() && settings.poolSize().getAsInt() < 1) {
            throw new UnusableSetting("redis.pool-size: at least 1");
        }
        NetClientOptions options = new NetClientOptions()
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setConnectTimeout((int) RedisConnection.CONNECT_TIMEOUT.toMillis());
        if (address.ssl()) {
            options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
        }
        this.client = vertx.createNetClient(options);
        Timer replies = StoreLatency.of("redis", "packet", metrics);
        // Connections that are lost together are open again one after the other.
        Outage outage = new Outage("Redis", "commands", settings.replyTimeout(), metrics);
        this.connections = Stream.generate(() -> new RedisConnection(vertx, client, address, settings, replies, outage))
                .limit(settings.poolSize().orElse(eventLoops(vertx)))
                .toList();
    }

    private static RedisURI address(String url) {
        try {
            return new RedisURI(url);
        } catch (RuntimeException unreadable) {
            // The address may contain a password, which must not be logged.
            throw new UnusableSetting("redis.url: as in redis://host:6379");
        }
    }

    private static int eventLoops(Vertx vertx) {
        return ((MultithreadEventExecutorGroup) ((VertxInternal) vertx).getEventLoopGroup()).executorCount();
    }

    void open(@Observes @Priority(2) StartupEvent start) {
        connections.forEach(RedisConnection::start);
    }

    void close(@Observes ShutdownEvent stop) {
        Closing.await(connections.stream().map(RedisConnection::stop).toList());
        Closing.await(List.of(client.close()));
    }

    /** Whether a connection is open. */
    public boolean isOpen() {
        return connections.stream().anyMatch(RedisConnection::isOpen);
    }

    /**
     * Sends one command.
     *
     * @return its reply. Fails with {@link StoreUnavailable} if no connection is open, if too many requests wait, or
     *     after the timeout; with {@link RedisRefusal} if Redis refuses the command.
     */
    public Uni<RedisReply> send(RedisCommand command) {
        return send(command, command.operation());
    }

    private Uni<RedisReply> send(RedisCommand command, String operation) {
        return Uni.createFrom().emitter(caller -> {
            RedisConnection connection = openConnection();
            if (connection == null) {
                caller.fail(noneIsOpen());
            } else {
                connection.send(command, caller, spans.begin(REDIS, operation));
            }
        });
    }

    private static StoreUnavailable noneIsOpen() {
        return new StoreUnavailable(REDIS, "no connection is open");
    }

    /**
     * Runs a script.
     *
     * @param keys the keys that the script reads or writes; all in one Cluster slot
     * @param arguments what follows the script's settings in ARGV
     * @return its reply; fails like {@link #send}
     */
    public Uni<RedisReply> run(RedisScript script, List<String> keys, List<String> arguments) {
        return send(script.call(keys, arguments), script.name())
                // Redis loses scripts when it restarts.
                .onFailure(failure -> failure instanceof RedisRefusal refusal && refusal.is("NOSCRIPT"))
                .recoverWithUni(() -> send(script.callWithSource(keys, arguments), script.name()));
    }

    /** The connection of this event loop if it is open: its replies need no change of threads. */
    private @Nullable RedisConnection openConnection() {
        int first = (int) (Thread.currentThread().threadId() % connections.size());
        RedisConnection another = null;
        for (int i = 0; i < connections.size(); i++) {
            RedisConnection connection = connections.get((first + i) % connections.size());
            if (connection.isOpen()) {
                if (connection.isHere()) {
                    return connection;
                }
                another = another == null ? connection : another;
            }
        }
        return another;
    }
}
