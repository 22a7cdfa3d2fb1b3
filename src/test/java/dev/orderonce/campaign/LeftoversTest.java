package dev.orderonce.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A campaign that is killed leaves nothing behind that runs; it finds that by {@code /proc}, which Linux has. */
@EnabledOnOs(OS.LINUX)
class LeftoversTest {
    @TempDir
    private Path campaigns;

    @TempDir
    private Path elsewhere;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    /** A program of this name that runs for a minute. */
    private Process start(String name, Path directory) throws IOException {
        Path program = elsewhere.resolve(name);
        if (Files.notExists(program)) {
            Files.copy(Path.of("/bin/sleep").toRealPath(), program, StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.createDirectories(directory);
        Process process = new ProcessBuilder(program.toString(), "60")
                .directory(directory.toFile())
                .start();
        started.add(process);
        return process;
    }

    @Test
    void serverOfAnEarlierCampaign_isEnded() throws Exception {
        // Given
        Process server = start("haproxy", campaigns.resolve("1"));
        Process reader = start("reader", campaigns.resolve("1"));
        Process other = start("haproxy", elsewhere);
        assertThat(server.isAlive()).isTrue();
        // When
        try (Leftovers _ = Leftovers.guard(campaigns)) {
            // Then
            assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(reader.isAlive()).isTrue();
            assertThat(other.isAlive()).isTrue();
        }
    }

    /** Starts a campaign in a process of its own; returns when it guards the directory. */
    private Process startCampaign() throws IOException {
        Process campaign = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Guarding.class.getName(),
                        campaigns.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(campaign);
        assertThat(campaign.inputReader().readLine()).isEqualTo("guarded");
        return campaign;
    }

    @Test
    void serverOfAKilledCampaign_isEnded() throws Exception {
        // Given
        Process campaign = startCampaign();
        Process server = start("postgres", campaigns.resolve("1").resolve("data"));
        assertThat(server.isAlive()).isTrue();
        // When
        campaign.destroyForcibly();
        // Then
        await().atMost(Duration.ofSeconds(20)).until(() -> !server.isAlive());
    }

    @Test
    void secondCampaignInTheDirectory_isRefused() throws Exception {
        // Given
        startCampaign();
        // When, Then
        assertThatThrownBy(() -> Leftovers.guard(campaigns)).isInstanceOf(Leftovers.Busy.class);
    }

    /** A campaign that does nothing. */
    static final class Guarding {
        private Guarding() {}

        public static void main(String... arguments) throws Exception {
            try (Leftovers _ = Leftovers.guard(Path.of(arguments[0]))) {
                System.out.println("guarded");
                Thread.sleep(Duration.ofMinutes(1));
            }
        }
    }
}
