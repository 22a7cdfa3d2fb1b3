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
 * Prevents startup with unusable settings, with a sentence for each: a replica that is ready and cannot answer would
 * replace one that works.
 */
@ApplicationScoped
class UsableSettings {
    private final Instance<MadeFromSettings> made;

    UsableSettings(@Any Instance<MadeFromSettings> made) {
        this.made = made;
    }

    void check(@Observes @Priority(1) StartupEvent start) {
        List<String> sentences = new ArrayList<>();
        for (MadeFromSettings bean : made) {
            try {
                bean.make();
            } catch (RuntimeException failure) {
                sentences.add(ExitCode.sentence(String.valueOf(unusable(failure).getMessage())));
            }
        }
        if (!sentences.isEmpty()) {
            throw new UnusableSetting(String.join(System.lineSeparator(), sentences));
        }
    }

    /** The container may wrap the exception of a constructor. */
    private static UnusableSetting unusable(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnusableSetting unusable) {
                return unusable;
            }
        }
        throw failure; // not a setting: a bug
    }
}
