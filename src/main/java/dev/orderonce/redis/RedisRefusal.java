package dev.orderonce.redis;

import dev.orderonce.stores.StoreUnavailable;
import java.util.Set;

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

    RedisRefusal(String reason) {
        // No stack trace: the reason is in Redis.
        super(reason, null, false, false);
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
