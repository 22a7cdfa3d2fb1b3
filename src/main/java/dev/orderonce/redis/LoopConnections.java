package dev.orderonce.redis;

import static dev.orderonce.stores.StoreUnavailable.Store.REDIS;

import dev.orderonce.stores.Outage;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop: one, or one to each node of a Redis Cluster that owns slots. */
final class LoopConnections {
    /** The name of the only connection to a Redis that is no cluster. */
    private static final String ONLY = "";

    private static final Request PING = Request.cmd(Command.PING);

    /**
     * A write without effect: a primary replies 0, a replica refuses it with READONLY, and a Redis that still loads its
     * data with LOADING.
     */
    private static final Request WRITE_NOTHING =
            Request.cmd(Command.PEXPIRE).arg("once:probe").arg(1);

    private static final Request CLUSTER_SLOTS = Request.cmd(Command.CLUSTER).arg("SLOTS");

    /** Between two reads of the slots: a promoted replica is found within this time. */
    private static final long SLOTS_MILLIS = 500;

    /** A command that was sent elsewhere more often fails; while slots are moved, two redirections are common. */
    private static final int MAX_REDIRECTIONS = 16;

    /** Delay before a command is repeated whose keys are being moved one after the other. */
    private static final long TRY_AGAIN_MILLIS = 20;

    private final Vertx vertx;
    private final ContextInternal context;
    private final RedisClients clients;
    private final Duration replyTimeout;
    private final Timer replies;
    private final Outage outage;
    private final RedisAdvice advice;

    private volatile boolean open;

    /** By address. Like the following fields used on the event loop only. */
    private final Map<String, NodeConnection> nodes = new HashMap<>();

    private @Nullable ClusterSlots slots;
    private long reading = -1;
    private boolean closed;

    LoopConnections(
            Vertx vertx,
            RedisClients clients,
            Duration replyTimeout,
            Timer replies,
            Outage outage,
            RedisAdvice advice) {
        this.vertx = vertx;
        // Vert.x assigns event loops in turn: as many of these as there are loops have one each.
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.clients = clients;
        this.replyTimeout = replyTimeout;
        this.replies = replies;
        this.outage = outage;
        this.advice = advice;
    }

    Context context() {
        return context;
    }

    EventLoop loop() {
        return context.nettyEventLoop();
    }

    /** Whether a connection is open; in a cluster, one of them. */
    boolean isOpen() {
        return open;
    }

    void start() {
        context.runOnContext(_ -> {
            if (clients.isCluster()) {
                slots = new ClusterSlots(clients.addresses().getFirst());
                clients.addresses().forEach(this::node);
                reading = vertx.setPeriodic(SLOTS_MILLIS, _ -> readSlots());
            } else {
                node(ONLY);
            }
        });
    }

    Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        context.runOnContext(_ -> {
            closed = true;
            vertx.cancelTimer(reading);
            nodes.values().forEach(NodeConnection::close);
            nodes.clear();
            stopped.complete();
        });
        return stopped.future();
    }

    /** Sends the commands, at once if the current thread is this event loop. */
    void send(Exchange exchange) {
        if (loop().inEventLoop()) {
            sendHere(exchange);
        } else {
            context.runOnContext(_ -> sendHere(exchange));
        }
    }

    private void sendHere(Exchange exchange) {
        for (int i = 0; i < exchange.size(); i++) {
            send(new SentCommand(exchange, i, 0));
        }
    }

    private void send(SentCommand command) {
        NodeConnection node = nodeOf(command.request());
        if (node == null) {
            command.exchange().failed(new StoreUnavailable(REDIS, "no node is known for this key"));
        } else {
            node.send(command);
        }
    }

    private @Nullable NodeConnection nodeOf(Request request) {
        if (slots == null) {
            return nodes.get(ONLY);
        }
        int slot = ClusterSlots.slot(request);
        if (slot < 0) {
            return anyOpen();
        }
        String owner = slots.owner(slot);
        return owner == null ? null : node(owner);
    }

    private @Nullable NodeConnection anyOpen() {
        return nodes.values().stream().filter(NodeConnection::isOpen).findAny().orElse(null);
    }

    /** The connection to a node, which begins to be opened if it is new. */
    private @Nullable NodeConnection node(String address) {
        NodeConnection known = nodes.get(address);
        if (known == null && !closed) {
            boolean isOnly = address.equals(ONLY);
            known = new NodeConnection(
                    vertx,
                    () -> isOnly ? clients.client(vertx) : clients.client(vertx, address),
                    isOnly ? WRITE_NOTHING : PING,
                    clients.connectTimeout(),
                    replyTimeout,
                    clients.queueLimit(),
                    new Node(address));
            nodes.put(address, known);
        }
        return known;
    }

    private void readSlots() {
        NodeConnection any = anyOpen();
        if (any != null && slots != null) {
            any.read(CLUSTER_SLOTS, this::update);
        }
    }

    private void update(Response reply) {
        if (closed || slots == null) {
            return;
        }
        Set<String> wanted = new HashSet<>(slots.update(reply));
        wanted.forEach(this::node);
        wanted.addAll(clients.addresses());
        nodes.entrySet().removeIf(entry -> {
            boolean isLeft = !wanted.contains(entry.getKey());
            if (isLeft) {
                entry.getValue().close();
            }
            return isLeft;
        });
    }

    private void changed() {
        open = nodes.values().stream().anyMatch(NodeConnection::isOpen);
    }

    /** Observes the connection to one node. */
    private final class Node implements NodeConnection.Observer {
        private final String address;

        Node(String address) {
            this.address = address;
        }

        @Override
        public void opened(RedisConnection connection) {
            outage.answered();
            changed();
            advice.check(connection);
            readSlots();
        }

        @Override
        public void lost(String why) {
            changed();
            // A node without slots is not needed.
            if (slots == null || slots.isOwner(address) || !open) {
                outage.failed(why);
            }
        }

        @Override
        public void answered(long nanos) {
            outage.answered();
            replies.record(nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean redirects(SentCommand command, RedisRefusal refusal) {
            if (slots == null || closed || command.redirections() >= MAX_REDIRECTIONS) {
                return false;
            }
            if (refusal.is("TRYAGAIN")) {
                vertx.setTimer(TRY_AGAIN_MILLIS, _ -> send(command.redirected()));
                return true;
            }
            boolean isAsk = refusal.is("ASK");
            if (!isAsk && !refusal.is("MOVED")) {
                return false;
            }
            String owner = slots.address(refusal.word(2));
            NodeConnection node = node(owner);
            if (node == null) {
                return false;
            }
            if (isAsk) {
                node.sendAsking(command.redirected());
            } else {
                slots.moved(Integer.parseInt(refusal.word(1)), owner);
                node.send(command.redirected());
            }
            return true;
        }
    }
}
