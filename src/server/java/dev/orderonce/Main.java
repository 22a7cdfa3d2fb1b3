package dev.orderonce;

import dev.orderonce.config.CommandLine;
import dev.orderonce.config.EarlyConfig;
import dev.orderonce.config.ExitCode;
import dev.orderonce.config.MigrateCommand;
import dev.orderonce.http.RequestTarget;
import io.quarkus.runtime.Quarkus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.NullMarked;

/**
 * Starts the server build, or ends with a sentence for each setting that is missing or cannot be used. With
 * {@code --migrate} it runs the migrations and exits.
 */
@NullMarked
public final class Main {
    Main() {}

    public static void main(String... arguments) {
        Optional<String> output = CommandLine.output(arguments);
        if (output.isPresent()) {
            System.out.println(output.get());
            return;
        }
        RequestTarget.readByUs();
        Config given = EarlyConfig.settings();
        List<String> problems = new ArrayList<>(CommandLine.problems(arguments));
        problems.addAll(StartupChecks.settings(given, Set.of()));
        if (!MigrateCommand.isGiven(arguments)) { // which listens nowhere
            problems.addAll(StartupChecks.ports(given, Optional.empty()));
        }
        ExitCode.ifAny(problems);
        MigrateCommand.ifGiven(arguments);
        Quarkus.run(null, (code, failure) -> System.exit(ExitCode.of(code, failure)), arguments);
    }
}
