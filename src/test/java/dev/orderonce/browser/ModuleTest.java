package dev.orderonce.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs the tests of the browser module in Node's own runner; they need Node 20. */
class ModuleTest {
    private static final int MINUTES = 3;

    @Test
    void theModulesOwnTests_pass() throws IOException, InterruptedException {
        // Given
        boolean hasNode = run("node", "--version").isDone();
        if (!hasNode) {
            System.out.println("ModuleTest: there is no node here, so src/test/js is NOT tested");
        }
        assumeTrue(hasNode);
        // When
        Ran ran = run("node", "--test", "src/test/js");
        // Then
        assertThat(ran.isDone()).as(ran.said()).isTrue();
        assertThat(ran.said()).contains("# fail 0");
        System.out.println("ModuleTest: "
                + ran.said().lines().filter(line -> line.startsWith("# pass")).toList());
    }

    private record Ran(boolean isDone, String said) {}

    private static Ran run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
        } catch (IOException absent) {
            return new Ran(false, String.valueOf(absent.getMessage()));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        return new Ran(ended && process.exitValue() == 0, said);
    }
}
