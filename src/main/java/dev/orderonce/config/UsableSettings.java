package dev.orderonce.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts with settings that can be used, or not at all and with a sentence for each that cannot: a replica that is
 * ready and answers nothing would be put in the place of one that works.
 */
@ApplicationScoped
class UsableSettings {
    private final Instance<MadeFromSettings> made;

    UsableSettings(@Any Instance<MadeFromSettings> made) {
        this.made = made;
    }

    void check(@Observes @Priority(1) StartupEvent start) {
        List<String> sentences = new ArrayList<>();
        for (MadeFromSettings one : made) {
            try {
                one.make();
            } catch (RuntimeException failure) {
                sentences.add("order-once cannot start: %s."
                        .formatted(unusable(failure).getMessage()));
            }
        }
        if (!sentences.isEmpty()) {
            throw new UnusableSetting(String.join(System.lineSeparator(), sentences));
        }
    }

    /** Making a bean may wrap what its constructor throws. */
    private static UnusableSetting unusable(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnusableSetting unusable) {
                return unusable;
            }
        }
        throw failure; // a fault of ours
    }
}
