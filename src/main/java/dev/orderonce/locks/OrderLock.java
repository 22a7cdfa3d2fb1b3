package dev.orderonce.locks;

import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisRefusal;
import dev.orderonce.redis.RedisReply;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
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
 * One flow at a time works on an order, on whichever replica; a lease that ends by itself, and a
 * fencing token that grows with every holder.
 *
 * <p>The holder is a flow and not a thread: whoever comes with the same flow id comes in again, and
 * the lock is free when it has left as often as it came in.
 *
 * @see <a href="https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">Martin
 *     Kleppmann, How to do distributed locking (fencing tokens)</a>
 */
@ApplicationScoped
public class OrderLock {
    private static final Logger LOG = Logger.getLogger(OrderLock.class);

    private static final RedisScript ACQUIRE = RedisScript.load("lock");
    private static final RedisScript RENEW = RedisScript.load("renew-lock");
    private static final RedisScript RELEASE = RedisScript.load("unlock");

    /**
     * Milliseconds between tries: about the time of one fast capture, spread so that waiters mix.
     */
    private static final int SHORTEST_PAUSE = 20;

    private static final int LONGEST_PAUSE = 80;

    /**
     * Requests of this replica that may wait for locks at once. Each tries about twenty times a
     * second; a thousand load Redis as much as one busy checkout.
     */
    private static final int MOST_WAITERS = 1000;

    private final RedisPipeline redis;
    private final Vertx vertx;
    private final Duration waitTimeout;
    private final int mostWaiters;
    private final String leaseMillis;
    private final long renewEvery;
    private final AtomicInteger waiters = new AtomicInteger();
    private final Timer waits;

    @Inject
    OrderLock(RedisPipeline redis, Vertx vertx, LockSettings settings, MeterRegistry metrics) {
        this(redis, vertx, settings, MOST_WAITERS, metrics);
    }

    OrderLock(RedisPipeline redis, Vertx vertx, LockSettings settings, int mostWaiters, MeterRegistry metrics) {
        this.redis = redis;
        this.vertx = vertx;
        this.mostWaiters = mostWaiters;
        this.waitTimeout = settings.waitTimeout();
        this.leaseMillis = Long.toString(settings.lease().toMillis());
        this.renewEvery = Math.max(1, settings.lease().toMillis() / 3);
        metrics.gauge("orderonce.lock.waiters", waiters);
        this.waits = Timer.builder("orderonce.lock.waits")
                .description("How long somebody waited until the lock was theirs")
                .register(metrics);
    }

    /** Its metrics are there from the start: an alert can tell "never" from "not known". */
    void register(@Observes StartupEvent start) {}

    /** What became of work that needs the lock. */
    public sealed interface Locked<T> {
        /** The lock was not to be had in time; the work was not begun. */
        record NotHad<T>() implements Locked<T> {}

        /** The work was done. */
        record Had<T>(T result) implements Locked<T> {}
    }

    /** A flow that no other has the name of. */
    public static String newFlow() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    /**
     * Does the work under the lock of this order, once it is to be had.
     *
     * @param flow who comes in; the same one again is let in again
     * @param work is given the fencing token, which is larger than that of every holder before.
     *     Empty if Redis does not answer: the work is done all the same, as it is what the work
     *     writes that decides
     */
    public <T> Uni<Locked<T>> hold(String order, String flow, Function<OptionalLong, Uni<T>> work) {
        String lock = "lock:{" + order + '}';
        long begunAt = System.nanoTime();
        return acquire(lock, flow, begunAt + waitTimeout.toNanos(), false)
                // Whoever leaves while the question is on its way may be given it all the same.
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
                    LOG.debugf("%s is done without: %s", lock, unknown);
                    release(lock, flow); // it may have been granted all the same
                    return work.apply(OptionalLong.empty()).map(Locked.Had::new);
                });
    }

    /** Redis did not answer the question for the lock, as against one that the work asked. */
    private static final class LockUnknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        LockUnknown(Throwable cause) {
            super(cause);
        }
    }

    private Uni<Long> acquire(String lock, String flow, long until, boolean isWaiting) {
        return redis.run(ACQUIRE, List.of(lock, lock + ":token"), List.of(flow, leaseMillis))
                .map(reply -> reply instanceof RedisReply.Whole(long token) ? token : 0L)
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
        if (waiters.incrementAndGet() > mostWaiters) {
            waiters.decrementAndGet();
            return Uni.createFrom().item(0L);
        }
        return acquireLater(lock, flow, until).onTermination().invoke(waiters::decrementAndGet);
    }

    private Uni<Long> acquireLater(String lock, String flow, long until) {
        int pause = ThreadLocalRandom.current().nextInt(SHORTEST_PAUSE, LONGEST_PAUSE);
        return Uni.createFrom()
                .<Long>emitter(waiting -> vertx.setTimer(pause, waiting::complete))
                .chain(passed -> acquire(lock, flow, until, true));
    }

    private <T> Uni<Locked<T>> under(
            String lock, String flow, OptionalLong token, Function<OptionalLong, Uni<T>> work) {
        long renewing = vertx.setPeriodic(renewEvery, id -> renew(lock, flow));
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
        tell(redis.run(RELEASE, List.of(lock), List.of(flow)), lock);
    }

    private void renew(String lock, String flow) {
        tell(redis.run(RENEW, List.of(lock), List.of(flow, leaseMillis)), lock);
    }

    /** Nobody waits for these: what is not renewed or released ends with its lease. */
    private static void tell(Uni<RedisReply> told, String lock) {
        told.subscribe().with(reply -> {}, failure -> LOG.debugf("%s ends with its lease: %s", lock, failure));
    }
}
