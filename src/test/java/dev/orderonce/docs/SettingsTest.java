package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.config.RequiredSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting is documented with its default, and every documented setting exists. */
class SettingsTest {
    private static final Path SOURCES = Path.of("src/main/java");

    /** Settings read before the container starts, or by the names of the jobs, so no interface has them. */
    private static final Map<String, String> OTHERS =
            Map.of("standalone.data", "`.order-once`", "jobs.interval.<key>", "none");

    private static final String REQUIRED = "**R**";

    /** Marks a setting without a default value: it is optional, and the table describes what happens without it. */
    private static final String NONE = "none";

    private static final Pattern MAPPING = Pattern.compile("^@ConfigMapping\\b", Pattern.MULTILINE);

    private static final Pattern KEY = Pattern.compile("<[a-z]+>");

    private static final Pattern VALUE = Pattern.compile("`[^`]*`");

    @Test
    void tables_haveEverySettingWithItsDefault() throws Exception {
        // When
        Map<String, String> documented = new TreeMap<>();
        for (List<String> cells :
                Document.read(Document.DIRECTORY.resolve("configuration.md")).rows("setting")) {
            String name = Document.code(cells.getFirst()).getFirst();
            assertThat(documented.put(withAnyKey(name), shown(cells.get(1))))
                    .as("%s is documented twice", name)
                    .isNull();
        }
        // Then
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(settings());
    }

    static List<Document> documents() {
        return Document.all();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everySettingThatIsNamed_exists(Document document) throws Exception {
        Set<String> settings = settings().keySet();
        Pattern name = Pattern.compile(settings.stream()
                // The framework has more settings than are required here.
                .filter(setting -> !setting.startsWith("quarkus."))
                .map(setting -> setting.substring(0, setting.indexOf('.')))
                .distinct()
                .collect(Collectors.joining("|", "((?:", ")\\.[A-Za-z<>*.-]+)=?.*")));
        Set<String> unknown = new TreeSet<>();
        for (String word : document.codeWords()) {
            var named = name.matcher(word);
            if (named.matches() && !exists(named.group(1), settings)) {
                unknown.add(word);
            }
        }
        assertThat(unknown).as("settings named in %s", document.path()).isEmpty();
    }

    private static boolean exists(String name, Set<String> settings) {
        if (name.endsWith("*")) {
            String prefix = name.substring(0, name.length() - 1);
            return settings.stream().anyMatch(setting -> setting.startsWith(prefix));
        }
        return settings.contains(withAnyKey(name))
                || settings.contains(name.substring(0, name.lastIndexOf('.')) + ".<key>");
    }

    private static String withAnyKey(String name) {
        return KEY.matcher(name).replaceFirst("<key>");
    }

    private static String shown(String cell) {
        return cell.equals(REQUIRED) || VALUE.matcher(cell).matches() ? cell : NONE;
    }

    /** Each setting with its default as the table shows it. */
    private static Map<String, String> settings() throws IOException, ClassNotFoundException {
        Map<String, String> settings = new TreeMap<>(OTHERS);
        for (Class<?> mapping : mappings()) {
            add(mapping, mapping.getAnnotation(ConfigMapping.class).prefix(), settings);
        }
        Arrays.stream(RequiredSettings.values()).forEach(required -> settings.put(required.property(), REQUIRED));
        return settings;
    }

    private static List<Class<?>> mappings() throws IOException, ClassNotFoundException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Class<?>> mappings = new ArrayList<>();
            for (Path source :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                if (MAPPING.matcher(Files.readString(source)).find()) {
                    mappings.add(Class.forName(className(source)));
                }
            }
            return mappings;
        }
    }

    private static String className(Path source) {
        String file = SOURCES.relativize(source).toString();
        return file.substring(0, file.length() - ".java".length())
                .replace('/', '.')
                .replace('\\', '.');
    }

    private static void add(Class<?> mapping, String prefix, Map<String, String> settings) {
        for (Method method : mapping.getDeclaredMethods()) {
            if (!Modifier.isAbstract(method.getModifiers())) {
                continue;
            }
            String name = prefix + '.' + name(method);
            WithDefault byDefault = method.getAnnotation(WithDefault.class);
            if (Map.class.isAssignableFrom(method.getReturnType())) {
                settings.put(name + ".<key>", NONE);
            } else {
                settings.put(name, byDefault == null ? NONE : '`' + byDefault.value() + '`');
            }
        }
    }

    private static String name(Method method) {
        WithName given = method.getAnnotation(WithName.class);
        return given == null ? method.getName().replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT) : given.value();
    }
}
