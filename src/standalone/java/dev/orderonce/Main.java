package dev.orderonce;

import dev.orderonce.config.CommandLine;
import dev.orderonce.config.EarlyConfig;
import dev.orderonce.config.ExitCode;
import dev.orderonce.config.MigrateCommand;
import dev.orderonce.config.RequiredSettings;
import dev.orderonce.config.Version;
import dev.orderonce.embedded.Standalone;
import dev.orderonce.http.RequestTarget;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.configuration.DurationConverter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Starts the standalone build: what is not configured starts first and stops last. */
@NullMarked
public final class Main {
    private static final String DATA = "standalone.data";
    private static final String DEFAULT_DATA = ".order-once";

    /** So that the confirmation of a large amount can be tried out: above 1 000.00 EUR. */
    private static final String LARGE_AMOUNT = "orders.large-amounts.EUR";

    private static final String ASK_ABOVE = "100000";

    /** As application.properties has it. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** More than the service takes to stop, whose requests in flight need the stores. */
    private static final Duration TO_SPARE = Duration.ofSeconds(5);

    /** Why a running service ends by itself, a sentence without a full stop. */
    private static final AtomicReference<@Nullable String> REASON = new AtomicReference<>();

    private static Optional<Terminal> terminal = Optional.empty();

    Main() {}

    public static void main(String... arguments) {
        Optional<String> output = CommandLine.output(arguments);
        if (output.isPresent()) {
            System.out.println(output.get());
            return;
        }
        RequestTarget.readByUs();
        Config given = EarlyConfig.settings();
        // A live reload runs this again in the same process: the settings of the first time are given then.
        Set<RequiredSettings> provided = Standalone.provided(given);
        boolean isDevelopment = LaunchMode.current() == LaunchMode.DEVELOPMENT;
        List<String> problems = new ArrayList<>(CommandLine.problems(arguments));
        problems.addAll(StartupChecks.settings(given, provided));
        Optional<Standalone> standalone = provided.isEmpty() ? Optional.empty() : standalone(given, problems::add);
        if (!isDevelopment) { // or the service itself listens there
            problems.addAll(StartupChecks.ports(given, standalone.map(_ -> Standalone.HOST)));
        }
        ExitCode.ifAny(problems);
        if (!isDevelopment && Terminal.isPresent()) {
            terminal = Optional.of(new Terminal(System.out));
            Terminal.LOG.forEach((setting, value) -> setUnlessGiven(given, setting, value));
        }
        CountDownLatch stopped = new CountDownLatch(1);
        standalone.ifPresent(made -> bringAlong(made, given, stopped));
        MigrateCommand.ifGiven(arguments);
        progress("Starting the service");
        Quarkus.run(Announcement.class, (code, failure) -> exit(code, failure, stopped), arguments);
    }

    /** Locks the data directory, or adds the sentence why that is impossible. */
    private static Optional<Standalone> standalone(Config given, Consumer<String> problems) {
        Path data = Path.of(given.getOptionalValue(DATA, String.class).orElse(DEFAULT_DATA));
        try {
            return Optional.of(Standalone.in(data));
        } catch (IllegalStateException unusable) {
            problems.accept(unusable.getMessage());
            return Optional.empty();
        }
    }

    private static void setUnlessGiven(Config given, String setting, String value) {
        if (given.getOptionalValue(setting, String.class).isEmpty()) {
            System.setProperty(setting, value);
        }
    }

    private static void progress(String step) {
        terminal.ifPresent(present -> present.begin(step));
    }

    private static void exit(int code, @Nullable Throwable failure, CountDownLatch stopped) {
        int end = ExitCode.of(code, failure);
        String reason = REASON.get();
        if (reason != null) {
            System.err.println("order-once %s ends: %s.".formatted(Version.current(), reason));
        }
        stopped.countDown();
        // Live reload ends and begins the service many times in one process.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            System.exit(end);
        }
    }

    private static void bringAlong(Standalone standalone, Config given, CountDownLatch stopped) {
        try {
            standalone.bringAlong(given, Main::progress);
        } catch (IllegalStateException unusable) {
            standalone.close();
            ExitCode.ifAny(List.of(unusable.getMessage()));
        }
        standalone.settings().forEach(System::setProperty);
        setUnlessGiven(given, LARGE_AMOUNT, ASK_ABOVE);
        Duration within = shutdown(given, "delay", Duration.ZERO)
                .plus(shutdown(given, "timeout", TIMEOUT))
                .plus(TO_SPARE);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopLast(standalone, stopped, within), "stores"));
        standalone.watch(reason -> {
            REASON.set(reason);
            Quarkus.asyncExit(1);
        });
    }

    private static Duration shutdown(Config given, String part, Duration otherwise) {
        return given.getOptionalValue("quarkus.shutdown." + part, String.class)
                .map(DurationConverter::parseDuration)
                .orElse(otherwise);
    }

    private static void stopLast(Standalone standalone, CountDownLatch stopped, Duration within) {
        standalone.unwatch();
        try {
            if (!stopped.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("the service did not stop in time; stopping its stores anyway");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        standalone.close();
    }

    /** Names the addresses at the end of the start. */
    public static final class Announcement implements QuarkusApplication {
        private static final Logger LOG = Logger.getLogger(Main.class);

        @Override
        public int run(String... arguments) {
            Config config = ConfigProvider.getConfig();
            String service = "http://localhost:" + config.getValue("quarkus.http.port", String.class);
            String data = config.getOptionalValue(DATA, String.class).orElse("in the configured stores");
            if (terminal.isPresent()) {
                terminal.get().card(service, data);
            } else {
                log(service, data, config);
            }
            Quarkus.waitForExit();
            return 0;
        }

        private static void log(String service, String data, Config config) {
            LOG.infof("shop:              %s/", service);
            LOG.infof("support:           %s/support.html", service);
            LOG.infof("API documentation: %s/docs", service);
            LOG.infof(
                    "data:              %s (PostgreSQL %s, Redis %s)",
                    data,
                    withoutSecrets(config.getValue("database.url", String.class)),
                    withoutSecrets(config.getValue("quarkus.redis.hosts", String.class)));
        }

        private static String withoutSecrets(String url) {
            return url.replaceAll("//[^/@]*@", "//");
        }
    }
}
