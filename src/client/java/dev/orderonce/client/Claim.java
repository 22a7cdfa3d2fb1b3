package dev.orderonce.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The right to do a piece of work, until it is completed or given up. It is renewed in the background meanwhile, so
 * that no other program is granted one.
 */
public final class Claim implements Turn, AutoCloseable {
    /** A program that closes its claim waits so long for the service; then the lease ends by itself. */
    private static final Duration GIVE_UP_WITHIN = Duration.ofSeconds(5);

    /** A renewal begins with each quarter of the lease. Three fit into one: two of them may have no response. */
    private static final int RENEWALS_PER_LEASE = 4;

    /**
     * Sends renewals and the end of a claim. Its threads are daemons and end when idle. There are at most two for each
     * claim, and so for each thread of the program's that works under one.
     */
    private static final Executor BACKGROUND =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "order-once-claims");
                thread.setDaemon(true);
                return thread;
            });

    private final Once once;
    private final String scope;
    private final String key;
    private final String path;
    private final String id;
    private final Deadline lastRenewal;
    private final AtomicBoolean isEnded = new AtomicBoolean();

    /**
     * Begins to renew a granted claim.
     *
     * @param began when its first request began, of {@link System#nanoTime}: its lease may have begun then
     */
    Claim(Once once, String scope, String key, String id, long began) {
        this.once = once;
        this.scope = scope;
        this.key = key;
        path = Once.path(scope, key);
        this.id = id;
        lastRenewal = Deadline.in(once.longest());
        renewAfter(began);
    }

    /** Renews one interval after the last attempt began, so that a slow one does not delay the next. */
    private void renewAfter(long began) {
        Duration interval = once.lease().dividedBy(RENEWALS_PER_LEASE);
        if (!isEnded.get() && !lastRenewal.isBefore(interval)) {
            long nanos = interval.toNanos() - (System.nanoTime() - began);
            CompletableFuture.delayedExecutor(Math.max(0, nanos), TimeUnit.NANOSECONDS, BACKGROUND)
                    .execute(() -> renew(interval.multipliedBy(3).dividedBy(4)));
        }
    }

    /**
     * Sends one renewal.
     *
     * @param within shorter than the interval: its response is read, or given up, before the next one begins
     */
    private void renew(Duration within) {
        if (isEnded.get()) {
            return;
        }
        long began = System.nanoTime();
        boolean isLost = false;
        try {
            Reply reply = once.transport()
                    .send(
                            Call.of(
                                            "POST",
                                            path + "/claims/" + id + "/renewal",
                                            claimed -> id.equals(claimed.get("claim")))
                                    .with(Map.of("ttl", once.lease().toSeconds())),
                            Deadline.in(within));
            // Lost: the completion will say so.
            isLost = reply instanceof Reply.Refusal refusal && refusal.problem().retry() == Retry.NEVER;
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        } finally {
            // Also after a failure of the program's own HTTP client.
            if (!isLost) {
                renewAfter(began);
            }
        }
    }

    /**
     * Stores the result, and ends the claim.
     *
     * @param result a JSON value, up to 64 KiB of text
     * @throws OnceException {@link OnceException.Reason#CLAIM_LOST} or {@link OnceException.Reason#NOT_STORED}
     */
    public void complete(@Nullable Object result) throws InterruptedException {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("claim", id);
        body.put("result", result);
        once.retention().ifPresent(time -> body.put("ttl", time.toSeconds()));
        Call call = Call.of("PUT", path + "/result", record -> Once.isOf(scope, key, record) && Once.isDone(record))
                .with(body);
        // Renewed until the end: the completion may have to be repeated for longer than the lease.
        try {
            Reply reply = once.repeat(call);
            if (reply instanceof Reply.Refusal refusal) {
                throw refused(refusal.problem());
            }
            if (reply instanceof Reply.NoResponse none) {
                throw new OnceException(OnceException.Reason.NOT_STORED, none.reason(), Optional.empty());
            }
        } finally {
            isEnded.set(true);
        }
    }

    private static OnceException refused(Problem problem) {
        boolean isLost = problem.retry() == Retry.NEVER && (problem.status() == 404 || problem.status() == 409);
        return new OnceException(
                isLost ? OnceException.Reason.CLAIM_LOST : OnceException.Reason.NOT_STORED,
                problem.title(),
                Optional.of(problem));
    }

    /**
     * Gives the claim up unless it was completed: the next claim of the name is granted at once. Waits up to 5 s for
     * the service, not at all in an interrupted thread, and never fails: the lease ends by itself.
     */
    @Override
    public void close() {
        if (!isEnded.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Void> end = CompletableFuture.runAsync(this::giveUp, BACKGROUND);
        try {
            end.get(GIVE_UP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException leaseEnds) {
            // as its documentation says
        }
    }

    private void giveUp() {
        try {
            Call call = Call.of("DELETE", path + "/claims/" + id, nothing -> true);
            once.transport()
                    .repeat(call, Deadline.in(GIVE_UP_WITHIN), problem -> problem.retry() == Retry.SAME_REQUEST);
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        }
    }
}
