package dev.orderonce.testkit;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Redis Cluster of three primaries and an asynchronous replica of each. A primary that does not answer for about a
 * second and a half is replaced by its replica.
 */
public final class RedisCluster implements AutoCloseable {
    /** The number of slots. */
    public static final int SLOTS = 16_384;

    private static final int PRIMARIES = 3;
    private static final int NODES = 2 * PRIMARIES;
    private static final Duration BOUND = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final String KEYS_AT_ONCE = "10";
    private static final int CRC_POLYNOMIAL = 0x1021;

    private final List<RedisNode> nodes = new ArrayList<>();

    private RedisCluster() {}

    /** Starts the processes and waits until each of them reports a complete cluster. */
    public static RedisCluster start() {
        RedisCluster started = new RedisCluster();
        try {
            started.form();
            return started;
        } catch (RuntimeException | Error failure) {
            started.close();
            throw failure;
        }
    }

    private void form() {
        List<Integer> busPorts = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            int busPort = RedisNode.freePort();
            busPorts.add(busPort);
            nodes.add(RedisNode.startData(List.of(
                    "cluster-enabled yes",
                    "cluster-port " + busPort,
                    "cluster-announce-ip 127.0.0.1",
                    "cluster-node-timeout 1500",
                    "cluster-require-full-coverage no",
                    "cluster-allow-replica-migration no",
                    "cluster-replica-validity-factor 0")));
            nodes.getLast().send("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        }
        for (int i = 0; i < PRIMARIES; i++) {
            int first = i * SLOTS / PRIMARIES;
            int last = (i + 1) * SLOTS / PRIMARIES - 1;
            nodes.get(i).send("CLUSTER", "ADDSLOTSRANGE", Integer.toString(first), Integer.toString(last));
        }
        for (int i = 1; i < NODES; i++) {
            nodes.getFirst()
                    .send(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            Integer.toString(nodes.get(i).port()),
                            busPorts.get(i).toString());
        }
        awaitAll(node -> node.text("CLUSTER", "INFO").contains("cluster_known_nodes:" + NODES));
        for (int i = 0; i < PRIMARIES; i++) {
            nodes.get(PRIMARIES + i).send("CLUSTER", "REPLICATE", id(nodes.get(i)));
        }
        awaitComplete();
    }

    private void awaitAll(Predicate<RedisNode> condition) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> nodes.stream().allMatch(condition));
    }

    private void awaitComplete() {
        awaitAll(this::isComplete);
        // Each node knows all roles, and every client that connects anywhere from now on learns the same.
        awaitAll(node -> primaries().size() == PRIMARIES && owners(node).equals(owners(nodes.getFirst())));
    }

    /** Whether a node has its role, and sees every slot served and no other node unavailable. */
    private boolean isComplete(RedisNode node) {
        String state = node.text("CLUSTER", "INFO");
        return (node.isPrimary() || node.isReplica())
                && state.contains("cluster_state:ok")
                && state.contains("cluster_slots_ok:" + SLOTS)
                && view(node).size() == NODES
                && view(node).stream().noneMatch(line -> line.contains("fail") || line.contains("handshake"));
    }

    /** The nodes of the cluster as one of them sees them: CLUSTER NODES. */
    private static List<String> view(RedisNode node) {
        return node.text("CLUSTER", "NODES").lines().toList();
    }

    /** The port of each primary with its slots, as a node sees them. */
    private static Set<String> owners(RedisNode node) {
        return view(node).stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields[2].contains("master"))
                .map(fields -> fields[1]
                        + Stream.of(fields)
                                .skip(8)
                                .filter(slots -> !slots.startsWith("["))
                                .toList())
                .collect(Collectors.toSet());
    }

    private static String id(RedisNode node) {
        return node.text("CLUSTER", "MYID");
    }

    /** The address of all nodes, with user and password, separated by commas. */
    public String hosts() {
        return nodes.stream().map(RedisNode::url).collect(Collectors.joining(","));
    }

    /** All nodes: those that began as primaries first. */
    public List<RedisNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The nodes that are primaries now. */
    public List<RedisNode> primaries() {
        return nodes.stream().filter(RedisNode::isPrimary).toList();
    }

    /** The other node with the same slots: of a primary its replica, of a replica its primary. */
    public RedisNode partner(RedisNode node) {
        return nodes.get((nodes.indexOf(node) + PRIMARIES) % NODES);
    }

    /** The primary that serves a slot, by its own view. */
    public RedisNode nodeOf(int slot) {
        return primaries().stream()
                .filter(node -> slotsOf(node).anyMatch(own -> own == slot))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node serves slot " + slot));
    }

    /** The primary that serves the slot of a key. */
    public RedisNode nodeOf(String key) {
        return nodeOf(slotOf(key));
    }

    private static IntStream slotsOf(RedisNode node) {
        return view(node).stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields[2].contains("myself"))
                .flatMap(fields -> Stream.of(fields).skip(8))
                .filter(slots -> !slots.startsWith("["))
                .map(slots -> slots.split("-"))
                .flatMapToInt(range ->
                        IntStream.rangeClosed(Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1])));
    }

    /** The slot of a key: CRC16 (XMODEM) of its hash tag, or of all of it. */
    public static int slotOf(String key) {
        int open = key.indexOf('{');
        int close = open < 0 ? -1 : key.indexOf('}', open);
        String hashed = close > open + 1 ? key.substring(open + 1, close) : key;
        int crc = 0;
        for (byte one : hashed.getBytes(StandardCharsets.UTF_8)) {
            crc ^= Byte.toUnsignedInt(one) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ CRC_POLYNOMIAL;
            }
        }
        return (crc & 0xFFFF) % SLOTS;
    }

    /** Waits until the replica of this former primary accepts writes; returns it. */
    public RedisNode awaitPromotion(RedisNode former) {
        RedisNode replica = partner(former);
        await().atMost(BOUND).pollInterval(POLL).until(replica::isPrimary);
        return replica;
    }

    /**
     * Moves a slot to another primary, ten keys at a time, as an operator's tool does. While the slot is moved, its
     * owner replies ASK for a key that it does not have; when it has been moved, MOVED.
     *
     * @param between runs before the first keys are moved and after each step
     */
    public void moveSlot(int slot, RedisNode to, Runnable between) {
        RedisNode from = nodeOf(slot);
        String number = Integer.toString(slot);
        to.send("CLUSTER", "SETSLOT", number, "IMPORTING", id(from));
        from.send("CLUSTER", "SETSLOT", number, "MIGRATING", id(to));
        between.run();
        while (from.send("CLUSTER", "GETKEYSINSLOT", number, KEYS_AT_ONCE) instanceof List<?> keys && !keys.isEmpty()) {
            Stream<String> migrate = Stream.of(
                    "MIGRATE",
                    "127.0.0.1",
                    Integer.toString(to.port()),
                    "",
                    "0",
                    "1000",
                    "AUTH2",
                    RedisNode.USER,
                    RedisNode.PASSWORD,
                    "KEYS");
            String moved = from.text(
                    Stream.concat(migrate, keys.stream().map(String::valueOf)).toArray(String[]::new));
            // NOKEY: the keys have expired or were deleted meanwhile.
            if (!moved.equals("OK") && !moved.equals("NOKEY")) {
                throw new IllegalStateException(moved);
            }
            between.run();
        }
        String owner = id(to);
        to.send("CLUSTER", "SETSLOT", number, "NODE", owner);
        from.send("CLUSTER", "SETSLOT", number, "NODE", owner);
        primaries().stream()
                .filter(node -> node != to && node != from)
                .forEach(node -> node.send("CLUSTER", "SETSLOT", number, "NODE", owner));
    }

    /** How many errors of this code the nodes that answer have replied with since their starts. */
    public long errors(String code) {
        return nodes.stream()
                .filter(RedisNode::answers)
                .mapToLong(node -> node.errors(code))
                .sum();
    }

    /** Starts or continues every node that does not answer, and waits until the cluster is complete. */
    public void heal() {
        nodes.forEach(RedisNode::revive);
        awaitComplete();
    }

    @Override
    public void close() {
        nodes.forEach(RedisNode::close);
    }
}
