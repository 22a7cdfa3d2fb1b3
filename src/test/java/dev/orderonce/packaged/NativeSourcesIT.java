package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.junit.jupiter.api.Test;

/**
 * The sources of a native executable list everything that is looked up by name at run time: JSON types, migrations, Lua
 * scripts and static files.
 */
class NativeSourcesIT {
    private static final Path SOURCES = Path.of("target", "native", "native-sources");
    private static final String CONFIGURATION = "META-INF/native-image/";

    private static String entry(String name) {
        try (Stream<Path> files = Files.list(SOURCES)) {
            Path jar = files.filter(path -> path.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow();
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                return new String(
                        zip.getInputStream(zip.getEntry(CONFIGURATION + name)).readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Set<String> reflective() {
        Set<String> names = new HashSet<>();
        new JsonArray(entry("reflect-config.json")).forEach(type -> names.add(((JsonObject) type).getString("name")));
        return names;
    }

    private static List<Pattern> resources() {
        List<Pattern> patterns = new ArrayList<>();
        new JsonObject(entry("resource-config.json"))
                .getJsonObject("resources")
                .getJsonArray("includes")
                .forEach(include -> patterns.add(Pattern.compile(((JsonObject) include).getString("pattern"))));
        return patterns;
    }

    /** Every record that is described as JSON, and every type of ours in it. */
    private static Set<String> onTheWire() {
        JavaClasses all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.orderonce");
        Deque<JavaClass> open = new ArrayDeque<>();
        all.stream()
                .filter(type -> type.isRecord() && isOnTheWire(type))
                .filter(type -> !type.getName().contains(".DemoSignInResource$"))
                .forEach(open::add);
        Set<String> found = new TreeSet<>();
        while (!open.isEmpty()) {
            JavaClass type = open.pop();
            if (found.add(type.getName())) {
                type.getFields().stream()
                        .flatMap(field -> field.getType().getAllInvolvedRawTypes().stream())
                        .filter(part -> part.getPackageName().startsWith("dev.orderonce"))
                        .filter(part -> part.isRecord() || part.isEnum())
                        .forEach(open::push);
            }
        }
        return found;
    }

    private static boolean isOnTheWire(JavaClass type) {
        return type.isAnnotatedWith(Schema.class)
                || type.getFields().stream().anyMatch(field -> field.isAnnotatedWith(Schema.class))
                || type.getSimpleName().endsWith("View")
                || type.getSimpleName().endsWith("Submission");
    }

    @Test
    void whatGoesOverTheWire_isListed() {
        // Given
        Set<String> wanted = onTheWire();
        // Then
        assertThat(wanted).hasSizeGreaterThan(30).anyMatch(name -> name.endsWith(".OrderView"));
        assertThat(reflective()).containsAll(wanted);
    }

    @Test
    void everyRefusalThatIsWrittenAsJson_isListed() {
        // The rest of a problem is texts, numbers and lists of them.
        assertThat(reflective()).contains("dev.orderonce.http.Violation", "dev.orderonce.orders.Difference");
    }

    /** Caffeine finds it by a name that it makes of the options. */
    @Test
    void cacheOfTokens_isListed() {
        assertThat(reflective()).contains("com.github.benmanes.caffeine.cache.SSMWW");
    }

    @Test
    void everyMigrationScriptAndServedFile_isListed() throws IOException {
        // Given
        List<Pattern> patterns = resources();
        List<String> wanted = new ArrayList<>();
        Path root = Path.of("src", "main", "resources");
        for (String directory : List.of("db/migration", "META-INF/resources", "redis")) {
            try (Stream<Path> files = Files.walk(root.resolve(directory))) {
                files.filter(Files::isRegularFile)
                        .map(file -> root.relativize(file).toString())
                        .forEach(wanted::add);
            }
        }
        // Then
        assertThat(wanted).hasSizeGreaterThan(8);
        assertThat(wanted)
                .allSatisfy(file -> assertThat(patterns)
                        .as(file)
                        .anyMatch(pattern -> pattern.matcher(file).matches()));
    }

    @Test
    void options_areThoseOfAnExecutableThatStartsAnywhere() throws IOException {
        assertThat(Files.readString(SOURCES.resolve("native-image.args")).split("\\s+"))
                .contains("-march=compatibility", "-H:IncludeLocales=en", "--no-fallback")
                .noneMatch(option -> option.startsWith("--future-defaults"));
    }

    @Test
    void theStandaloneBuild_isNotInIt() {
        assertThat(reflective())
                .noneMatch(name -> name.startsWith("dev.orderonce.embedded."))
                .noneMatch(name -> name.contains("DemoSignIn"));
    }
}
