package dev.orderonce.admission;

/** The result of registering a new number in Redis. */
public sealed interface Registration
        permits RateLimited, Registration.Taken, Registration.Held, Registration.Registered {
    /** The buyer already has this number: two numbers made in the same second can be equal, one in 2³⁰. */
    record Taken() implements Registration {}

    /**
     * The checkout has a number already.
     *
     * @param text what Redis returned; its signature is not verified yet
     * @param isUntried whether it is the number that was to be registered, and no request has tried to place it
     */
    record Held(String text, boolean isUntried) implements Registration {}

    /** The number is registered and counts as issued and outstanding. */
    record Registered() implements Registration {}
}
