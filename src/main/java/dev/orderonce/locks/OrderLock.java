package dev.orderonce.locks;

import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisRefusal;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * A lock per order over all replicas: a lease that expires by itself, and a fencing token that increases with every
 * holder.
 *
 * <p>The holder is a flow and not a thread. A lock is not reentrant.
 *
 * @see <a href="https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">Martin Kleppmann, How to do
 *     distributed locking (fencing tokens)</a>
 */
@ApplicationScoped
public class OrderLock {
    private static final Logger LOG = Logger.getLogger(OrderLock.class);

    private static final RedisScript ACQUIRE = RedisScript.load("lock");
    private static final RedisScript RENEW = RedisScript.load("renew-lock");
    private static final RedisScript RELEASE = RedisScript.load("unlock");

    /** Milliseconds between attempts: about the time of one fast capture, with jitter. */
    private static final int MIN_RETRY_DELAY = 20;

    private static final int MAX_RETRY_DELAY = 80;

    /**
     * Requests of this replica that may wait for locks at once. Each tries about twenty times a second; a thousand load
     * Redis as much as one busy checkout.
     */
    private static final int MAX_WAITERS = 1000;

    private final RedisPipeline redis;
    private final Vertx vertx;
    private final Duration waitTimeout;
    private final int maxWaiters;
    private final String leaseMillis;
    private final long renewInterval;
    private final AtomicInteger waiters = new AtomicInteger();
    private final Timer waits;

    @Inject
    OrderLock(RedisPipeline redis, Vertx vertx, LockSettings settings, MeterRegistry metrics) {
        this(redis, vertx, settings, MAX_WAITERS, metrics);
    }

    OrderLock(RedisPipeline redis, Vertx vertx, LockSettings settings, int maxWaiters, MeterRegistry metrics) {
        this.redis = redis;
        this.vertx = vertx;
        this.waitTimeout = settings.waitTimeout();
        this.maxWaiters = maxWaiters;
        this.leaseMillis = Long.toString(settings.lease().toMillis());
        this.renewInterval = Math.max(1, settings.lease().toMillis() / 3);
        metrics.gauge("orderonce.lock.waiters", waiters);
        this.waits = Timer.builder("orderonce.lock.waits")
                .description("How long requests waited for the lock")
                .register(metrics);
    }

    /** Registers the metrics at startup: an alert can distinguish "never" from "no data". */
    void register(@Observes StartupEvent start) {}

    /** The result of work under the lock. */
    public sealed interface Locked<T> {
        /** The lock was not acquired in time; the work was not begun. */
        record NotHad<T>() implements Locked<T> {}

        /** The work was done. */
        record Had<T>(T result) implements Locked<T> {}
    }

    /**
     * Does the work under the lock of this order, as soon as the lock is acquired.
     *
     * @param work gets the fencing token, which is larger than that of every earlier holder. Empty if Redis is
     *     unavailable: the work is done without a lock, because its conditional update decides
     */
    public <T> Uni<Locked<T>> hold(String order, Function<OptionalLong, Uni<T>> work) {
        String lock = "lock:{" + order + '}';
        String flow = Long.toHexString(ThreadLocalRandom.current().nextLong());
        long begunAt = System.nanoTime();
        return acquire(lock, flow, begunAt + waitTimeout.toNanos(), false)
                // A caller who cancels while the command is being sent may have acquired the lock.
                .onCancellation()
                .invoke(() -> release(lock, flow))
                .chain(token -> {
                    if (token == 0) {
                        return Uni.createFrom().item(new Locked.NotHad<T>());
                    }
                    waits.record(Duration.ofNanos(System.nanoTime() - begunAt));
                    return under(lock, flow, OptionalLong.of(token), work);
                })
                .onFailure(LockUnknown.class)
                .recoverWithUni(unknown -> {
                    LOG.debugf("%s not acquired, working without it: %s", lock, unknown);
                    release(lock, flow); // it may have been acquired
                    return work.apply(OptionalLong.empty()).map(Locked.Had::new);
                });
    }

    /** Redis was unavailable for the lock, as opposed to a failure of the work. */
    private static final class LockUnknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        LockUnknown(Throwable cause) {
            super(cause);
        }
    }

    private Uni<Long> acquire(String lock, String flow, long until, boolean isWaiting) {
        return redis.run(ACQUIRE, List.of(lock, lock + ":token"), List.of(flow, leaseMillis))
                .map(Response::toLong)
                .onFailure(failure -> failure instanceof StoreUnavailable || failure instanceof RedisRefusal)
                .transform(LockUnknown::new)
                .chain(token -> {
                    if (token != 0 || System.nanoTime() > until) {
                        return Uni.createFrom().item(token);
                    }
                    return isWaiting ? acquireLater(lock, flow, until) : queue(lock, flow, until);
                });
    }

    private Uni<Long> queue(String lock, String flow, long until) {
        if (waiters.incrementAndGet() > maxWaiters) {
            waiters.decrementAndGet();
            return Uni.createFrom().item(0L);
        }
        return acquireLater(lock, flow, until).onTermination().invoke(waiters::decrementAndGet);
    }

    private Uni<Long> acquireLater(String lock, String flow, long until) {
        int delay = ThreadLocalRandom.current().nextInt(MIN_RETRY_DELAY, MAX_RETRY_DELAY);
        return Uni.createFrom()
                .<Long>emitter(waiting -> vertx.setTimer(delay, waiting::complete))
                .chain(_ -> acquire(lock, flow, until, true));
    }

    private <T> Uni<Locked<T>> under(
            String lock, String flow, OptionalLong token, Function<OptionalLong, Uni<T>> work) {
        long renewing = vertx.setPeriodic(renewInterval, _ -> renew(lock, flow));
        return Uni.createFrom()
                .deferred(() -> work.apply(token))
                .onTermination()
                .invoke(() -> {
                    vertx.cancelTimer(renewing);
                    release(lock, flow);
                })
                .map(Locked.Had::new);
    }

    private void release(String lock, String flow) {
        fireAndForget(redis.run(RELEASE, List.of(lock), List.of(flow)), lock);
    }

    private void renew(String lock, String flow) {
        fireAndForget(redis.run(RENEW, List.of(lock), List.of(flow, leaseMillis)), lock);
    }

    /** Nothing waits for the reply: a lock that is not renewed or released expires with its lease. */
    private static void fireAndForget(Uni<Response> sent, String lock) {
        sent.subscribe().with(_ -> {}, failure -> LOG.debugf("%s expires with its lease: %s", lock, failure));
    }
}
