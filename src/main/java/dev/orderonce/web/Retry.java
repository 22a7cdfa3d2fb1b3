package dev.orderonce.web;

/**
 * What a client should do after a refusal; the only member of a problem that a program needs to
 * obey.
 */
public enum Retry {
    /**
     * Repeat (corrected or later) under the same order number: it is still usable, or its order
     * will be told.
     */
    SAME_NUMBER("same-number"),
    /** Take a new order number: the old one can never become an order. */
    NEW_NUMBER("new-number"),
    /** Do not repeat this: the answer will not change. */
    NEVER("never");

    private final String text;

    Retry(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
