package dev.orderonce;

import dev.orderonce.config.EarlyConfig;
import dev.orderonce.config.ExitCode;
import dev.orderonce.config.MigrateCommand;
import dev.orderonce.config.RequiredSettings;
import dev.orderonce.http.RequestTarget;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * Starts the server build, or ends with a sentence for each required setting that is missing. With {@code --migrate} it
 * runs the migrations and exits.
 */
@NullMarked
@QuarkusMain
public final class Main {
    Main() {}

    public static void main(String... arguments) {
        RequestTarget.readByUs();
        List<String> missing = RequiredSettings.missing(EarlyConfig.settings());
        if (missing.isEmpty()) {
            MigrateCommand.ifGiven(arguments);
            Quarkus.run(null, (code, failure) -> System.exit(ExitCode.of(code, failure)), arguments);
        } else {
            missing.forEach(System.err::println);
            System.exit(ExitCode.BAD_CONFIGURATION);
        }
    }
}
