package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.File;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the API description: one for each response, each of the form that the description promises. */
class ApiExamplesTest {
    private static final String DESCRIPTION = "src/main/openapi/openapi.yaml";
    private static final JsonNode API = read();
    private static final OpenApiInteractionValidator VALIDATOR =
            OpenApiInteractionValidator.createFor(DESCRIPTION).build();

    /** A response of an operation in one media type. */
    private record Described(String path, String method, int status, String mediaType, JsonNode media) {
        @Override
        public String toString() {
            return method + ' ' + path + ' ' + status + ' ' + mediaType;
        }
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper(new YAMLFactory()).readTree(new File(DESCRIPTION));
        } catch (IOException failure) {
            throw new ExceptionInInitializerError(failure);
        }
    }

    static Stream<Described> responses() {
        return API.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .flatMap(operation -> responses(path.getKey(), operation)));
    }

    private static Stream<Described> responses(String path, Map.Entry<String, JsonNode> operation) {
        return operation.getValue().path("responses").properties().stream()
                .flatMap(response -> resolve(response.getValue()).path("content").properties().stream()
                        .map(media -> new Described(
                                path,
                                operation.getKey().toUpperCase(Locale.ROOT),
                                Integer.parseInt(response.getKey()),
                                media.getKey(),
                                media.getValue())));
    }

    private static JsonNode resolve(JsonNode node) {
        String reference = node.path("$ref").asText();
        return reference.isEmpty() ? node : API.at(reference.substring(1));
    }

    @ParameterizedTest
    @MethodSource("responses")
    void response_hasExamplesOfItsForm(Described response) {
        // Given
        JsonNode examples = response.media().path("examples");
        assertThat(examples).isNotEmpty();
        for (JsonNode example : examples) {
            JsonNode value = resolve(example).path("value");
            String body = value.isTextual() ? value.asText() : value.toString();
            // When
            ValidationReport report = VALIDATOR.validateResponse(
                    response.path(),
                    Request.Method.valueOf(response.method()),
                    SimpleResponse.Builder.status(response.status())
                            .withContentType(response.mediaType())
                            .withBody(body)
                            .build());
            // Then
            assertThat(report.getMessages()).as(body).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("responses")
    void exampleOfARefusal_hasTheStatusOfItsResponse(Described response) {
        if (response.mediaType().equals(Problem.MEDIA_TYPE)) {
            assertThat(response.media().path("examples"))
                    .allSatisfy(example -> assertThat(
                                    resolve(example).at("/value/status").asInt())
                            .isEqualTo(response.status()));
        }
    }
}
