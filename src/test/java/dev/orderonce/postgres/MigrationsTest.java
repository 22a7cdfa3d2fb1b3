package dev.orderonce.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Migrations only add: during an upgrade the version before reads and writes the newer schema. None is changed once it
 * was merged, comments included: Flyway compares checksums, and a service whose migration differs does not start.
 */
class MigrationsTest {
    private static final Path DIRECTORY = Path.of("src/main/resources/db/migration");

    /** A new migration gets a line when it is merged. */
    private static final Path DIGESTS = Path.of("src/test/resources/db/migrations.sha256");

    /** Changes that break the version before: it still reads the object, or does not know that it has to write it. */
    private static final List<Pattern> TAKES_AWAY = Stream.of(
                    "DROP\\s+(TABLE|COLUMN|INDEX|TYPE|VIEW|SCHEMA)",
                    "RENAME",
                    "ALTER\\s+COLUMN",
                    "TRUNCATE",
                    "DELETE\\s+FROM",
                    // Columns are separated by commas at the end of lines here.
                    "ADD\\s+(COLUMN\\s+)?(?!CONSTRAINT)(?![^\\n;]*(DEFAULT|GENERATED))[^\\n;]*NOT\\s+NULL")
            .map(words -> Pattern.compile("\\b" + words, Pattern.CASE_INSENSITIVE))
            .toList();

    /** A trigger of the same migration, V35, assigns the ids of the version before in its place. */
    private static final String REPLACED = "ALTER TABLE order_events ALTER COLUMN id DROP IDENTITY;";

    static List<Path> migrations() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted(Comparator.comparingInt(MigrationsTest::version))
                    .toList();
        }
    }

    private static int version(Path file) {
        return Integer.parseInt(file.getFileName().toString().replaceAll("V([0-9]+)__.*", "$1"));
    }

    @ParameterizedTest
    @MethodSource("migrations")
    void aMigration_removesNothing(Path file) throws IOException {
        String sql = Files.readString(file).replaceAll("--[^\n]*", "");
        if (version(file) == 35) {
            sql = sql.replace(REPLACED, "");
        }
        String checked = sql;
        assertThat(TAKES_AWAY).noneMatch(words -> words.matcher(checked).find());
    }

    @Test
    void schemaThatReplicasWaitFor_isTheNewestMigration() throws IOException {
        assertThat(Schema.VERSION)
                .isEqualTo(Integer.toString(version(migrations().getLast())));
    }

    @Test
    void migrations_goForwardOneByOne() throws IOException {
        assertThat(migrations())
                .extracting(MigrationsTest::version)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, migrations().size()).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("migrations")
    void aMigration_isAsItWasMerged(Path migration) throws IOException, GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(migration));
        assertThat(Files.readAllLines(DIGESTS))
                .contains(HexFormat.of().formatHex(digest) + ' ' + migration.getFileName());
    }
}
