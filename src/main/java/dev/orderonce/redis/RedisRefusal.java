package dev.orderonce.redis;

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
        return firstWord().equals(word);
    }

    boolean isTemporary() {
        return TEMPORARY.contains(firstWord());
    }

    private String firstWord() {
        String reason = String.valueOf(getMessage());
        int space = reason.indexOf(' ');
        return space < 0 ? reason : reason.substring(0, space);
    }
}
