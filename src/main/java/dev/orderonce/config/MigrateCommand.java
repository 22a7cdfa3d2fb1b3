package dev.orderonce.config;

import java.util.List;

/**
 * The command {@code --migrate}: the process runs the migrations of the database and exits, with code 0 if they
 * succeeded. It needs the settings of a replica and no Redis.
 */
public final class MigrateCommand {
    static final String ARGUMENT = "--migrate";

    private MigrateCommand() {}

    public static boolean isGiven(String... arguments) {
        return List.of(arguments).contains(ARGUMENT);
    }

    /** Configures the start that follows to migrate and exit, if the arguments have the command. */
    public static void ifGiven(String... arguments) {
        if (isGiven(arguments)) {
            // System properties win over every other place of a setting.
            System.setProperty("database.migrate-at-start", "true");
            System.setProperty("quarkus.init-and-exit", "true");
        }
    }
}
