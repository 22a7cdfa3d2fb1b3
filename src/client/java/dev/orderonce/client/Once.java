package dev.orderonce.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Does a piece of work once, whatever it is, and returns its result ever after: for the shop's own programs (role
 * {@code service}).
 *
 * <p>A program claims the name of the work, does it, and stores the result. Until then no other program is granted a
 * claim of this name; afterwards each gets the result. If the program crashes, its claim expires after the lease and
 * the next program does the work again. Immutable; safe for use by many threads.
 *
 * <pre>{@code
 * String invoice = orders.once().run("invoice", orderNumber, JsonCodec.TEXT, () -> invoices.create(orderNumber));
 * }</pre>
 */
public final class Once {
    /** Waiting is bounded in requests too, whatever {@code Retry-After} says. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private static final String HELD = "claim-held";
    private static final String DIFFERS = "request-differs";

    private final Transport transport;
    private final Duration deadline;
    private final Duration lease;
    private final Duration waiting;
    private final Duration longest;
    private final Optional<Duration> retention;

    Once(Transport transport, Duration deadline) {
        this(transport, deadline, Duration.ofMinutes(1), Duration.ZERO, Duration.ofHours(1), Optional.empty());
    }

    private Once(
            Transport transport,
            Duration deadline,
            Duration lease,
            Duration waiting,
            Duration longest,
            Optional<Duration> retention) {
        this.transport = transport;
        this.deadline = deadline;
        this.lease = lease;
        this.waiting = waiting;
        this.longest = longest;
        this.retention = retention;
    }

    /**
     * Sets for how long a claim lives after its last renewal (1 min): for so long nobody does the work after a crash.
     *
     * @param time whole seconds, 1 s to 1 h
     */
    public Once lease(Duration time) {
        if (time.toSeconds() < 1 || time.toHours() > 1) {
            throw new IllegalArgumentException("not 1 s to 1 h: " + time);
        }
        return new Once(transport, deadline, time, waiting, longest, retention);
    }

    /** Sets for how long to wait for another program that holds the claim (not at all). */
    public Once waiting(Duration time) {
        return new Once(transport, deadline, lease, time, longest, retention);
    }

    /** Sets for how long a claim is renewed (1 h), so that work which hangs does not hold it for good. */
    public Once longest(Duration time) {
        return new Once(transport, deadline, lease, waiting, OrderOnce.positive(time), retention);
    }

    /**
     * Sets for how long results are kept (for good): the work can be done again afterwards. Whole seconds, up to a
     * year.
     */
    public Once retention(Duration time) {
        return new Once(transport, deadline, lease, waiting, longest, Optional.of(OrderOnce.positive(time)));
    }

    /** {@link #run(String, String, Optional, JsonCodec, Work)} for work whose name says everything about it. */
    public <T, E extends Exception> T run(String scope, String key, JsonCodec<T> codec, Work<T, E> work)
            throws E, InterruptedException {
        return run(scope, key, Optional.empty(), codec, work);
    }

    /**
     * Returns the stored result, or does the work and stores its result.
     *
     * <p>If the work or the codec fails, the claim is given up, so that the next call does the work again at once.
     *
     * @param scope the kind of work: {@code [a-z][a-z0-9-]{0,63}}
     * @param key the name of this work in its scope: {@code [A-Za-z0-9._~:@-]{1,255}}
     * @param request a fingerprint of what the work is to do, 1 to 128 visible ASCII characters: with another one the
     *     same name is refused
     * @throws OnceException if it was not done, or its result is not stored
     * @throws E as the work throws it
     * @throws InterruptedException if the thread is interrupted, before, during or after the work: repeat it
     */
    public <T, E extends Exception> T run(
            String scope, String key, Optional<String> request, JsonCodec<T> codec, Work<T, E> work)
            throws E, InterruptedException {
        Turn turn = claim(scope, key, request);
        if (turn instanceof Turn.Done done) {
            return coded(() -> codec.read(Json.write(done.result())));
        }
        try (Claim claim = (Claim) turn) {
            T result = work.run();
            claim.complete(
                    coded(() -> new Parsed(Json.read(codec.write(result)))).value());
            return result;
        }
    }

    private record Parsed(@Nullable Object value) {}

    private static <T> T coded(Callable<T> step) {
        try {
            return step.call();
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalArgumentException("the codec failed", failure);
        }
    }

    /**
     * Claims a name, for work that does not fit into a function: {@link Turn.Done} has the result; a {@link Claim} is
     * to be completed, or closed to give it up.
     *
     * @throws OnceException if there is neither
     * @see #run(String, String, Optional, JsonCodec, Work)
     */
    public Turn claim(String scope, String key, Optional<String> request) throws InterruptedException {
        String path = path(scope, key);
        // Made here, so that a repeat after a lost response is the same claim.
        String id = UUID.randomUUID().toString();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("claim", id);
        body.put("ttl", lease.toSeconds());
        request.ifPresent(fingerprint -> body.put("request", fingerprint));
        Call call = Call.of(
                        "POST",
                        path + "/claims",
                        record -> isOf(scope, key, record) && (isDone(record) || id.equals(record.get("claim"))))
                .with(body);
        Deadline end = Deadline.in(waiting);
        while (true) {
            long began = System.nanoTime();
            Reply reply = repeat(call);
            if (reply instanceof Reply.Success success) {
                return isDone(success.body())
                        ? new Turn.Done(success.body().get("result"))
                        : new Claim(this, scope, key, id, began);
            }
            if (reply instanceof Reply.NoResponse none) {
                throw new OnceException(OnceException.Reason.UNAVAILABLE, none.reason(), Optional.empty());
            }
            Problem problem = ((Reply.Refusal) reply).problem();
            Duration pause = problem.retryAfter()
                    .filter(advised -> advised.compareTo(SHORTEST_PAUSE) > 0)
                    .orElse(SHORTEST_PAUSE);
            if (!problem.name().equals(HELD) || end.isBefore(pause)) {
                throw new OnceException(reasonOf(problem), problem.title(), Optional.of(problem));
            }
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        }
    }

    private static OnceException.Reason reasonOf(Problem problem) {
        if (problem.name().equals(HELD)) {
            return OnceException.Reason.HELD;
        }
        if (problem.name().equals(DIFFERS)) {
            return OnceException.Reason.REQUEST_DIFFERS;
        }
        return problem.retry() == Retry.SAME_REQUEST ? OnceException.Reason.UNAVAILABLE : OnceException.Reason.REFUSED;
    }

    /** Sends and repeats a request; a claim that another program holds is an answer. */
    Reply repeat(Call call) throws InterruptedException {
        return transport
                .repeat(
                        call,
                        Deadline.in(deadline),
                        problem -> problem.retry() == Retry.SAME_REQUEST
                                && !problem.name().equals(HELD))
                .last();
    }

    static String path(String scope, String key) {
        return "/once/" + OrderOnce.encoded(scope) + '/' + OrderOnce.encoded(key);
    }

    static boolean isOf(String scope, String key, Map<String, Object> record) {
        return scope.equals(record.get("scope")) && key.equals(record.get("key"));
    }

    static boolean isDone(Map<String, Object> record) {
        return "DONE".equals(record.get("state")) && record.containsKey("result");
    }

    Transport transport() {
        return transport;
    }

    Duration lease() {
        return lease;
    }

    Duration longest() {
        return longest;
    }

    Optional<Duration> retention() {
        return retention;
    }
}
