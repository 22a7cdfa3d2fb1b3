package dev.orderonce;

import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * Starts {@code Main}, or ends with a sentence on a Java that is too old for it. Compiled for the oldest Java that the
 * framework's own entry point runs on; {@code Main} is not, so it is named by a text.
 */
@QuarkusMain
public final class Launcher {
    private static final int NEEDED = 25;

    /** As {@code ExitCode.BAD_CONFIGURATION}. */
    private static final int EX_CONFIG = 78;

    private Launcher() {}

    public static void main(String... arguments) throws ReflectiveOperationException {
        int java = Runtime.version().feature();
        if (java < NEEDED) {
            System.err.println(
                    "order-once cannot start: it needs Java " + NEEDED + " or newer, and this is Java " + java + ".");
            System.exit(EX_CONFIG);
        }
        Class.forName("dev.orderonce.Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
    }
}
