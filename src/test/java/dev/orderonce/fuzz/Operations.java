package dev.orderonce.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operations of the API description, with their parameters, bodies and statuses. */
final class Operations {
    static final String DESCRIPTION = "src/main/openapi/openapi.yaml";

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final JsonNode api;
    private final List<Operation> all;

    /**
     * One operation.
     *
     * @param path with variables in braces
     * @param statuses those that are documented
     */
    record Operation(String id, String method, String path, JsonNode definition, Set<Integer> statuses) {

        private static Operation of(String path, Map.Entry<String, JsonNode> entry) {
            JsonNode definition = entry.getValue();
            return new Operation(
                    definition.path("operationId").asText(),
                    entry.getKey().toUpperCase(Locale.ROOT),
                    path,
                    definition,
                    definition.path("responses").properties().stream()
                            .map(response -> Integer.valueOf(response.getKey()))
                            .collect(Collectors.toUnmodifiableSet()));
        }

        boolean needsToken() {
            return definition.has("security");
        }

        /** The schema of the body; missing if there is none. */
        JsonNode body() {
            return definition.at("/requestBody/content/application~1json/schema");
        }

        /** The parameters in the query, the path or the headers. */
        List<JsonNode> parameters(String in) {
            return definition
                    .path("parameters")
                    .valueStream()
                    .filter(parameter -> parameter.path("in").asText().equals(in))
                    .toList();
        }

        /** Whether the request can have this header. */
        boolean accepts(String header) {
            return parameters("header").stream()
                    .anyMatch(parameter -> parameter.path("name").asText().equals(header));
        }

        boolean isStream() {
            return method.equals("GET")
                    && definition.at("/responses/200/content").has("text/event-stream");
        }

        private boolean isAt(List<String> given) {
            List<String> own = segments(path);
            if (own.size() != given.size()) {
                return false;
            }
            for (int i = 0; i < own.size(); i++) {
                boolean isVariable = own.get(i).startsWith("{");
                if (isVariable ? given.get(i).isEmpty() : !own.get(i).equals(given.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    private Operations(JsonNode api) {
        this.api = api;
        this.all = api.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .map(entry -> Operation.of(path.getKey(), entry)))
                .toList();
    }

    static Operations read() {
        try {
            return new Operations(new ObjectMapper(new YAMLFactory())
                    .readTree(Path.of(DESCRIPTION).toFile()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    List<Operation> all() {
        return all;
    }

    Operation named(String id) {
        return all.stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no operation " + id));
    }

    /** The operation that the method and the request target select; for HEAD that of GET, if it has none of its own. */
    Optional<Operation> at(String method, String target) {
        int query = target.indexOf('?');
        List<String> path = segments(query < 0 ? target : target.substring(0, query));
        Stream<String> methods = method.equals("HEAD") ? Stream.of("HEAD", "GET") : Stream.of(method);
        return methods.flatMap(name ->
                        all.stream().filter(operation -> operation.method().equals(name)))
                .filter(operation -> operation.isAt(path))
                .findFirst();
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }

    /** The schema itself in place of a reference to it. */
    JsonNode resolve(JsonNode schema) {
        JsonNode reference = schema.has("allOf") ? schema.path("allOf").path(0) : schema;
        String pointer = reference.path("$ref").asText();
        return pointer.isEmpty() ? reference : api.at(pointer.substring(1));
    }
}
