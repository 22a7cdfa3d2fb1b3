package dev.orderonce.redis;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RedisURI;
import io.vertx.redis.client.impl.RequestImpl;
import io.vertx.redis.client.impl.ZModem;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which node of a Redis Cluster owns which hash slot. Used on one event loop.
 *
 * <p>The library's cluster client is not used: it refuses to connect while one node is unreachable, keeps connections
 * that were closed, and sends {@code ASKING} apart from the command that it is for, with other requests' commands in
 * between.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">Redis cluster
 *     specification</a>
 */
final class ClusterSlots {
    private static final int SLOTS = 16_384;

    private final @Nullable String[] owners = new String[SLOTS];
    private final RedisURI seed;

    /** @param seed an address of the settings: other nodes have the same scheme, user and password */
    ClusterSlots(String seed) {
        this.seed = new RedisURI(seed);
    }

    /** The slot of the command's keys, or −1 if it has none. */
    static int slot(Request request) {
        List<byte[]> keys = ((RequestImpl) request).keys();
        return keys.isEmpty() ? -1 : ZModem.generate(keys.getFirst());
    }

    @Nullable String owner(int slot) {
        return owners[slot];
    }

    boolean isOwner(String node) {
        return Arrays.asList(owners).contains(node);
    }

    /** The address of a node from {@code host:port}; without a host, the seed's. */
    String address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        String host = hostAndPort.substring(0, colon);
        return seed.protocol() + "://" + seed.userinfo()
                + (host.isEmpty() ? seed.socketAddress().host() : host)
                + hostAndPort.substring(colon);
    }

    /** Another node owns the slot, as it says itself. */
    void moved(int slot, String node) {
        owners[slot] = node;
    }

    /**
     * Takes over a reply to {@code CLUSTER SLOTS}.
     *
     * @return all nodes that own a slot
     */
    Set<String> update(Response reply) {
        Set<String> nodes = new HashSet<>();
        @Nullable String[] fresh = new String[SLOTS];
        for (Response range : reply) {
            Response primary = range.get(2);
            String host = primary.get(0) == null ? "" : primary.get(0).toString();
            String node = address((host.contains(":") ? '[' + host + ']' : host) + ':' + primary.get(1));
            nodes.add(node);
            Arrays.fill(fresh, range.get(0).toInteger(), range.get(1).toInteger() + 1, node);
        }
        System.arraycopy(fresh, 0, owners, 0, SLOTS);
        return nodes;
    }
}
