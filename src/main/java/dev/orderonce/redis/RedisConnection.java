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
 * One connection that is always either open or being opened; what is asked within one turn of an
 * event loop leaves in one packet.
 *
 * <p>Replies come in the order of the commands, so counting them tells whether any of them is
 * overdue: what had been sent {@code redis.reply-timeout} ago must have been answered by now. There
 * is no timer per command.
 */
final class RedisConnection {

    /** A broken connection is noticed at most one check later than the bound says. */
    private static final int CHECKS_PER_BOUND = 4;

    /** Between attempts to open a connection: ten a second find a restarted Redis at once. */
    private static final long RECONNECT_MILLIS = 100;

    private final Vertx vertx;
    private final NetClient client;
    private final RedisURI address;
    private final RedisSettings settings;
    private final Context context;
    private final Timer answers;

    private final Queue<Asked> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean open;

    /** Touched on the event loop of {@link #context} only, as all that follows. */
    private final Queue<Asked> owed = new ArrayDeque<>();

    private final Outage outage;
    private @Nullable NetSocket socket;
    private int greetingsOwed;

    /** Tells news of this connection from news of one that was given up before. */
    private int attempt;

    private long sent;
    private long answered;

    /** One answer at a time is timed: when it was asked for, and which it is; none if negative. */
    private long timed = -1;

    private long timedSince;

    /** What {@link #sent} was at the last few checks. */
    private final long[] sentAtCheck = new long[CHECKS_PER_BOUND];

    private int checks;
    private long checking;
    private boolean closed;

    RedisConnection(
            Vertx vertx, NetClient client, RedisURI address, RedisSettings settings, Timer answers, Outage outage) {
        this.answers = answers;
        this.outage = outage;
        this.vertx = vertx;
        this.client = client;
        this.address = address;
        this.settings = settings;
        // Vert.x hands its event loops out in turn, so as many lines as loops have one each.
        this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    /** One command and who asked it. */
    private record Asked(RedisCommand command, PendingRequest<RedisReply> asker) {}

    boolean isOpen() {
        return open;
    }

    /** Whether the current thread is the one that this line's replies are read on. */
    boolean isHere() {
        EventLoop loop = ((ContextInternal) context).nettyEventLoop();
        return loop.inEventLoop();
    }

    void start() {
        context.runOnContext(now -> {
            long every = settings.replyTimeout().toMillis() / CHECKS_PER_BOUND;
            checking = vertx.setPeriodic(Math.max(1, every), id -> check());
            connect();
        });
    }

    Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        context.runOnContext(now -> {
            closed = true;
            vertx.cancelTimer(checking);
            lost(attempt, "the service stops").onComplete(stopped);
        });
        return stopped.future();
    }

    /** Asks; the caller hears of it where they asked, or on this line's event loop. */
    void ask(RedisCommand command, UniEmitter<? super RedisReply> caller, @Nullable Span span) {
        if (accepted.incrementAndGet() > settings.queueLimit()) {
            accepted.decrementAndGet();
            StoreUnavailable full = new StoreUnavailable(REDIS, "too many requests wait for it");
            StoreSpans.failed(span, full);
            caller.fail(full);
            return;
        }
        inbox.add(new Asked(command, new PendingRequest<>(caller, context, span)));
        if (woken.compareAndSet(false, true)) {
            // A task of the loop runs when the sockets that are readable now have been read: what
            // their requests ask is in the inbox by then.
            context.runOnContext(now -> send());
        }
    }

    private void send() {
        woken.set(false);
        NetSocket to = open ? socket : null;
        Buffer packet = Buffer.buffer();
        for (Asked asked = inbox.poll(); asked != null; asked = inbox.poll()) {
            if (to == null) {
                fail(asked, "the connection was lost");
            } else {
                owed.add(asked);
                packet.appendBytes(asked.command.bytes());
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
        vertx.setTimer(settings.connectTimeout().toMillis(), id -> {
            if (!open) {
                lost(current, "no connection within " + settings.connectTimeout());
            }
        });
        client.connect(address.socketAddress())
                .onSuccess(connected -> greet(current, connected))
                .onFailure(failure -> lost(current, String.valueOf(failure.getMessage())));
    }

    /** Says who we are, and hears whether Redis is ready to answer. */
    private void greet(int current, NetSocket connected) {
        if (current != attempt) {
            connected.close(); // it came too late
            return;
        }
        socket = connected;
        RedisReader reader = new RedisReader(reply -> received(current, reply));
        connected.handler(piece -> {
            try {
                reader.receive(piece.getBytes());
            } catch (RedisReader.NotRedis nonsense) {
                lost(current, "it does not speak Redis' protocol: " + nonsense.getMessage());
            }
        });
        connected.closeHandler(end -> lost(current, "it closed the connection"));
        connected.exceptionHandler(failure -> lost(current, String.valueOf(failure.getMessage())));
        List<RedisCommand> greetings = greetings();
        greetingsOwed = greetings.size();
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
        if (greetingsOwed > 0) {
            greeted(current, reply);
            return;
        }
        Asked asked = owed.poll();
        if (asked == null) {
            lost(current, "it said what nobody asked");
            return;
        }
        answered++;
        outage.answered();
        accepted.decrementAndGet();
        if (answered == timed) {
            answers.record(System.nanoTime() - timedSince, TimeUnit.NANOSECONDS);
            timed = -1;
        }
        asked.asker.hand(() -> {
            if (reply instanceof RedisReply.Refused(String why)) {
                asked.asker.fail(failure(new RedisRefusal(why)));
            } else {
                asked.asker.complete(reply, 1);
            }
        });
    }

    private void greeted(int current, RedisReply reply) {
        if (reply instanceof RedisReply.Refused(String why)) {
            lost(current, why);
        } else if (--greetingsOwed == 0) {
            open = true;
            outage.answered();
        }
    }

    private static Throwable failure(RedisRefusal refusal) {
        return refusal.isNotNow()
                ? new StoreUnavailable(REDIS, String.valueOf(refusal.getMessage()), refusal)
                : refusal;
    }

    /** Only whoever stops wants to know when the connection is closed. */
    private Future<Void> lost(int which, String why) {
        if (which != attempt) {
            return Future.succeededFuture(); // news of a connection that was given up before
        }
        attempt++;
        open = false;
        NetSocket given = socket;
        socket = null;
        Future<Void> end = given == null ? Future.succeededFuture() : given.close();
        if (!closed) {
            outage.failed(why);
        }
        timed = -1;
        answered = sent; // nothing is owed any more: whoever waited hears of it now
        for (Asked asked = owed.poll(); asked != null; asked = owed.poll()) {
            fail(asked, why);
        }
        if (!closed) {
            vertx.setTimer(RECONNECT_MILLIS, id -> connect());
        }
        return end;
    }

    private void fail(Asked asked, String why) {
        accepted.decrementAndGet();
        asked.asker.hand(() -> asked.asker.fail(new StoreUnavailable(REDIS, why)));
    }

    /** Gives the connection up if it has owed a reply for too long. */
    private void check() {
        int slot = checks++ % sentAtCheck.length;
        long due = sentAtCheck[slot];
        sentAtCheck[slot] = sent;
        if (open && answered < due) {
            lost(attempt, "no reply within " + settings.replyTimeout());
        }
    }
}
