package dev.orderonce.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entity tags of {@code If-Match} or {@code If-None-Match}.
 *
 * @param isAny whether the header is {@code *}, which every representation matches
 * @param tags none with {@code isAny}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3">RFC 9110, sections 8.8.3 and 13.1</a>
 */
public record EntityTags(boolean isAny, List<Tag> tags) {
    /** What {@code If-Match} means if it is absent. */
    public static final EntityTags ANY = new EntityTags(true, List.of());

    /** An element of the list, which may be empty, up to its comma. */
    private static final Pattern ELEMENT =
            Pattern.compile("[ \\t]*(?:(W/)?\"([!#-~\\u0080-\\u00ff]*)\")?[ \\t]*(?:,|$)");

    /** One entity tag; {@code opaque} is what its quotes enclose. */
    public record Tag(String opaque, boolean isWeak) {}

    /** What the header of a request means. */
    public sealed interface Reading {
        /** There is no such header. */
        record Absent() implements Reading {}

        /** The header is neither {@code *} nor a list of entity tags. */
        record Malformed() implements Reading {}

        record Present(EntityTags tags) implements Reading {}
    }

    /** Reads the values of a header, which are one list. */
    public static Reading read(List<String> values) {
        if (values.isEmpty()) {
            return new Reading.Absent();
        }
        String text = String.join(",", values).strip();
        if (text.equals("*")) {
            return new Reading.Present(ANY);
        }
        List<Tag> tags = new ArrayList<>();
        Matcher element = ELEMENT.matcher(text);
        for (int at = 0; at < text.length(); at = element.end()) {
            if (!element.region(at, text.length()).lookingAt()) {
                return new Reading.Malformed();
            }
            if (element.group(2) != null) {
                tags.add(new Tag(element.group(2), element.group(1) != null));
            }
        }
        return tags.isEmpty() ? new Reading.Malformed() : new Reading.Present(new EntityTags(false, List.copyOf(tags)));
    }

    /** Whether one of the tags is this one by weak comparison, as {@code If-None-Match} compares. */
    public boolean matchWeakly(String opaque) {
        return isAny || tags.stream().anyMatch(tag -> tag.opaque().equals(opaque));
    }

    /** The tags that a strong comparison can match, as {@code If-Match} compares. */
    public List<String> strong() {
        return tags.stream().filter(tag -> !tag.isWeak()).map(Tag::opaque).toList();
    }
}
