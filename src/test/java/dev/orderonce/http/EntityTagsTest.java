package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.http.EntityTags.Reading;
import dev.orderonce.http.EntityTags.Tag;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {
    private static EntityTags present(String... values) {
        return ((Reading.Present) EntityTags.read(List.of(values))).tags();
    }

    @Test
    void absent_isNoCondition() {
        assertThat(EntityTags.read(List.of())).isEqualTo(new Reading.Absent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                "3",
                "\"3",
                "3\"",
                "\"3\"4",
                "\"3\" \"4\"",
                "w/\"3\"",
                "W/3",
                "\"a b\"",
                "*, \"3\"",
                "**"
            })
    void neitherAListNorAStar_isMalformed(String value) {
        assertThat(EntityTags.read(List.of(value))).isEqualTo(new Reading.Malformed());
    }

    @Test
    void list_mayHaveSeveralHeadersEmptyElementsAndCommasInTags() {
        assertThat(present("\"3\", W/\"4\"", ",\t\"5,6\" ,,", "\"\"").tags())
                .containsExactly(new Tag("3", false), new Tag("4", true), new Tag("5,6", false), new Tag("", false));
    }

    @Test
    void weakTag_matchesWeaklyAlone() {
        // Given
        EntityTags tags = present("W/\"3\", \"4\"");
        // Then
        assertThat(tags.matchWeakly("3")).isTrue();
        assertThat(tags.matchWeakly("4")).isTrue();
        assertThat(tags.matchWeakly("5")).isFalse();
        assertThat(tags.strong()).containsExactly("4");
    }

    @Test
    void star_matchesEveryTag() {
        // Given
        EntityTags tags = present(" * ");
        // Then
        assertThat(tags.isAny()).isTrue();
        assertThat(tags.matchWeakly("3")).isTrue();
    }
}
