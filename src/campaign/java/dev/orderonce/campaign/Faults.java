package dev.orderonce.campaign;

import dev.orderonce.testkit.RedisNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The kinds of faults. */
final class Faults {
    /** Health checks of the proxy run every second, and two of them decide. */
    private static final long NOTICED_MILLIS = 4000;

    /** How far the clock of a replica may be wrong, and how far it is then. */
    private static final List<String> WITHIN_MARGIN = List.of("+50s", "-50s");

    private static final List<String> BEYOND_MARGIN = List.of("+90s", "-90s");

    private static final String CLOCK = "FAKETIME";
    private static final String PRELOADED = "LD_PRELOAD";

    /** Timers are not moved; older versions of the library know the other name. */
    private static final Map<String, String> ONLY_THE_CLOCK =
            Map.of("FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1");

    private static final int LATEST_SECOND_MILLIS = 2000;

    /** Of a thousand pieces of replies. */
    private static final int LOST_REPLIES = 50;

    private Faults() {}

    /** Makes a fault and ends it. */
    interface Strike {
        /**
         * What is broken afterwards is repaired by {@link Topology#heal()}.
         *
         * @return when it was over, as {@link System#nanoTime}; for a kind that has no end, when it began
         */
        long strike(Topology topology, Random random) throws Exception;
    }

    /** What a fault breaks. */
    enum Part {
        REPLICAS,
        POSTGRESQL,
        STANDBY,
        REDIS,
        NETWORK
    }

    /**
     * One kind of fault.
     *
     * @param place what it breaks; for a network the name of the link, too
     * @param losesRedis whether Redis may lose what it has accepted
     */
    record Fault(String kind, Place place, boolean losesRedis, Strike strike) {
        private boolean isFailover() {
            return kind.startsWith("PostgreSQL: failed over");
        }

        private boolean isStandbyFrozen() {
            return place.part() == Part.STANDBY;
        }
    }

    /** What a fault breaks, and the name of the link, which is empty for the others. */
    record Place(Part part, String link) {}

    /** What joins the names of two kinds that are struck at the same time. */
    static final String PAIRED = " + ";

    /**
     * Whether two kinds can be struck at the same time. Two of the same place cannot: each would repair what the other
     * one has broken, or wait for it. A standby that is frozen cannot be promoted, by no operator either.
     */
    static boolean canMeet(Fault one, Fault other) {
        return !one.place().equals(other.place())
                && !(one.isFailover() && other.isStandbyFrozen())
                && !(other.isFailover() && one.isStandbyFrozen());
    }

    /** Two kinds at the same time: the second one begins while the first one lasts, or soon after. */
    static Fault pair(Fault one, Fault other) {
        return new Fault(
                one.kind() + PAIRED + other.kind(),
                one.place(),
                one.losesRedis() || other.losesRedis(),
                (topology, random) -> {
                    Random ones = new Random(random.nextLong());
                    Random others = new Random(random.nextLong());
                    int later = random.nextInt(LATEST_SECOND_MILLIS);
                    // Both end before an exception of either is thrown: nothing is repaired while the other one
                    // strikes.
                    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                        Future<Long> first = threads.submit(() -> one.strike().strike(topology, ones));
                        TimeUnit.MILLISECONDS.sleep(later);
                        long secondEnded = other.strike().strike(topology, others);
                        long firstEnded = first.get();
                        return firstEnded - secondEnded > 0 ? firstEnded : secondEnded;
                    }
                });
    }

    /**
     * All kinds that are possible here.
     *
     * @param previous the build of another commit, or an empty path
     */
    static List<Fault> of(Topology topology, Path build, Path previous) {
        List<Fault> faults = new ArrayList<>();
        addReplicas(faults);
        addPostgreSql(faults, topology);
        addRedis(faults);
        topology.linkNames().forEach(name -> addNetwork(faults, name));
        addOperators(faults, topology, build, previous);
        return faults;
    }

    private static void add(List<Fault> faults, Part part, String kind, Strike strike) {
        faults.add(new Fault(kind, new Place(part, ""), false, strike));
    }

    private static void addToRedis(List<Fault> faults, String kind, Strike strike) {
        faults.add(new Fault(kind, new Place(Part.REDIS, ""), true, strike));
    }

    private static void addToLink(List<Fault> faults, String link, String what, Strike strike) {
        faults.add(new Fault(link + ": " + what, new Place(Part.NETWORK, link), false, strike));
    }

    private static void hold(Random random, int fromMillis, int toMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(fromMillis + random.nextInt(toMillis - fromMillis));
    }

    private static Replica any(Topology topology, Random random) {
        return topology.replicas().get(random.nextInt(topology.replicas().size()));
    }

    private static void addReplicas(List<Fault> faults) {
        add(faults, Part.REPLICAS, "replica: killed", (topology, random) -> {
            long at = System.nanoTime();
            any(topology, random).kill();
            return at;
        });
        add(faults, Part.REPLICAS, "replica: stopped", (topology, random) -> {
            any(topology, random).stop();
            return System.nanoTime();
        });
        add(faults, Part.REPLICAS, "replica: frozen", (topology, random) -> {
            Replica frozen = any(topology, random);
            frozen.freeze();
            hold(random, 1000, 8000);
            frozen.thaw();
            return System.nanoTime();
        });
        add(faults, Part.REPLICAS, "both replicas: killed", (topology, random) -> {
            topology.replicas().forEach(Replica::kill);
            topology.replicas().forEach(Replica::heal);
            return System.nanoTime();
        });
    }

    private static void addPostgreSql(List<Fault> faults, Topology all) {
        add(faults, Part.POSTGRESQL, "PostgreSQL: backend killed", (topology, random) -> {
            topology.postgreSql().killBackend();
            // The postmaster takes a moment to end the other sessions; then it recovers.
            hold(random, 200, 201);
            topology.postgreSql().awaitPrimary();
            return System.nanoTime();
        });
        add(faults, Part.POSTGRESQL, "PostgreSQL: restarted", (topology, random) -> {
            topology.postgreSql().stopPrimary();
            hold(random, 100, 4000);
            topology.postgreSql().startPrimary();
            return System.nanoTime();
        });
        add(faults, Part.POSTGRESQL, "PostgreSQL: killed", (topology, random) -> {
            topology.postgreSql().killPrimary();
            hold(random, 100, 4000);
            topology.postgreSql().startPrimary();
            return System.nanoTime();
        });
        add(faults, Part.POSTGRESQL, "PostgreSQL: frozen", (topology, random) -> {
            topology.postgreSql().freezePrimary();
            hold(random, 1000, 12_000);
            topology.postgreSql().thawPrimary();
            return System.nanoTime();
        });
        add(faults, Part.STANDBY, "PostgreSQL: standby frozen", (topology, random) -> {
            topology.postgreSql().freezeStandby();
            hold(random, 1000, 6000);
            topology.postgreSql().thawStandby();
            return System.nanoTime();
        });
        add(faults, Part.POSTGRESQL, "PostgreSQL: failed over", (topology, random) -> {
            topology.postgreSql().killPrimary();
            hold(random, 100, 2000);
            topology.postgreSql().promote();
            topology.followPrimary();
            return System.nanoTime();
        });
        add(faults, Part.POSTGRESQL, "PostgreSQL: failed over, connections dead", (topology, random) -> {
            topology.postgreSql().freezePrimary();
            topology.links("replica–PostgreSQL").forEach(link -> link.each(Edge::killWithoutReset));
            hold(random, 100, 2000);
            topology.postgreSql().promote();
            topology.followPrimary();
            return System.nanoTime();
        });
        add(faults, Part.POSTGRESQL, "PostgreSQL: replies lost after commit", (topology, random) -> {
            topology.links("replica–PostgreSQL").forEach(link -> link.each(edge -> edge.loseReplies(LOST_REPLIES)));
            hold(random, 1000, 6000);
            topology.links("replica–PostgreSQL").forEach(link -> link.each(Edge::heal));
            return System.nanoTime();
        });
        if (all.hasOwnDisk()) {
            add(faults, Part.POSTGRESQL, "PostgreSQL: disk full", (topology, random) -> {
                Path ballast = topology.disk().resolve("ballast");
                fill(ballast);
                hold(random, 2000, 8000);
                Files.delete(ballast);
                // The standby has the same disk, and ends when it cannot apply what it received.
                topology.postgreSql().awaitBoth();
                return System.nanoTime();
            });
        }
    }

    private static void fill(Path ballast) throws IOException {
        byte[] piece = new byte[1024 * 1024];
        try (OutputStream file = Files.newOutputStream(ballast)) {
            while (true) {
                file.write(piece);
            }
        } catch (IOException full) {
            if (Files.size(ballast) == 0) {
                throw full;
            }
        }
    }

    private static void addRedis(List<Fault> faults) {
        addToRedis(faults, "Redis: killed, with its replica", (topology, random) -> {
            topology.redis().nodes().forEach(RedisNode::kill);
            hold(random, 100, 4000);
            topology.redis().heal();
            return System.nanoTime();
        });
        addToRedis(faults, "Redis: flushed", (topology, random) -> {
            topology.redis().primary().send("FLUSHALL");
            return System.nanoTime();
        });
        addToRedis(faults, "Redis: failed over", (topology, random) -> {
            topology.redis().awaitPromotion(topology.redis().killPrimary());
            return System.nanoTime();
        });
        addToRedis(faults, "Redis: failed over to a lagging replica", (topology, random) -> {
            RedisNode primary = topology.redis().primary();
            // The replica loses its connection and gets no other one, so that it lacks what follows.
            primary.send("ACL", "SETUSER", "shop", "-psync", "-replconf", "-sync");
            primary.send("CLIENT", "KILL", "TYPE", "replica");
            hold(random, 500, 2000);
            primary.kill();
            topology.redis().awaitPromotion(primary);
            return System.nanoTime();
        });
        addToRedis(faults, "Redis: frozen", (topology, random) -> {
            RedisNode primary = topology.redis().primary();
            primary.freeze();
            topology.redis().awaitPromotion(primary);
            return System.nanoTime();
        });
        addToRedis(faults, "Redis: out of memory", (topology, random) -> {
            RedisNode primary = topology.redis().primary();
            primary.send("CONFIG", "SET", "maxmemory", "1mb");
            hold(random, 1000, 6000);
            primary.send("CONFIG", "SET", "maxmemory", "0");
            return System.nanoTime();
        });
    }

    private static void addNetwork(List<Fault> faults, String name) {
        network(faults, name, "cut", Edge::cut, 500, 6000);
        network(faults, name, "silent", Edge::silence, 500, 6000);
        addToLink(faults, name, "delayed", (topology, random) -> {
            int millis = 20 + random.nextInt(380);
            Link link = any(topology.links(name), random);
            link.each(edge -> edge.delay(millis));
            hold(random, 1000, 6000);
            link.each(Edge::heal);
            return System.nanoTime();
        });
        addToLink(faults, name, "half-closed", (topology, random) -> {
            Link link = any(topology.links(name), random);
            for (int i = random.nextInt(3); i >= 0; i--) {
                link.each(Edge::halfClose);
                hold(random, 100, 1000);
            }
            return System.nanoTime();
        });
        addToLink(faults, name, "connections dead", (topology, random) -> {
            any(topology.links(name), random).each(Edge::killWithoutReset);
            return System.nanoTime();
        });
    }

    private static void network(
            List<Fault> faults, String name, String what, Consumer<Edge> begin, int fromMillis, int toMillis) {
        addToLink(faults, name, what, (topology, random) -> {
            Link link = any(topology.links(name), random);
            link.each(begin);
            hold(random, fromMillis, toMillis);
            link.each(Edge::heal);
            return System.nanoTime();
        });
    }

    private static Link any(List<Link> links, Random random) {
        return links.get(random.nextInt(links.size()));
    }

    private static void addOperators(List<Fault> faults, Topology all, Path build, Path previous) {
        add(faults, Part.REPLICAS, "rolling restart", (topology, random) -> {
            rollingRestart(topology);
            return System.nanoTime();
        });
        add(faults, Part.REPLICAS, "signing key rotated", (topology, random) -> {
            List<String> verifying = new ArrayList<>(topology.olderSigningKeys());
            String key = topology.addSigningKey();
            verifying.add(key);
            setOnAll(topology, Map.of("NUMBERS_VERIFYING_KEYS", String.join(",", verifying)));
            rollingRestart(topology);
            setOnAll(
                    topology,
                    Map.of(
                            "NUMBERS_SIGNING_KEY",
                            key,
                            "NUMBERS_VERIFYING_KEYS",
                            String.join(",", topology.olderSigningKeys())));
            rollingRestart(topology);
            return System.nanoTime();
        });
        all.clock().ifPresent(library -> {
            addClock(faults, "within", WITHIN_MARGIN, library);
            addClock(faults, "beyond", BEYOND_MARGIN, library);
        });
        if (!previous.toString().isEmpty()) {
            add(faults, Part.REPLICAS, "upgrade from the previous commit", (topology, random) -> {
                try {
                    topology.replicas().forEach(replica -> replica.use(previous));
                    rollingRestart(topology);
                } finally {
                    topology.replicas().forEach(replica -> replica.use(build));
                }
                rollingRestart(topology);
                return System.nanoTime();
            });
        }
    }

    private static void setOnAll(Topology topology, Map<String, String> settings) {
        topology.replicas().forEach(replica -> replica.set(settings));
    }

    private static void addClock(List<Fault> faults, String how, List<String> offsets, Path library) {
        add(faults, Part.REPLICAS, "clock moved " + how + " the margin", (topology, random) -> {
            Replica replica = any(topology, random);
            replica.set(ONLY_THE_CLOCK);
            replica.set(Map.of(PRELOADED, library.toString(), CLOCK, offsets.get(random.nextInt(offsets.size()))));
            replica.restart();
            hold(random, 4000, 8000);
            replica.unset(List.of(PRELOADED, CLOCK));
            replica.restart();
            return System.nanoTime();
        });
    }

    /** One after the other; the next one stops when the proxy uses this one again. */
    private static void rollingRestart(Topology topology) throws InterruptedException {
        for (Replica replica : topology.replicas()) {
            replica.restart();
            TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
        }
    }
}
