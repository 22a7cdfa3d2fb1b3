package dev.orderonce.stores;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

import java.time.Duration;

/** Settings of the way to Redis, prefix {@code redis}. */
@ConfigMapping(prefix = "redis")
public interface RedisSettings {

    /**
     * Where Redis is: {@code redis://[:password@]host:port[/database]}, or {@code rediss://} for
     * TLS.
     */
    String url();

    /**
     * Connections kept open, each carrying many requests at once. Redis serves commands on one
     * thread, so more connections add sockets to read and no speed; two let one be re-opened while
     * the other works.
     */
    @WithDefault("2")
    int pipelines();

    /**
     * How long a connection may owe a reply before it counts as broken. Redis answers in well under
     * a millisecond; half a second survives a pause for a snapshot's fork, and is short enough that
     * a buyer does not click again.
     */
    @WithDefault("500ms")
    Duration replyWithin();

    /**
     * Requests that may wait on one connection. At 100 000 replies a second this is 40 ms of queue;
     * more would only be late. Beyond it requests are refused at once.
     */
    @WithDefault("4096")
    int waitingPerPipeline();

    /**
     * Time to open a connection. On a data centre's network a connection that takes longer is not
     * going to open.
     */
    @WithDefault("1s")
    Duration connectWithin();

    /**
     * Pause between attempts to re-open a connection: ten tries a second find a restarted Redis at
     * once.
     */
    @WithDefault("100ms")
    Duration reopenAfter();
}
