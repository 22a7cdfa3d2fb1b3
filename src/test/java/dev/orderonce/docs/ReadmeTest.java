package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README is short, and links to all other documents. */
class ReadmeTest {
    private static final int MOST_LINES = 230;

    private final Document readme = Document.read(Document.README);

    @Test
    void length_isBounded() {
        assertThat(readme.source().lines().count()).isLessThanOrEqualTo(MOST_LINES);
    }

    @Test
    void everyDocument_isLinked() {
        assertThat(readme.links())
                .containsAll(Document.all().stream()
                        .map(Document::path)
                        .filter(path -> !path.equals(Document.README))
                        .map(Path::toString)
                        .toList());
    }
}
