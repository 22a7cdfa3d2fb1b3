package dev.orderonce;

import dev.orderonce.config.EarlyConfig;
import dev.orderonce.config.ExitCode;
import dev.orderonce.config.RequiredSettings;
import dev.orderonce.embedded.Standalone;
import dev.orderonce.http.RequestTarget;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.DurationConverter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Starts the standalone build: what is not configured starts first and stops last. */
@NullMarked
@QuarkusMain
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

    Main() {}

    public static void main(String... arguments) {
        RequestTarget.readByUs();
        CountDownLatch stopped = new CountDownLatch(1);
        Config given = EarlyConfig.settings();
        // A live reload runs this again in the same process: the settings of the first time are
        // given then.
        if (Standalone.isWanted(given)) {
            bringAlong(given, stopped);
        }
        List<String> missing = RequiredSettings.missing(EarlyConfig.settings());
        if (!missing.isEmpty()) {
            missing.forEach(System.err::println);
            System.exit(ExitCode.BAD_CONFIGURATION);
        }
        Quarkus.run(Announcement.class, (code, failure) -> exit(code, failure, stopped), arguments);
    }

    private static void exit(int code, @Nullable Throwable failure, CountDownLatch stopped) {
        int end = ExitCode.of(code, failure);
        stopped.countDown();
        // Live reload ends and begins the service many times in one process.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            System.exit(end);
        }
    }

    private static void bringAlong(Config given, CountDownLatch stopped) {
        Path data = Path.of(given.getOptionalValue(DATA, String.class).orElse(DEFAULT_DATA));
        try {
            Standalone standalone = Standalone.start(given, data);
            standalone.settings().forEach(System::setProperty);
            if (given.getOptionalValue(LARGE_AMOUNT, String.class).isEmpty()) {
                System.setProperty(LARGE_AMOUNT, ASK_ABOVE);
            }
            Duration within = shutdown(given, "delay", Duration.ZERO)
                    .plus(shutdown(given, "timeout", TIMEOUT))
                    .plus(TO_SPARE);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopLast(standalone, stopped, within), "stores"));
        } catch (IllegalStateException unusable) {
            System.err.println("order-once cannot start: " + unusable.getMessage() + ".");
            System.exit(ExitCode.BAD_CONFIGURATION);
        }
    }

    private static Duration shutdown(Config given, String part, Duration otherwise) {
        return given.getOptionalValue("quarkus.shutdown." + part, String.class)
                .map(DurationConverter::parseDuration)
                .orElse(otherwise);
    }

    private static void stopLast(Standalone standalone, CountDownLatch stopped, Duration within) {
        try {
            if (!stopped.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("the service did not stop in time; stopping its stores all the same");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        standalone.close();
    }

    /** Logs the addresses at the end of the start. */
    public static final class Announcement implements QuarkusApplication {
        private static final Logger LOG = Logger.getLogger(Main.class);

        @Override
        public int run(String... arguments) {
            Config config = ConfigProvider.getConfig();
            String service = "http://localhost:" + config.getValue("quarkus.http.port", String.class);
            LOG.infof("page:            %s/", service);
            LOG.infof("API description: %s/openapi", service);
            LOG.infof(
                    "data:            %s (PostgreSQL %s, Redis %s)",
                    config.getOptionalValue(DATA, String.class).orElse("in the configured stores"),
                    withoutSecrets(config.getValue("database.url", String.class)),
                    withoutSecrets(config.getValue("quarkus.redis.hosts", String.class)));
            Quarkus.waitForExit();
            return 0;
        }

        private static String withoutSecrets(String url) {
            return url.replaceAll("//[^/@]*@", "//");
        }
    }
}
