package dev.orderonce.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file as GitHub reads it: its links, anchors, code spans and tables.
 *
 * @param path below the project's directory
 * @param source all of it
 * @param prose the source without fenced blocks
 */
record Document(Path path, String source, String prose) {
    static final Path README = Path.of("README.md");

    static final Path DIRECTORY = Path.of("src/docs");

    private static final Pattern FENCE = Pattern.compile("^ *```.*?^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+)$", Pattern.MULTILINE);

    /** Within one paragraph. */
    private static final Pattern CODE = Pattern.compile("`((?:[^`\\n]|\\n(?!\\n))+)`");

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");

    private static final Pattern SPACE = Pattern.compile("\\s+");

    /** Between two cells; a bar that belongs to a cell has a backslash before it. */
    private static final Pattern BAR = Pattern.compile("(?<!\\\\)\\|");

    static Document read(Path path) {
        try {
            String source = Files.readString(path);
            return new Document(path, source, FENCE.matcher(source).replaceAll(""));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** README and everything in {@link #DIRECTORY}. */
    static List<Document> all() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return Stream.concat(
                            Stream.of(README),
                            files.filter(file -> file.toString().endsWith(".md"))
                                    .sorted())
                    .map(Document::read)
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    List<String> headings() {
        return HEADING.matcher(prose).results().map(heading -> heading.group(1)).toList();
    }

    /**
     * The anchor of a heading: lower case, hyphens for spaces, no punctuation; the second of the same name has
     * {@code -1}.
     */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String heading : headings()) {
            String anchor = heading.replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}\\p{M} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + '-' + before);
        }
        return anchors;
    }

    /** The targets of links and pictures. */
    List<String> links() {
        return LINK.matcher(prose).results().map(link -> link.group(1)).toList();
    }

    /** The words of all code spans. */
    List<String> codeWords() {
        return CODE.matcher(prose)
                .results()
                .flatMap(code -> SPACE.splitAsStream(code.group(1)))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The cells of each row of the tables whose first column has this name, without their headers. */
    List<List<String>> rows(String firstColumn) {
        List<List<String>> rows = new ArrayList<>();
        boolean isMeant = false;
        boolean isTable = false;
        for (String line : prose.lines().toList()) {
            if (!line.startsWith("|")) {
                isTable = false;
                continue;
            }
            List<String> cells = cells(line);
            if (!isTable) {
                isTable = true;
                isMeant = cells.getFirst().equals(firstColumn);
            } else if (isMeant && !line.startsWith("|---")) {
                rows.add(cells);
            }
        }
        return rows;
    }

    private static List<String> cells(String line) {
        String inner = line.strip();
        inner = inner.substring(1, inner.endsWith("|") ? inner.length() - 1 : inner.length());
        return BAR.splitAsStream(inner).map(String::strip).toList();
    }

    /** The words of the code spans in one cell. */
    static List<String> code(String cell) {
        return CODE.matcher(cell)
                .results()
                .map((MatchResult code) -> code.group(1))
                .toList();
    }
}
