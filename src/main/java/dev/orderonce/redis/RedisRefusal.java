package dev.orderonce.redis;

import dev.orderonce.stores.StoreUnavailable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Redis has refused a command, which had no effect. */
public final class RedisRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Errors that concern the state of Redis and not the command: the same command can succeed later. */
    private static final Set<String> TEMPORARY = Set.of(
            "LOADING",
            "BUSY",
            "CLUSTERDOWN",
            "MASTERDOWN",
            "MOVED",
            "ASK",
            "READONLY",
            "OOM",
            "MISCONF",
            "NOAUTH",
            "NOREPLICAS",
            "TRYAGAIN",
            "UNBLOCKED");

    /** One line for each refused command of a batch: {@code ERR [2] WRONGTYPE Operation against …}. */
    private static final Pattern OF_BATCH = Pattern.compile("^ERR \\[(\\d+)] (.*)$", Pattern.MULTILINE);

    RedisRefusal(String reason) {
        // No stack trace: the reason is in Redis.
        super(reason, null, false, false);
    }

    /** The reasons in the error that the library makes of all refused commands of a batch, by their index. */
    static Map<Integer, String> ofBatch(String error) {
        Map<Integer, String> reasons = new HashMap<>();
        Matcher lines = OF_BATCH.matcher(error);
        while (lines.find()) {
            reasons.put(Integer.valueOf(lines.group(1)), lines.group(2));
        }
        return reasons;
    }

    /** Whether the refusal begins with this word: {@code NOSCRIPT}, {@code WRONGTYPE}, … */
    public boolean is(String word) {
        return word(0).equals(word);
    }

    /** This refusal, or {@link StoreUnavailable} if it concerns the state of Redis and not the command. */
    RuntimeException toFailure() {
        return TEMPORARY.contains(word(0))
                ? new StoreUnavailable(StoreUnavailable.Store.REDIS, String.valueOf(getMessage()), this)
                : this;
    }

    /** The word at this index, from 0; empty if there are fewer. */
    String word(int index) {
        String[] words = String.valueOf(getMessage()).split(" ", index + 2);
        return index < words.length ? words[index] : "";
    }
}
