package dev.orderonce.redis;

import java.util.Set;

/** Redis refuses a command, which then had no effect. */
public final class RedisRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Refusals that say "not now" and nothing about the command. */
    private static final Set<String> NOT_NOW = Set.of(
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

    RedisRefusal(String why) {
        // No stack trace: it is Redis that says no, and where it was asked is known.
        super(why, null, false, false);
    }

    /** Whether the refusal begins with this word: {@code NOSCRIPT}, {@code WRONGTYPE}, … */
    public boolean is(String word) {
        return firstWord().equals(word);
    }

    boolean isNotNow() {
        return NOT_NOW.contains(firstWord());
    }

    private String firstWord() {
        String why = String.valueOf(getMessage());
        int space = why.indexOf(' ');
        return space < 0 ? why : why.substring(0, space);
    }
}
