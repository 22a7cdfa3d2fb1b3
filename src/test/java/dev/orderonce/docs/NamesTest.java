package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classes, tests, packages, files and schemas that the documentation names in code spans exist. */
class NamesTest {
    private static final Path ROOT = Path.of("");

    /** The files of a checkout, without those that a build writes. */
    private static final List<Path> PLACES =
            List.of(Path.of("src"), Path.of("docker"), Path.of(".mvn"), Path.of(".ci"));

    /** Names of the web platform, libraries and HTTP, and placeholders for any class of a kind. */
    private static final Set<String> FOREIGN = Set.of(
            "ChainAuthHandler",
            "DeferredResult",
            "EventSource",
            "JsonIdentityInfo",
            "RateLimit",
            "ResponseEntity",
            "StreamingResponseBody",
            "VerbNoun",
            "XxxReader",
            "XxxResource",
            "XxxStore");

    /** Log categories that are no package. */
    private static final Set<String> LOG_CATEGORIES = Set.of("dev.orderonce.outcomes");

    /** Files in the working directory of the service, or written by a build. */
    private static final Set<String> ELSEWHERE = Set.of("bom.json", "LICENSE");

    /** Camel case with at least two words: a single word may be anything. */
    private static final Pattern CLASS = Pattern.compile("@?([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:\\.\\w+)?");

    private static final Pattern CLASS_IN_PACKAGE = Pattern.compile("[a-z]+/[A-Z*]\\w*");

    private static final Pattern ANY_CLASS = Pattern.compile("\\*[A-Z]\\w+");

    private static final Pattern TEST_FOLDER = Pattern.compile("([a-z]+)/");

    private static final Pattern FILE_IN_REPOSITORY = Pattern.compile("(?:src|docker|\\.mvn|\\.ci)(?:/[\\w.*-]+)*/?");

    private static final Pattern FILE =
            Pattern.compile("[\\w-][\\w.-]*\\.(?:cfg|java|js|json|md|mjs|options|properties|sh|sql|svg|ts|xml|ya?ml)");

    private static final Pattern PACKAGE = Pattern.compile("dev\\.orderonce(?:\\.[a-z]+)+");

    /** A component of the API description. */
    private static final Pattern SCHEMA = Pattern.compile("(?m)^    ([A-Z]\\w+):$");

    /** On a command line, in blocks too. */
    private static final Pattern SELECTED_TEST = Pattern.compile("-D(?:it\\.)?test=(\\w+)");

    private static Set<String> files = Set.of();

    private static Set<String> classes = Set.of();

    private static Set<String> schemas = Set.of();

    static List<Document> documents() {
        return Document.all();
    }

    @BeforeAll
    static void readRepository() throws IOException {
        Set<String> found = new HashSet<>();
        try (Stream<Path> top = Files.list(ROOT)) {
            top.filter(Files::isRegularFile).map(NamesTest::name).forEach(found::add);
        }
        for (Path place : PLACES) {
            try (Stream<Path> below = Files.walk(place)) {
                below.map(NamesTest::name).forEach(found::add);
            }
        }
        files = found;
        classes = found.stream()
                .filter(file -> file.endsWith(".java"))
                .map(file -> file.substring(file.lastIndexOf('/') + 1, file.length() - 5))
                .collect(Collectors.toSet());
        String api = Files.readString(Path.of("src/main/openapi/openapi.yaml"));
        schemas = SCHEMA.matcher(api).results().map(schema -> schema.group(1)).collect(Collectors.toSet());
    }

    private static String name(Path file) {
        return file.toString().replace('\\', '/');
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyClassTestPackageAndFile_isThere(Document document) throws IOException {
        Set<String> alerts = new HashSet<>(RunbookTest.alerts());
        Set<String> missing = new TreeSet<>();
        for (String word : document.codeWords()) {
            if (!alerts.contains(word) && !isThere(word)) {
                missing.add(word);
            }
        }
        SELECTED_TEST
                .matcher(document.source())
                .results()
                .map(test -> test.group(1))
                .filter(test -> !classes.contains(test))
                .forEach(missing::add);
        assertThat(missing).as("named in %s", document.path()).isEmpty();
    }

    /** Whether a word names something that exists, or is no name of such a kind. */
    private static boolean isThere(String word) {
        if (CLASS_IN_PACKAGE.matcher(word).matches()) {
            return isFile("src/*/java/dev/orderonce/" + word + ".java");
        }
        if (ANY_CLASS.matcher(word).matches()) {
            return isFile("src/**/" + word + ".java");
        }
        if (TEST_FOLDER.matcher(word).matches()) {
            return files.contains("src/test/java/dev/orderonce/" + withoutSlash(word));
        }
        if (FILE_IN_REPOSITORY.matcher(word).matches()) {
            return isFile(withoutSlash(word));
        }
        if (FILE.matcher(word).matches()) {
            return ELSEWHERE.contains(word) || files.contains(word) || isFile("**/" + word);
        }
        if (PACKAGE.matcher(word).matches()) {
            return LOG_CATEGORIES.contains(word) || isFile("src/*/java/" + word.replace('.', '/'));
        }
        var named = CLASS.matcher(word);
        return !named.matches()
                || FOREIGN.contains(named.group(1))
                || classes.contains(named.group(1))
                || schemas.contains(named.group(1));
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static boolean isFile(String pattern) {
        if (!pattern.contains("*")) {
            return files.contains(pattern);
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        return files.stream().anyMatch(file -> matcher.matches(Path.of(file)));
    }

    @Test
    void everyPackage_isInTheTableOfPackages() throws IOException {
        Set<String> packages = new TreeSet<>();
        for (String sources : List.of("main", "standalone")) {
            try (Stream<Path> below = Files.list(Path.of("src", sources, "java", "dev", "orderonce"))) {
                below.filter(Files::isDirectory)
                        .map(folder -> folder.getFileName().toString())
                        .forEach(packages::add);
            }
        }
        assertThat(Document.read(Document.DIRECTORY.resolve("architecture.md")).rows("package"))
                .flatExtracting(cells -> Document.code(cells.getFirst()))
                .containsExactlyInAnyOrderElementsOf(packages);
    }
}
