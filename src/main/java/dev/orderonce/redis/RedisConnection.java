package dev.orderonce.redis;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import dev.orderonce.stores.Outage;
import dev.orderonce.stores.PendingRequest;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoop;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.impl.RedisURI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is always either open or being opened. The commands of one turn of an event loop are sent in one
 * packet.
 *
 * <p>Replies arrive in the order of the commands, so their count shows whether one is overdue: every command that was
 * sent one timeout ago must have its reply by now. There is no timer per command.
 */
final class RedisConnection {

    /** A broken connection is detected at most one check after the timeout. */
    private static final int CHECKS_PER_TIMEOUT = 4;

    /** Time to open a connection. On a data centre's network a connection that takes longer is not going to open. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** Between attempts to open a connection: ten a second find a restarted Redis at once. */
    private static final long RECONNECT_MILLIS = 100;

    private final Vertx vertx;
    private final NetClient client;
    private final RedisURI address;
    private final RedisSettings settings;
    private final Context context;
    private final Timer replies;

    private final Queue<Pending> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean open;

    /** Sent and without a reply. Like all following fields used on the event loop of {@link #context} only. */
    private final Queue<Pending> unanswered = new ArrayDeque<>();

    private final Outage outage;
    private @Nullable NetSocket socket;
    private int greetingsUnanswered;

    /** Distinguishes events of this connection from those of an abandoned one. */
    private int attempt;

    private long sent;
    private long answered;

    /** The count of the command whose reply is being timed, one at a time; negative: none. */
    private long timed = -1;

    private long timedSince;

    /** The values of {@link #sent} at the last checks. */
    private final long[] sentAtCheck = new long[CHECKS_PER_TIMEOUT];

    private int checks;
    private long checking;
    private boolean closed;

    RedisConnection(
            Vertx vertx, NetClient client, RedisURI address, RedisSettings settings, Timer replies, Outage outage) {
        this.replies = replies;
        this.outage = outage;
        this.vertx = vertx;
        this.client = client;
        this.address = address;
        this.settings = settings;
        // Vert.x assigns event loops in turn: as many connections as loops have one each.
        this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    /** A command and the request that waits for its reply. */
    private record Pending(RedisCommand command, PendingRequest<RedisReply> request) {}

    boolean isOpen() {
        return open;
    }

    /** Whether the current thread is the event loop of this connection. */
    boolean isHere() {
        EventLoop loop = ((ContextInternal) context).nettyEventLoop();
        return loop.inEventLoop();
    }

    void start() {
        context.runOnContext(now -> {
            long every = settings.replyTimeout().toMillis() / CHECKS_PER_TIMEOUT;
            checking = vertx.setPeriodic(Math.max(1, every), id -> check());
            connect();
        });
    }

    Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        context.runOnContext(now -> {
            closed = true;
            vertx.cancelTimer(checking);
            lost(attempt, "the service is stopping").onComplete(stopped);
        });
        return stopped.future();
    }

    /** Sends a command; completes the caller in its own context, or on this connection's event loop. */
    void send(RedisCommand command, UniEmitter<? super RedisReply> caller, @Nullable Span span) {
        if (accepted.incrementAndGet() > settings.queueLimit()) {
            accepted.decrementAndGet();
            StoreUnavailable full = new StoreUnavailable(REDIS, "too many waiting requests");
            StoreSpans.failed(span, full);
            caller.fail(full);
            return;
        }
        inbox.add(new Pending(command, new PendingRequest<>(caller, context, span)));
        if (woken.compareAndSet(false, true)) {
            // A task of the loop runs after the sockets that are readable now: the commands of their
            // requests are in the inbox by then.
            context.runOnContext(now -> sendAll());
        }
    }

    private void sendAll() {
        woken.set(false);
        NetSocket to = open ? socket : null;
        Buffer packet = Buffer.buffer();
        for (Pending pending = inbox.poll(); pending != null; pending = inbox.poll()) {
            if (to == null) {
                fail(pending, "the connection was lost");
            } else {
                unanswered.add(pending);
                packet.appendBytes(pending.command.bytes());
                sent++;
            }
        }
        if (to != null && packet.length() > 0) {
            if (timed < 0) {
                timed = sent;
                timedSince = System.nanoTime();
            }
            to.write(packet);
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        int current = ++attempt;
        vertx.setTimer(CONNECT_TIMEOUT.toMillis(), id -> {
            if (!open) {
                lost(current, "no connection within " + CONNECT_TIMEOUT);
            }
        });
        client.connect(address.socketAddress())
                .onSuccess(connected -> greet(current, connected))
                .onFailure(failure -> lost(current, String.valueOf(failure.getMessage())));
    }

    /** Authenticates, and checks that Redis is ready. */
    private void greet(int current, NetSocket connected) {
        if (current != attempt) {
            connected.close(); // too late
            return;
        }
        socket = connected;
        RedisReader reader = new RedisReader(reply -> received(current, reply));
        connected.handler(piece -> {
            try {
                reader.receive(piece.getBytes());
            } catch (RedisReader.NotRedis malformed) {
                lost(current, "not the protocol of Redis: " + malformed.getMessage());
            }
        });
        connected.closeHandler(end -> lost(current, "Redis closed the connection"));
        connected.exceptionHandler(failure -> lost(current, String.valueOf(failure.getMessage())));
        List<RedisCommand> greetings = greetings();
        greetingsUnanswered = greetings.size();
        Buffer packet = Buffer.buffer();
        greetings.forEach(greeting -> packet.appendBytes(greeting.bytes()));
        connected.write(packet);
    }

    private List<RedisCommand> greetings() {
        List<RedisCommand> greetings = new ArrayList<>();
        if (address.password() != null) {
            greetings.add(
                    address.user() == null
                            ? RedisCommand.of("AUTH", address.password())
                            : RedisCommand.of("AUTH", address.user(), address.password()));
        }
        if (address.select() != null) {
            greetings.add(RedisCommand.of("SELECT", address.select().toString()));
        }
        greetings.add(RedisCommand.of("PING")); // refused while it still loads its data
        return greetings;
    }

    private void received(int current, RedisReply reply) {
        if (current != attempt) {
            return;
        }
        if (greetingsUnanswered > 0) {
            greeted(current, reply);
            return;
        }
        Pending pending = unanswered.poll();
        if (pending == null) {
            lost(current, "unsolicited reply");
            return;
        }
        answered++;
        outage.answered();
        accepted.decrementAndGet();
        if (answered == timed) {
            replies.record(System.nanoTime() - timedSince, TimeUnit.NANOSECONDS);
            timed = -1;
        }
        pending.request.dispatch(() -> {
            if (reply instanceof RedisReply.Refused(String why)) {
                pending.request.fail(failure(new RedisRefusal(why)));
            } else {
                pending.request.complete(reply, 1);
            }
        });
    }

    private void greeted(int current, RedisReply reply) {
        if (reply instanceof RedisReply.Refused(String why)) {
            lost(current, why);
        } else if (--greetingsUnanswered == 0) {
            open = true;
            outage.answered();
        }
    }

    private static Throwable failure(RedisRefusal refusal) {
        return refusal.isTemporary()
                ? new StoreUnavailable(REDIS, String.valueOf(refusal.getMessage()), refusal)
                : refusal;
    }

    /** Only {@link #stop} needs the result: the connection is closed. */
    private Future<Void> lost(int which, String why) {
        if (which != attempt) {
            return Future.succeededFuture(); // an event of an abandoned connection
        }
        attempt++;
        open = false;
        NetSocket abandoned = socket;
        socket = null;
        Future<Void> end = abandoned == null ? Future.succeededFuture() : abandoned.close();
        if (!closed) {
            outage.failed(why);
        }
        timed = -1;
        answered = sent; // all waiting requests fail now
        for (Pending pending = unanswered.poll(); pending != null; pending = unanswered.poll()) {
            fail(pending, why);
        }
        if (!closed) {
            vertx.setTimer(RECONNECT_MILLIS, id -> connect());
        }
        return end;
    }

    private void fail(Pending pending, String why) {
        accepted.decrementAndGet();
        pending.request.dispatch(() -> pending.request.fail(new StoreUnavailable(REDIS, why)));
    }

    /** Abandons the connection if a reply is overdue. */
    private void check() {
        int slot = checks++ % sentAtCheck.length;
        long due = sentAtCheck[slot];
        sentAtCheck[slot] = sent;
        if (open && answered < due) {
            lost(attempt, "no reply within " + settings.replyTimeout());
        }
    }
}
