package dev.orderonce.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** The promises that every refusal keeps, over all of them. */
class ProblemTypeTest {

    @Test
    void slugs_areUnique() {
        assertThat(ProblemType.values()).extracting(ProblemType::slug).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void slug_isKebabCaseAndTheEndOfItsAddress(ProblemType type) {
        assertThat(type.slug()).matches("[a-z]+(-[a-z]+)*");
        assertThat(type.uri()).isEqualTo("/problems/" + type.slug());
    }

    @ParameterizedTest
    @EnumSource
    void slug_findsItsProblem(ProblemType type) {
        assertThat(ProblemType.ofSlug(type.slug())).contains(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "number", "number_expired", "NUMBER_EXPIRED", "number-expired/"})
    void anotherSlug_findsNothing(String slug) {
        assertThat(ProblemType.ofSlug(slug)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void status_isThatOfARefusal(ProblemType type) {
        assertThat(type.status()).isBetween(400, 599);
    }

    /** Gone is gone: the old number is spent, so that the new one cannot make a second order. */
    @Test
    void gone_asksForANewNumber() {
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == 410)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.retry()).isEqualTo(Retry.NEW_NUMBER));
    }

    /** Nothing is known: only a repeat under the same number is safe. */
    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void noAnswer_asksForTheSameNumber(int status) {
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == status)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.retry()).isEqualTo(Retry.SAME_NUMBER));
    }

    @Test
    void everyFaultOfTheService_isAStatusThatIsCheckedHere() {
        assertThat(ProblemType.values())
                .extracting(ProblemType::status)
                .filteredOn(status -> status >= 500)
                .containsOnly(500, 503);
    }

    /** A standing order is told, not replaced. */
    @Test
    void anOrderStands_isNeverAnsweredWithANewNumber() {
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == 409 || type.status() == 422)
                .isNotEmpty()
                .noneMatch(type -> type.retry() == Retry.NEW_NUMBER);
    }

    @ParameterizedTest
    @EnumSource
    void texts_areSentencesForPeople(ProblemType type) {
        assertThat(type.title()).isNotBlank().doesNotEndWith(".");
        assertThat(type.explanation()).endsWith(".").doesNotContain("  ");
    }

    @ParameterizedTest
    @EnumSource
    void texts_nameNoClassAndNoStore(ProblemType type) {
        assertThat(type.title() + " " + type.explanation())
                .doesNotContainPattern("[A-Z][a-z]+[A-Z]") // CamelCase
                .doesNotContainPattern("[a-z]{2,}\\.[a-zA-Z]{2,}") // a.package.Name
                .doesNotContainIgnoringCase("exception")
                .doesNotContainIgnoringCase("sql")
                .doesNotContainIgnoringCase("redis");
    }

    /** The pages show these texts as they are. */
    @ParameterizedTest
    @EnumSource
    void texts_needNoEscapingInHtml(ProblemType type) {
        assertThat(type.title() + type.explanation()).doesNotContainPattern("[<>&]");
    }

    @Test
    void retry_isWrittenAsThePagesReadIt() {
        assertThat(Arrays.stream(Retry.values()).map(Retry::text))
                .containsExactlyInAnyOrder("same-number", "new-number", "never");
    }
}
