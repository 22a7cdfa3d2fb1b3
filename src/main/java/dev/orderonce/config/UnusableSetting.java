package dev.orderonce.config;

/** A setting that is given and cannot be used; the message names it and says which values can be used. */
public final class UnusableSetting extends IllegalArgumentException {
    /** @param sentence begins with the setting's name and a colon */
    public UnusableSetting(String sentence) {
        super(sentence);
    }
}
