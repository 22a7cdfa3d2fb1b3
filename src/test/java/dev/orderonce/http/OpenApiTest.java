package dev.orderonce.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The API description that is checked in is the one that is served. */
@QuarkusTest
class OpenApiTest {
    private static final Path CHECKED_IN = Path.of("src/main/openapi/openapi.yaml");

    @Test
    void servedDescription_isTheOneCheckedIn() throws IOException {
        // Given
        Path served = Path.of("target/openapi-served.yaml");
        // When
        Files.writeString(
                served, given().accept("application/yaml").get("/openapi").asString());
        // Then
        assertThat(served)
                .as("the API has changed: if that is meant, copy %s to %s", served, CHECKED_IN)
                .hasSameTextualContentAs(CHECKED_IN);
    }
}
