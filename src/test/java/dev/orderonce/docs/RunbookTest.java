package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The runbook has one section for each alert, and no other sections. */
class RunbookTest {
    static final Path RULES = Path.of("docker/prometheus-rules.yml");

    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    static List<String> alerts() throws IOException {
        return ALERT.matcher(Files.readString(RULES))
                .results()
                .map(alert -> alert.group(1))
                .toList();
    }

    @Test
    void everyAlert_hasASection() throws IOException {
        Document runbook = Document.read(Document.DIRECTORY.resolve("runbook.md"));
        assertThat(runbook.headings())
                .filteredOn(heading -> heading.startsWith("OrderOnce"))
                .containsExactlyInAnyOrderElementsOf(alerts());
    }
}
