package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.DeclaredProblems;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The examples on the pages of problems. */
class ProblemExampleTest {
    private static final DeclaredProblems API = DeclaredProblems.of("src/main/openapi/openapi.yaml");

    @ParameterizedTest
    @EnumSource
    void request_isOfAnOperationThatCanBeRefusedSo(ProblemType type) {
        // Given
        String line = ProblemExample.of(type).request().lines().findFirst().orElseThrow();
        String[] parts = line.split(" ", -1);
        String path = parts[1].replaceFirst("\\?.*", "");
        // Then
        assertThat(API.undeclared(parts[0], path, type.status(), type.uri())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void response_isTheProblem(ProblemType type) {
        // When
        String response = ProblemExample.of(type).response(type);
        // Then
        assertThat(response).startsWith("HTTP/1.1 " + type.status() + "\nContent-Type: application/problem+json");
        JsonObject problem = new JsonObject(response.substring(response.indexOf("\n\n")));
        assertThat(problem.getString("type")).isEqualTo(type.uri());
        assertThat(problem.getString("retry")).isEqualTo(type.retry().text());
        assertThat(problem.getString("detail")).isEqualTo(type.explanation());
    }

    @ParameterizedTest
    @EnumSource
    void buyersText_isASentenceWithoutTheTermsOfTheApi(ProblemType type) {
        assertThat(ProblemExample.of(type).buyer())
                .containsPattern("[.?]”?$")
                .doesNotContainIgnoringCase("idempotency")
                .doesNotContainIgnoringCase("request body");
    }
}
