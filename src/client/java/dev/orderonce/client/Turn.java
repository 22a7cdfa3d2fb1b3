package dev.orderonce.client;

import org.jspecify.annotations.Nullable;

/** What a claim returned: the result of an earlier one, or the right to do the work. */
public sealed interface Turn permits Turn.Done, Claim {
    /**
     * The work was done before.
     *
     * @param result its result, as {@link Json#read} returns it
     */
    record Done(@Nullable Object result) implements Turn {}
}
