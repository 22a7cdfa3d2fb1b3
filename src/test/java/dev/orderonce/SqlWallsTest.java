package dev.orderonce;

import static java.util.Map.entry;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each table is named only by the code of the package that owns it. A statement that changes the tables of several
 * packages in one transaction is composed of parts, each written by the package that owns its tables.
 */
class SqlWallsTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final Path CODE = Path.of("src/main/java/dev/orderonce");

    private static final Map<String, String> OWNERS = Map.ofEntries(
            entry("orders", "orders"),
            entry("claims", "orders"),
            entry("order_events", "events"),
            entry("outbox", "events"),
            entry("outbox_partitions", "events"),
            entry("payments", "payments"),
            entry("payment_notifications", "payments"),
            entry("refunds", "payments"),
            entry("disputes", "disputes"),
            entry("dispute_messages", "disputes"),
            entry("suspected_duplicates", "duplicates"),
            entry("webhook_endpoints", "webhooks"),
            entry("webhook_deliveries", "webhooks"),
            entry("once_records", "idempotency"));

    private static final Pattern CREATED = Pattern.compile("\\bCREATE TABLE (\\w+)");

    /** As SQL is written here: in capitals, which no comment and no prose is; or as an entity. */
    private static final Pattern NAMED =
            Pattern.compile("(?:\\b(?:FROM|JOIN|INTO|UPDATE|USING)\\s+|@Table\\(name = \")(\\w+)");

    /** The class after its annotations. */
    private static final Pattern ENTITY = Pattern.compile("@Entity\\b[^{]*?\\bclass (\\w+)");

    private static final Pattern ENTITY_NAME = Pattern.compile("\\b(\\w+Entity)\\b");

    @Test
    void everyTable_hasAnOwner() {
        assertThat(matches(MIGRATIONS, CREATED)).isEqualTo(OWNERS.keySet());
    }

    @Test
    void everyTable_isNamedByItsOwnerAlone() throws IOException {
        // When
        Map<String, Set<String>> named = new TreeMap<>();
        try (Stream<Path> packages = Files.list(CODE)) {
            packages.filter(Files::isDirectory).forEach(directory -> {
                Set<String> tables = matches(directory, NAMED);
                tables.retainAll(OWNERS.keySet());
                tables.forEach(table -> named.computeIfAbsent(table, first -> new TreeSet<>())
                        .add(directory.getFileName().toString()));
            });
        }
        // Then
        assertThat(named)
                .isEqualTo(OWNERS.entrySet().stream()
                        .collect(toMap(Map.Entry::getKey, owner -> Set.of(owner.getValue()))));
    }

    /** An entity is a table too: HQL names it by its class, in a text that the compiler does not read. */
    @Test
    void everyEntity_isNamedByTheOwnerOfItsTableAlone() throws IOException {
        // When
        Map<String, Set<String>> declared = new TreeMap<>();
        Map<String, Set<String>> named = new TreeMap<>();
        try (Stream<Path> packages = Files.list(CODE)) {
            packages.filter(Files::isDirectory).forEach(directory -> {
                String name = directory.getFileName().toString();
                matches(directory, ENTITY).forEach(entity -> declared.put(entity, Set.of(name)));
                matches(directory, ENTITY_NAME)
                        .forEach(entity -> named.computeIfAbsent(entity, _ -> new TreeSet<>())
                                .add(name));
            });
        }
        // Then
        named.keySet().retainAll(declared.keySet());
        assertThat(declared).hasSizeGreaterThan(5);
        assertThat(named).isEqualTo(declared);
    }

    private static Set<String> matches(Path directory, Pattern pattern) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .flatMap(file -> pattern.matcher(read(file)).results().map(SqlWallsTest::name))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String name(MatchResult found) {
        return found.group(1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
