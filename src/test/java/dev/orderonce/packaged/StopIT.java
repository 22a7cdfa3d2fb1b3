package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A replica that is stopped says first that it is leaving, goes on with what it is asked until the
 * proxy has heard of it, and leaves nobody hanging.
 */
class StopIT {
    /** The time that the framework waits for requests that do not end by themselves. */
    private static final Duration CUT_AFTER = Duration.ofMinutes(2);

    @TempDir Path directory;

    @Test
    void stop_goesOnUntilTheProxyHasHeardOfItAndEndsStreamsByItself() {
        // Given
        try (Service service =
                Service.launch(
                                Service.STANDALONE,
                                directory,
                                Map.of(
                                        "QUARKUS_SHUTDOWN_DELAY",
                                        "10S",
                                        "QUARKUS_SHUTDOWN_TIMEOUT",
                                        CUT_AFTER.toSeconds() + "S"))
                        .ready()) {
            String token = service.signIn("alice");
            CompletableFuture<List<String>> before = service.listen(token);
            // When
            service.process().destroy();
            await().until(() -> readiness(service) == 503);
            // Then
            assertThat(service.place(token, service.newNumber(token)).statusCode()).isEqualTo(201);
            CompletableFuture<List<String>> meanwhile = service.listen(token);
            assertThat(before.isDone()).as("cut off before the proxy knew").isFalse();
            assertThat(before).succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(meanwhile).succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(
                            service.process()
                                    .onExit()
                                    .orTimeout(CUT_AFTER.toSeconds(), TimeUnit.SECONDS))
                    .succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(service.log()).doesNotContain("\"level\":\"ERROR\"");
        }
    }

    private static int readiness(Service service) {
        return service.send("GET", "/q/health/ready", Optional.empty(), "").statusCode();
    }
}
