package dev.orderonce.redis;

import static io.vertx.redis.client.RedisClientType.CLUSTER;
import static io.vertx.redis.client.RedisClientType.REPLICATION;
import static io.vertx.redis.client.RedisClientType.STANDALONE;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.config.RedisClientConfig;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.impl.RedisURI;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes clients with the options of {@code quarkus.redis.*}: addresses, users, TLS, Sentinel, Cluster.
 *
 * <p>The framework's own client has all its connections on one event loop. One client for each connection puts it on
 * the event loop of its requests, and closing the client closes the connection, which the library's pool would only
 * take back.
 */
@Singleton
class RedisClients implements RedisOptionsCustomizer {
    /** Time to open a connection. On a data centre's network a connection that takes longer is not going to open. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** A ping and its reply on any network, and a pause for garbage collection. */
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);

    /** More than are sent before a connection without replies is closed. */
    private static final int PINGS = 16;

    private final Duration replyTimeout;
    private int queueLimit;
    private @Nullable RedisOptions options;

    RedisClients(RedisSettings settings) {
        this.replyTimeout = settings.replyTimeout();
    }

    /** The framework calls this when it creates its client, at startup. */
    @Override
    public void customize(String client, RedisOptions given) {
        if (!client.equals(RedisConfig.DEFAULT_CLIENT_NAME)) {
            return;
        }
        // A lost connection is opened again by NodeConnection, with the primary that Sentinel names then.
        given.setAutoFailover(false);
        bound(given.getNetClientOptions());
        // Pings have room beside as many requests as may wait.
        queueLimit = given.getMaxWaitingHandlers();
        given.setMaxWaitingHandlers(queueLimit + PINGS);
        options = given;
    }

    /** Every connection is pinged more often than this, so one that receives nothing for so long is dead. */
    private void bound(NetClientOptions net) {
        net.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setReconnectAttempts(0)
                .setTcpKeepAlive(true)
                .setIdleTimeout(0)
                .setWriteIdleTimeout(0)
                .setReadIdleTimeout((int) replyTimeout.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    static void check(RedisSettings settings, Consumer<String> wrong) {
        if (settings.replyTimeout().compareTo(SHORTEST_TIMEOUT) < 0) {
            wrong.accept("redis.reply-timeout: at least " + SHORTEST_TIMEOUT.toMillis() + " ms");
        }
    }

    static void check(RedisClientConfig settings, Consumer<String> wrong) {
        if (settings.clientType() == REPLICATION) {
            wrong.accept("quarkus.redis.client-type: standalone, sentinel or cluster");
        }
        if (!settings.hosts().orElse(Set.of()).stream().allMatch(RedisClients::isAddress)) {
            wrong.accept("quarkus.redis.hosts: write it as redis://host:6379");
        }
    }

    private static boolean isAddress(URI address) {
        try {
            new RedisURI(address.toString());
            return true;
        } catch (RuntimeException unreadable) {
            return false; // the library's own sentence has the password in it
        }
    }

    private RedisOptions options() {
        return Objects.requireNonNull(options, "the framework has created no client of Redis");
    }

    boolean isCluster() {
        return options().getType() == CLUSTER;
    }

    List<String> addresses() {
        return List.copyOf(options().getEndpoints());
    }

    /** Commands that may wait for their replies on one connection. */
    int queueLimit() {
        return queueLimit;
    }

    /** How long an attempt to connect may take: the Sentinels are tried one after the other. */
    Duration connectTimeout() {
        return isCluster()
                ? CONNECT_TIMEOUT
                : CONNECT_TIMEOUT.multipliedBy(addresses().size());
    }

    /** A client of the only Redis, or of the primary that Sentinel names. Its event loop is the current one. */
    Redis client(Vertx vertx) {
        return Redis.createClient(vertx, options());
    }

    /** A client of one node of a cluster. Its event loop is the current one. */
    Redis client(Vertx vertx, String node) {
        return Redis.createClient(
                vertx, new RedisOptions(options()).setType(STANDALONE).setEndpoints(List.of(node)));
    }
}
