package dev.orderonce.config;

import java.util.function.Consumer;

/** A setting that is given and cannot be used; the message names it and says which values can be used. */
public final class UnusableSetting extends IllegalArgumentException {
    /** @param sentence begins with the setting's name and a colon */
    public UnusableSetting(String sentence) {
        super(sentence);
    }

    /** Adds the sentence to the others if the check fails with one. */
    public static void report(Runnable check, Consumer<String> sentences) {
        try {
            check.run();
        } catch (UnusableSetting unusable) {
            sentences.accept(unusable.getMessage());
        }
    }
}
