package dev.orderonce.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Checks how Redis itself is configured, on every new connection: after a failover it is another Redis. Each finding is
 * logged once, with what to change.
 */
final class RedisAdvice {
    private static final Logger LOG = Logger.getLogger(RedisAdvice.class);

    private static final Request INFO = Request.cmd(Command.INFO);

    /** {@code SET} with {@code NX} and {@code GET}, and {@code PEXPIRE} with {@code NX}, exist since this version. */
    private static final int OLDEST_VERSION = 7;

    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /** Reads the configuration of Redis and logs what should be changed. */
    void check(RedisConnection connection) {
        connection.send(INFO).onComplete(reply -> {
            if (reply.succeeded() && reply.result() != null) {
                findings(fields(reply.result().toString())).forEach(this::log);
            } else {
                log("The configuration of Redis is not known: INFO has no reply (" + reply.cause() + ").");
            }
        });
    }

    private void log(String finding) {
        if (logged.add(finding)) {
            LOG.warn(finding);
        }
    }

    private static Map<String, String> fields(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    /** One sentence for each finding; a field that this Redis does not report is not judged. */
    static List<String> findings(Map<String, String> info) {
        List<String> findings = new ArrayList<>();
        String version = info.getOrDefault("redis_version", "");
        if (version.matches("\\d+\\..*")
                && Integer.parseInt(version.substring(0, version.indexOf('.'))) < OLDEST_VERSION) {
            findings.add("Redis is version " + version + ": order-once needs 7.0 or later, because it uses SET with NX "
                    + "and GET. Upgrade Redis.");
        }
        String policy = info.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            findings.add(
                    "Redis evicts keys when its memory is full (maxmemory-policy " + policy + "): an issued number "
                            + "that is evicted is refused with 410. Set maxmemory-policy noeviction, and maxmemory large "
                            + "enough.");
        }
        if (info.getOrDefault("aof_enabled", "1").equals("0")) {
            findings.add("Redis has no append-only file: a restart forgets the numbers that are issued and not placed, "
                    + "which are refused with 410 afterwards. Set appendonly yes.");
        }
        return findings;
    }
}
