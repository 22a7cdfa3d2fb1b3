package dev.orderonce.config;

/** A setting that was given and cannot be used; its message names it and says what would do. */
public final class UnusableSetting extends IllegalArgumentException {
    /** @param sentence begins with the setting's name and a colon */
    public UnusableSetting(String sentence) {
        super(sentence);
    }
}
