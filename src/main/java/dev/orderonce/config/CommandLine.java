package dev.orderonce.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The arguments of the process. Everything else is a setting. */
public final class CommandLine {
    private static final List<String> COMMANDS = List.of("--help", "--version", MigrateCommand.ARGUMENT);

    private CommandLine() {}

    /** Returns what the process prints instead of starting, if it was started for that. */
    public static Optional<String> output(String... arguments) {
        List<String> given = List.of(arguments);
        if (given.contains("--help")) {
            return Optional.of(help());
        }
        return given.contains("--version") ? Optional.of("order-once " + Version.current()) : Optional.empty();
    }

    /** Returns a sentence without a full stop for each argument that does not exist. */
    public static List<String> problems(String... arguments) {
        return Arrays.stream(arguments)
                .filter(argument -> !COMMANDS.contains(argument))
                .map(argument -> "%s: there is no such argument; --help prints all%s"
                        .formatted(
                                argument, argument.startsWith("-D") ? ", and a system property goes before -jar" : ""))
                .toList();
    }

    private static String help() {
        return """
            order-once %s: one number, one order.

              java -jar quarkus-run.jar             start the service
              java -jar quarkus-run.jar --migrate   run the migrations of the database and exit
              java -jar quarkus-run.jar --version   print the version
              java -jar quarkus-run.jar --help      print this help

            A setting is a system property before -jar (-Dquarkus.http.port=8081), an environment variable
            (QUARKUS_HTTP_PORT=8081), or a line in .env or config/application.properties below the working directory.\
            """.formatted(Version.current());
    }
}
