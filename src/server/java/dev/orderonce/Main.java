package dev.orderonce;

import dev.orderonce.start.Given;
import dev.orderonce.start.RequiredSettings;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

import org.jspecify.annotations.NullMarked;

import java.util.List;

/**
 * Starts the server build: with everything it needs, or not at all and with a sentence for each
 * thing it lacks.
 */
@NullMarked
@QuarkusMain
public final class Main {
    /** EX_CONFIG of sysexits.h: the configuration is at fault, starting again changes nothing. */
    private static final int BAD_CONFIGURATION = 78;

    Main() {}

    public static void main(String... arguments) {
        List<String> missing = RequiredSettings.missing(Given.settings());
        if (missing.isEmpty()) {
            Quarkus.run(arguments);
        } else {
            missing.forEach(System.err::println);
            System.exit(BAD_CONFIGURATION);
        }
    }
}
