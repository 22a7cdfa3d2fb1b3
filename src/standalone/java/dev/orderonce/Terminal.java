package dev.orderonce;

import dev.orderonce.config.Version;
import java.io.Console;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;

/** What a person who starts the standalone build on a terminal sees: its progress, and then where everything is. */
@NullMarked
final class Terminal {
    /** Log records of a person's service: problems only, and readable. */
    static final Map<String, String> LOG = Map.of(
            "quarkus.log.console.json.enabled", "false",
            "quarkus.log.console.level", "WARN",
            "quarkus.log.console.format", "%d{HH:mm:ss} %-5p %s%e%n");

    private final PrintStream out;

    Terminal(PrintStream out) {
        this.out = out;
        out.println("order-once " + Version.current());
    }

    /** Whether input and output of this process are a terminal. */
    static boolean isPresent() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }

    /** Prints what begins now. */
    void begin(String step) {
        out.println(step + " …");
    }

    /**
     * Prints the addresses.
     *
     * @param service without a slash at the end
     * @param data the data directory, or where the data is instead
     */
    void card(String service, String data) {
        out.printf("""

                  Shop               %1$s/
                  Support            %1$s/support.html
                  Fulfilment         %1$s/merchant.html
                  API documentation  %1$s/docs
                  Data               %2$s
                  Stop               Ctrl-C

                """, service, data);
    }
}
