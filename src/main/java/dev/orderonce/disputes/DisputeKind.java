package dev.orderonce.disputes;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be said of an order. */
public enum DisputeKind {
    /** The buyer meant one order, and there are two. */
    DUPLICATE,
    /** The buyer did not place it. */
    NOT_MINE;

    /** The kind that is so called; empty if none is. */
    static Optional<DisputeKind> read(@Nullable String name) {
        return Arrays.stream(values()).filter(kind -> kind.name().equals(name)).findFirst();
    }
}
