package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every relative link of the documentation has an existing target. */
class LinksTest {
    static List<Document> documents() {
        return Document.all();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyRelativeLink_resolves(Document document) {
        List<String> broken = new ArrayList<>();
        for (String link : document.links()) {
            if (!link.contains("://") && !resolves(document, link)) {
                broken.add(link);
            }
        }
        assertThat(broken).as("links of %s", document.path()).isEmpty();
    }

    private static boolean resolves(Document document, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path folder = Objects.requireNonNullElse(document.path().getParent(), Path.of(""));
        Path target = file.isEmpty() ? document.path() : folder.resolve(file).normalize();
        if (target.startsWith("..") || !Files.exists(target)) {
            return false;
        }
        return hash < 0 || Document.read(target).anchors().contains(link.substring(hash + 1));
    }
}
