package dev.orderonce.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A primary and its asynchronous replica, watched by three sentinels. A primary that does not answer for a second is
 * replaced by its replica.
 */
public final class RedisSentinels implements AutoCloseable {
    /** The name under which the sentinels know the primary. */
    public static final String MASTER_NAME = "orders";

    private static final int SENTINELS = 3;
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);

    private final List<RedisNode> data = new ArrayList<>();
    private final List<RedisNode> sentinels = new ArrayList<>();

    private RedisSentinels() {}

    /** Starts the processes and waits until the sentinels know the replica and each other. */
    public static RedisSentinels start() {
        RedisSentinels started = new RedisSentinels();
        try {
            started.form();
            return started;
        } catch (RuntimeException | Error failure) {
            started.close();
            throw failure;
        }
    }

    private void form() {
        RedisNode primary = RedisNode.startData(List.of());
        data.add(primary);
        data.add(RedisNode.startData(List.of("replicaof 127.0.0.1 " + primary.port())));
        IntStream.range(0, SENTINELS).forEach(i -> sentinels.add(RedisNode.startSentinel(configuration(primary))));
        awaitComplete();
    }

    /**
     * By default a sentinel notices new nodes after up to ten seconds, and does nothing for half a minute after it was
     * suspended itself. A restart resets these.
     */
    private static void hurry(RedisNode sentinel) {
        sentinel.send(
                "SENTINEL",
                "DEBUG",
                "INFO-PERIOD",
                "500",
                "PUBLISH-PERIOD",
                "300",
                "PING-PERIOD",
                "200",
                "TILT-PERIOD",
                "1000");
    }

    private static List<String> configuration(RedisNode primary) {
        return Stream.of(
                        "announce-ip 127.0.0.1",
                        "sentinel-user " + RedisNode.USER,
                        "sentinel-pass " + RedisNode.PASSWORD,
                        "monitor %s 127.0.0.1 " + primary.port() + " 2",
                        "auth-user %s " + RedisNode.USER,
                        "auth-pass %s " + RedisNode.PASSWORD,
                        "down-after-milliseconds %s 1000",
                        "failover-timeout %s 2000")
                .map(line -> "sentinel " + line.formatted(MASTER_NAME))
                .toList();
    }

    /** The addresses of the sentinels, with user and password, separated by commas. */
    public String hosts() {
        return sentinels.stream().map(RedisNode::url).collect(Collectors.joining(","));
    }

    /** The node that accepts writes. */
    public RedisNode primary() {
        return data.stream()
                .filter(RedisNode::isPrimary)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node is the primary"));
    }

    /** The primary and the replica. */
    public List<RedisNode> nodes() {
        return List.copyOf(data);
    }

    /** The sentinels. */
    public List<RedisNode> sentinels() {
        return List.copyOf(sentinels);
    }

    private RedisNode other(RedisNode node) {
        return data.get(1 - data.indexOf(node));
    }

    /** Ends the primary with SIGKILL; returns it. */
    public RedisNode killPrimary() {
        RedisNode primary = primary();
        primary.kill();
        return primary;
    }

    /** Waits until the replica of this former primary accepts writes; returns it. */
    public RedisNode awaitPromotion(RedisNode former) {
        RedisNode replica = other(former);
        await().atMost(BOUND).pollInterval(POLL).until(replica::isPrimary);
        return replica;
    }

    /** Starts or continues every node that does not answer, and waits for a primary, its replica and all sentinels. */
    public void heal() {
        Stream.concat(data.stream(), sentinels.stream()).forEach(RedisNode::revive);
        awaitComplete();
    }

    private void awaitComplete() {
        sentinels.forEach(RedisSentinels::hurry);
        await().atMost(BOUND).pollInterval(Duration.ofMillis(50)).until(this::isComplete);
    }

    private boolean isComplete() {
        List<RedisNode> primaries = data.stream().filter(RedisNode::isPrimary).toList();
        return primaries.size() == 1
                && other(primaries.getFirst()).isReplica()
                && sentinels.stream().allMatch(sentinel -> knows(sentinel, primaries.getFirst()));
    }

    /** Whether a sentinel acts on this primary, and knows its replica and the other sentinels, all available. */
    private boolean knows(RedisNode sentinel, RedisNode primary) {
        return sentinel.info("sentinel", "sentinel_tilt").equals("0")
                && sentinel.info("sentinel", "master0")
                        .equals("name=%s,status=ok,address=127.0.0.1:%d,slaves=1,sentinels=%d"
                                .formatted(MASTER_NAME, primary.port(), SENTINELS))
                && sentinel.text("SENTINEL", "REPLICAS", MASTER_NAME).contains("flags, slave,")
                && sentinel.text("SENTINEL", "CKQUORUM", MASTER_NAME).startsWith("OK " + SENTINELS);
    }

    @Override
    public void close() {
        Stream.concat(sentinels.stream(), data.stream()).forEach(RedisNode::close);
    }
}
