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
 * A fixed few connections to Redis, opened once and re-opened after a loss; every command is
 * pipelined over one of them and answered, or failed, within a bounded time.
 */
@ApplicationScoped
public class RedisPipeline implements MadeFromSettings {
    private final NetClient client;
    private final List<RedisConnection> lines;
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
                .setConnectTimeout((int) settings.connectTimeout().toMillis());
        if (address.ssl()) {
            options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
        }
        this.client = vertx.createNetClient(options);
        Timer answers = StoreLatency.of("redis", "packet", metrics);
        // Lines that are lost together are open again one after the other.
        Outage outage = new Outage("Redis", "commands", settings.replyTimeout(), metrics);
        this.lines = Stream.generate(() -> new RedisConnection(vertx, client, address, settings, answers, outage))
                .limit(settings.poolSize().orElse(eventLoops(vertx)))
                .toList();
    }

    private static RedisURI address(String url) {
        try {
            return new RedisURI(url);
        } catch (RuntimeException unreadable) {
            // Without the address itself: there may be a password in it.
            throw new UnusableSetting("redis.url: as in redis://host:6379");
        }
    }

    private static int eventLoops(Vertx vertx) {
        return ((MultithreadEventExecutorGroup) ((VertxInternal) vertx).getEventLoopGroup()).executorCount();
    }

    void open(@Observes @Priority(1) StartupEvent start) {
        lines.forEach(RedisConnection::start);
    }

    void close(@Observes ShutdownEvent stop) {
        Closing.await(lines.stream().map(RedisConnection::stop).toList());
        Closing.await(List.of(client.close()));
    }

    /** Whether a connection is open. */
    public boolean isOpen() {
        return lines.stream().anyMatch(RedisConnection::isOpen);
    }

    /**
     * Sends one command.
     *
     * @return its reply. Fails with {@link StoreUnavailable} if no connection is open, if too many
     *     requests wait, or if the reply does not come in time; with {@link RedisRefusal} if Redis
     *     refuses the command.
     */
    public Uni<RedisReply> send(RedisCommand command) {
        return send(command, command.operation());
    }

    private Uni<RedisReply> send(RedisCommand command, String operation) {
        return Uni.createFrom().emitter(caller -> {
            RedisConnection line = openLine();
            if (line == null) {
                caller.fail(noneIsOpen());
            } else {
                line.ask(command, caller, spans.begin(REDIS, operation));
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

    /** The line of this event loop if it is open: its replies need not change threads. */
    private @Nullable RedisConnection openLine() {
        int first = (int) (Thread.currentThread().threadId() % lines.size());
        RedisConnection another = null;
        for (int i = 0; i < lines.size(); i++) {
            RedisConnection line = lines.get((first + i) % lines.size());
            if (line.isOpen()) {
                if (line.isHere()) {
                    return line;
                }
                another = another == null ? line : another;
            }
        }
        return another;
    }
}
