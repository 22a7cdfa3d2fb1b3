package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guarantees of all problem types. */
class ProblemTypeTest {
    /** The published types and their advice. A new type needs a row here; no row is ever changed or deleted. */
    private static final String CONTRACT = """
            number-missing            after-change
            number-and-key            after-change
            key-missing               after-change
            key-unusable              after-change
            key-collides              new-key
            key-voided                new-key
            key-already-used          never
            key-in-flight             same-request
            number-unknown            new-number
            number-not-found          new-number
            number-expired            new-number
            number-voided             new-number
            number-forgotten          new-number
            number-already-placed     never
            order-differs             never
            checkout-completed        never
            checkout-differs          after-change
            reference-taken           after-change
            limit-reached             same-request
            large-amount              after-change
            lookalike                 after-change
            suspicion-not-found       never
            suspicion-decided         never
            dispute-not-found         never
            dispute-open              never
            dispute-not-open          never
            dispute-decided           never
            message-differs           never
            record-differs            never
            record-exists             never
            request-differs           never
            claim-held                same-request
            claim-lost                never
            result-exists             never
            record-not-found          never
            webhook-not-found         never
            webhook-exists            never
            webhooks-full             after-change
            move-not-open             never
            order-changed             after-change
            order-on-hold             never
            order-busy                same-request
            payment-differs           never
            refund-too-large          after-change
            refund-differs            never
            notification-refused      never
            order-not-found           never
            guest-claimed             never
            body-unreadable           after-change
            body-invalid              after-change
            body-too-large            after-change
            parameter-invalid         after-change
            prefetch-refused          after-change
            own-case                  never
            path-refused              never
            target-too-long           never
            headers-too-large         after-change
            host-refused              never
            not-signed-in             after-change
            not-allowed               never
            not-found                 never
            method-not-allowed        never
            not-acceptable            after-change
            media-type-not-supported  after-change
            request-refused           never
            store-unavailable         same-request
            overloaded                same-request
            internal-error            same-request
            """;

    @Test
    void everyType_carriesTheAdviceOfTheContract() {
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemTypeTest::line))
                .containsExactlyInAnyOrderElementsOf(
                        CONTRACT.lines().map(line -> line.replaceAll(" +", " ")).toList());
    }

    private static String line(ProblemType type) {
        return type.slug() + " " + type.retry().text();
    }

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

    /** 410 is final: the old number or key is voided, so that the new one cannot make a second order. */
    @Test
    void gone_advisesANewNumberOrKey() {
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == 410)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.retry()).isIn(Retry.NEW_NUMBER, Retry.NEW_KEY));
    }

    /** The outcome is unknown: only the identical request is safe. */
    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void unknownOutcome_advisesTheSameRequest(int status) {
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == status)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.retry()).isEqualTo(Retry.SAME_REQUEST));
    }

    @Test
    void everyFaultOfTheService_isAStatusThatIsCheckedHere() {
        assertThat(ProblemType.values())
                .extracting(ProblemType::status)
                .filteredOn(status -> status >= 500)
                .containsOnly(500, 503);
    }

    /** An existing order is reported, not replaced. */
    @Test
    void anOrderExists_isNeverAnsweredWithANewNumberOrKey() {
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == 409 || type.status() == 422)
                .isNotEmpty()
                .noneMatch(type -> type.retry() == Retry.NEW_NUMBER || type.retry() == Retry.NEW_KEY);
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

    /** The pages show these texts unchanged. */
    @ParameterizedTest
    @EnumSource
    void texts_needNoEscapingInHtml(ProblemType type) {
        assertThat(type.title() + type.explanation()).doesNotContainPattern("[<>&]");
    }

    @Test
    void retry_isWrittenAsThePagesReadIt() {
        assertThat(Arrays.stream(Retry.values()).map(Retry::text))
                .containsExactlyInAnyOrder("same-request", "after-change", "new-number", "new-key", "never");
    }

    /** The pages show the advice unchanged. */
    @ParameterizedTest
    @EnumSource
    void advice_isASentenceThatNeedsNoEscapingInHtml(Retry retry) {
        assertThat(retry.advice()).endsWith(".").doesNotContain("  ").doesNotContainPattern("[<>&]");
    }

    /** Titles are short noun phrases. */
    @ParameterizedTest
    @EnumSource
    void title_isShort(ProblemType type) {
        assertThat(type.title()).hasSizeLessThanOrEqualTo(60).doesNotEndWith("?");
    }
}
