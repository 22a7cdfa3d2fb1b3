package dev.orderonce.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The query of a list, and how its rows become a page. */
class KeysetQueryTest {
    @Test
    void conditionsAndCursor_areNumberedInTheirOrder() {
        // When
        KeysetQuery query = KeysetQuery.descending("at", "id")
                .where("buyer = ? and state <> 'VOIDED'", "alice")
                .wherePresent("total >= ?", Optional.empty())
                .wherePresent("total <= ?", Optional.of(5L))
                .after("t", "i")
                .upTo("u", "j");
        // Then
        assertThat(query.hql())
                .isEqualTo("buyer = ?1 and state <> 'VOIDED' and total <= ?2 and (at, id) < (?3, ?4)"
                        + " and (at, id) >= (?5, ?6) order by at desc, id desc");
        assertThat(query.parameters()).containsExactly("alice", 5L, "t", "i", "u", "j");
    }

    @Test
    void ascendingList_continuesUpwards() {
        assertThat(KeysetQuery.ascending("id").after(7).upTo(9).hql())
                .isEqualTo("(id) > (?1) and (id) <= (?2) order by id asc");
        assertThat(KeysetQuery.ascending("id").hql()).isEqualTo("order by id asc");
    }

    /** One row more than the limit shows that there is another page. */
    @ParameterizedTest
    @CsvSource({"0, 3, 0, ", "2, 3, 2, ", "3, 3, 3, ", "4, 3, 3, 3"})
    void page_hasACursorIfThereAreMoreRows(int read, int limit, int size, Integer after) {
        // Given
        List<Integer> rows = IntStream.rangeClosed(1, read).boxed().toList();
        // When
        KeysetPage<String, Integer> page =
                KeysetPage.cut(rows, limit, row -> row).map(String::valueOf);
        // Then
        assertThat(page.rows()).hasSize(size);
        assertThat(page.after()).isEqualTo(Optional.ofNullable(after));
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, true", "100, true", "101, false", "-1, false"})
    void pageSize_isFrom1To100(int limit, boolean isAccepted) {
        assertThat(KeysetPage.refusal(limit).isEmpty()).isEqualTo(isAccepted);
    }
}
