package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The API description changes only as the section Versions of {@code integration.md} allows. */
class ApiCompatibilityTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** The description as of the last release. */
    private static final Path RELEASED = Path.of("src/test/resources/openapi/v1.yaml");

    private static final Path CURRENT = Path.of("src/main/openapi/openapi.yaml");

    /**
     * Findings that break no client, each until the next release.
     *
     * @param finding a regular expression
     */
    private record Exempt(String finding, String reason) {}

    private static final List<Exempt> EXEMPT = List.of(
            new Exempt(
                    "POST (/orders/\\{number}/payments|/orders/\\{number}/refunds|/disputes/\\{id}/messages): "
                            + "header parameter Idempotency-Key is required",
                    "The service refused every request without it: only the description was wrong"),
            new Exempt(
                    "GET /once/\\{scope}/\\{key} 200\\.(body|putAt): is not required",
                    "Only of a key that was claimed, which is a new operation: one that was put has them"),
            new Exempt(
                    "[A-Z]+ /\\S*: tags changed",
                    "The tags were class names of the service; nothing was released with those of today"));

    private static final String API = """
            openapi: 3.0.3
            paths:
              /teas:
                get:
                  operationId: listTeas
                  tags: [Teas]
                  parameters:
                    - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
                    - {name: sort, in: query, schema: {type: string, enum: [name, price]}}
                  responses:
                    "200":
                      description: One page
                      headers:
                        Link: {schema: {type: string}}
                      content:
                        application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Tea"}}}
                    "404": {$ref: "#/components/responses/NotFound"}
                post:
                  operationId: addTea
                  tags: [Teas]
                  security: [{oidc: []}]
                  requestBody:
                    content:
                      application/json: {schema: {$ref: "#/components/schemas/TeaSubmission"}}
                      text/csv: {schema: {type: string}}
                  responses:
                    "201": {description: Added}
                    "409":
                      description: "`/problems/taken` (retry: never): Taken"
                      content:
                        application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}
            components:
              responses:
                NotFound:
                  description: "`/problems/not-found` (retry: never): Not found"
                  content:
                    application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}
              schemas:
                Tea:
                  type: object
                  required: [name, price]
                  properties:
                    name: {type: string}
                    price: {type: integer, format: int64, minimum: 0}
                    origin: {type: string, nullable: true}
                    kind: {type: string, allOf: [{$ref: "#/components/schemas/Kind"}]}
                    notes: {type: object, additionalProperties: {type: string}}
                    grades: {type: array}
                    blend: {type: array, items: {$ref: "#/components/schemas/Tea"}}
                Kind: {type: string, enum: [GREEN, BLACK]}
                TeaSubmission:
                  type: object
                  required: [name]
                  properties:
                    name: {type: string, minLength: 1, maxLength: 64}
                    grams: {type: integer, nullable: true}
                    tags: {type: array, maxItems: 10, items: {type: string}}
                    leaves: {type: array}
                    labels: {type: object}
                Problem:
                  oneOf: [{$ref: "#/components/schemas/PlainProblem"}, {$ref: "#/components/schemas/TakenProblem"}]
                  discriminator:
                    propertyName: type
                    mapping:
                      /problems/not-found: "#/components/schemas/PlainProblem"
                      /problems/gone: "#/components/schemas/PlainProblem"
                      /problems/taken: "#/components/schemas/TakenProblem"
                PlainProblem:
                  type: object
                  required: [type]
                  properties:
                    type: {type: string, enum: [/problems/not-found, /problems/gone]}
                TakenProblem:
                  type: object
                  required: [type, by]
                  properties:
                    type: {type: string, enum: [/problems/taken]}
                    by: {type: string}
            """;

    @Test
    void description_hasNoForbiddenChangeSinceTheRelease() throws IOException {
        // When
        List<String> findings = ApiComparison.forbidden(read(RELEASED), read(CURRENT));
        // Then
        assertThat(findings).filteredOn(ApiCompatibilityTest::isBreaking).isEmpty();
    }

    @Test
    void exemptions_areNeededStill() throws IOException {
        // When
        List<String> findings = ApiComparison.forbidden(read(RELEASED), read(CURRENT));
        // Then
        assertThat(EXEMPT)
                .allSatisfy(exempt -> assertThat(findings)
                        .as(exempt.reason())
                        .anyMatch(finding -> finding.matches(exempt.finding())));
    }

    private static boolean isBreaking(String finding) {
        return EXEMPT.stream().noneMatch(exempt -> finding.matches(exempt.finding()));
    }

    private static JsonNode read(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("forbidden")
    void forbiddenChange_isReported(String from, String to, String finding) throws IOException {
        assertThat(changes(from, to)).contains(finding);
    }

    static Stream<Arguments> forbidden() {
        return Stream.of(
                change("  /teas:", "  /tea:", "GET /teas: removed"),
                change("    get:", "    put:", "GET /teas: removed"),
                change("listTeas", "findTeas", "GET /teas: operationId changed"),
                change("tags: [Teas]", "tags: [Tea]", "GET /teas: tags changed"),
                change("tags: [Teas]", "security: [{bearer: []}]", "GET /teas: security changed"),
                change("security: [{oidc: []}]", "", "POST /teas: security changed"),
                change("security: [{oidc: []}]", "security: [{oidc: []}, {}]", "POST /teas: security changed"),
                change("paths:", "security: [{oidc: []}]\npaths:", "GET /teas: security changed"),
                // parameters
                change("name: limit", "name: size", "GET /teas: query parameter limit removed"),
                change("name: sort,", "name: sort, required: true,", "GET /teas: query parameter sort is required"),
                change("[name, price]}", "[name]}", "GET /teas query parameter sort: price removed"),
                change(", enum: [name, price]", ", format: uuid", "GET /teas query parameter sort: format changed"),
                change("maximum: 100", "maximum: 50", "GET /teas query parameter limit: maximum changed"),
                change("minimum: 1,", "minimum: 5,", "GET /teas query parameter limit: minimum changed"),
                change("default: 20", "default: 30", "GET /teas query parameter limit: default changed"),
                change(
                        "type: integer, minimum: 1",
                        "type: string, minimum: 1",
                        "GET /teas query parameter limit: type changed"),
                // requests
                change("requestBody:", "requestBody:\n        required: true", "POST /teas: body is required"),
                change("text/csv", "text/plain", "POST /teas request: text/csv removed"),
                change("required: [name]", "required: [name, grams]", "POST /teas request.grams: is required"),
                change(
                        "grams: {type: integer, nullable",
                        "weight: {type: integer, nullable",
                        "POST /teas request.grams: removed"),
                change(
                        "{type: integer, nullable: true}",
                        "{type: integer}",
                        "POST /teas request.grams: cannot be null"),
                change("maxLength: 64", "maxLength: 63", "POST /teas request.name: maxLength changed"),
                change("minLength: 1,", "minLength: 2,", "POST /teas request.name: minLength changed"),
                change("minLength: 1,", "minLength: 1, pattern: T.*,", "POST /teas request.name: pattern changed"),
                change(
                        "{type: array, maxItems: 10",
                        "{type: array, minItems: 1",
                        "POST /teas request.tags: minItems changed"),
                change(
                        "items: {type: string}}",
                        "items: {type: string, maxLength: 9}}",
                        "POST /teas request.tags[]: maxLength changed"),
                change(
                        "items: {type: string}}",
                        "items: {type: string, enum: [a]}}",
                        "POST /teas request.tags[]: enum changed"),
                change(
                        "leaves: {type: array}",
                        "leaves: {type: array, items: {type: string}}",
                        "POST /teas request.leaves[]: type changed"),
                change(
                        "labels: {type: object}",
                        "labels: {type: object, additionalProperties: {type: string}}",
                        "POST /teas request.labels.*: type changed"),
                change(
                        "required: [name]",
                        "additionalProperties: false",
                        "POST /teas request: unknown members are refused"),
                // responses
                change("\"201\":", "\"204\":", "POST /teas 201: removed"),
                change("\"404\":", "\"410\":", "GET /teas 404: removed"),
                change("Link:", "Next:", "GET /teas 200: header Link removed"),
                change(
                        "application/json: {schema: {type: array",
                        "text/plain: {schema: {type: array",
                        "GET /teas 200: application/json removed"),
                change("origin:", "region:", "GET /teas 200[].origin: removed"),
                change("required: [name, price]", "required: [name]", "GET /teas 200[].price: is not required"),
                change(
                        "name: {type: string}",
                        "name: {type: string, nullable: true}",
                        "GET /teas 200[].name: can be null"),
                change("name: {type: string}", "name: {type: integer}", "GET /teas 200[].name: type changed"),
                change("format: int64", "format: int32", "GET /teas 200[].price: format changed"),
                change("format: int64, minimum: 0", "format: int64", "GET /teas 200[].price: minimum changed"),
                change("[GREEN, BLACK]", "[GREEN]", "GET /teas 200[].kind: BLACK removed"),
                change(", enum: [GREEN, BLACK]", "", "GET /teas 200[].kind: enum changed"),
                change(
                        "additionalProperties: {type: string}",
                        "additionalProperties: {type: integer}",
                        "GET /teas 200[].notes.*: type changed"),
                change("Kind: {", "Sort: {", "schema Kind: removed"),
                // problems
                change(
                        "/problems/taken` (retry: never)",
                        "/problems/taken` (retry: same-request)",
                        "/problems/taken: status or retry changed: [409 never] to [409 same-request]"),
                change(
                        "\"201\": {description: Added}",
                        "\"410\": {description: '`/problems/taken` (retry: never): Taken'}",
                        "/problems/taken: status or retry changed: [409 never] to [409 never, 410 never]"),
                change(
                        "/problems/taken` (retry: never)",
                        "/problems/taken` (retry: never): Taken `/problems/taken` (retry: same-request)",
                        "/problems/taken: status or retry changed: [409 never] to [409 never, 409 same-request]"),
                change("`/problems/taken`", "`/problems/had`", "/problems/taken: removed"),
                change(
                        "          /problems/gone: ",
                        "          /problems/past: ",
                        "GET /teas 404</problems/gone>: removed"),
                change(
                        "required: [type, by]",
                        "required: [type]",
                        "GET /teas 404</problems/taken>.by: is not required"),
                change(
                        "required: [type, by]",
                        "required: [type]",
                        "POST /teas 409</problems/taken>.by: is not required"),
                change("by: {type: string}", "whom: {type: string}", "GET /teas 404</problems/taken>.by: removed"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("allowed")
    void allowedChange_isNotReported(String from, String to, String change) throws IOException {
        assertThat(changes(from, to)).isEmpty();
    }

    static Stream<Arguments> allowed() {
        return Stream.of(
                change("paths:", "paths:\n  /cups:\n    get: {operationId: listCups}", "a new operation"),
                change(
                        "- {name: limit",
                        "- {name: after, in: query, schema: {type: string}}\n        - {name: limit",
                        "a new parameter"),
                change("maximum: 100", "maximum: 200", "a higher limit of a parameter"),
                change("[name, price]}", "[name, price, age]}", "a new value in requests"),
                change("grams: {", "cups: {type: integer}\n        grams: {", "a new optional member in requests"),
                change("required: [name]\n", "\n", "a member that requests may leave out"),
                change("maxLength: 64", "maxLength: 65", "a higher limit in requests"),
                change("origin: {", "age: {type: integer}\n        origin: {", "a new member in responses"),
                change(
                        "required: [name, price]",
                        "required: [name, price, kind]",
                        "a member that responses always have"),
                change("{type: string, nullable: true}", "{type: string}", "a member that is not null in responses"),
                change("[GREEN, BLACK]", "[GREEN, BLACK, WHITE]", "a new value in responses"),
                change(
                        "grades: {type: array}",
                        "grades: {type: array, items: {type: string}}",
                        "a promise for the items of a list in responses"),
                change("Link:", "ETag: {schema: {type: string}}\n            Link:", "a new header"),
                change("\"404\":", "\"503\": {description: Unavailable}\n        \"404\":", "a new refusal"),
                change(
                        "/problems/gone: \"#/components/schemas/PlainProblem\"",
                        "/problems/gone: \"#/components/schemas/TakenProblem\"",
                        "a type of problem with more members"),
                change(
                        "by: {type: string}",
                        "by: {type: string, enum: [alice]}",
                        "a member of a problem with fewer values"));
    }

    @Test
    void object_canBecomeAUnionOfItsForms() throws IOException {
        // Given
        String before = API.replaceAll("(?s)    Problem:\n.*", """
                    Problem:
                      type: object
                      required: [type]
                      properties:
                        type: {type: string}
                        by: {type: string}
                """);
        String without = API.replace("by: {type: string}", "").replace("[type, by]", "[type]");
        // Then
        assertThat(ApiComparison.forbidden(YAML.readTree(before), YAML.readTree(API)))
                .isEmpty();
        assertThat(ApiComparison.forbidden(YAML.readTree(before), YAML.readTree(without)))
                .containsExactly("GET /teas 404.by: removed", "POST /teas 409.by: removed");
    }

    private static Arguments change(String from, String to, String name) {
        return Arguments.of(from, to, name);
    }

    private static List<String> changes(String from, String to) throws IOException {
        int at = API.indexOf(from);
        assertThat(at).as("the text to change").isNotNegative();
        String changed = API.substring(0, at) + to + API.substring(at + from.length());
        return ApiComparison.forbidden(YAML.readTree(API), YAML.readTree(changed));
    }
}
