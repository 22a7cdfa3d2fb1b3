package dev.orderonce.disputes;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of a claim. */
public enum DisputeKind {
    /** The buyer wanted one order, and there are two. */
    DUPLICATE,
    /** The buyer did not place it. */
    NOT_MINE;

    /** The kind with this name. */
    static Optional<DisputeKind> read(@Nullable String name) {
        return Arrays.stream(values()).filter(kind -> kind.name().equals(name)).findFirst();
    }
}
