package dev.orderonce.testkit;

import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Fails an exchange whose problem is of a type that the API description does not list for the operation. */
public final class DeclaredProblems implements Filter {
    private static final String PROBLEM = "application/problem+json";

    /** Refusals of the HTTP filters, before an operation is selected; the description lists them for all of them. */
    private static final Set<String> OF_THE_FRONT_DOOR = Set.of(
            "/problems/path-refused",
            "/problems/host-refused",
            "/problems/method-not-allowed",
            "/problems/body-too-large",
            "/problems/target-too-long",
            "/problems/headers-too-large");

    private static final Pattern TYPE = Pattern.compile("`(/problems/[a-z-]+)`");

    private final List<Declared> operations;

    private record Declared(String path, String method, Pattern pattern, Set<String> types) {
        boolean matches(String requested, String requestedMethod) {
            return method.equals(requestedMethod) && pattern.matcher(requested).matches();
        }
    }

    private DeclaredProblems(List<Declared> operations) {
        this.operations = operations;
    }

    /** Reads an API description. */
    public static DeclaredProblems of(String file) {
        OpenAPI api = new OpenAPIV3Parser().read(file);
        List<Declared> operations = new ArrayList<>();
        api.getPaths()
                .forEach((path, item) -> item.readOperationsMap()
                        .forEach((method, operation) -> operations.add(declared(api, path, method, operation))));
        // Paths without variables come first.
        operations.sort(Comparator.comparing(operation -> operation.path().contains("{")));
        return new DeclaredProblems(operations);
    }

    /** Each type with its status, as in {@code 404 /problems/order-not-found}. */
    private static Declared declared(OpenAPI api, String path, PathItem.HttpMethod method, Operation operation) {
        Set<String> types = operation.getResponses().entrySet().stream()
                .flatMap(response -> TYPE.matcher(
                                resolve(api, response.getValue()).getDescription())
                        .results()
                        .map(type -> response.getKey() + ' ' + type.group(1)))
                .collect(Collectors.toSet());
        Pattern pattern = Pattern.compile(path.replaceAll("\\{[^}]*}", "[^/]+"));
        return new Declared(path, method.name(), pattern, types);
    }

    private static ApiResponse resolve(OpenAPI api, ApiResponse response) {
        String reference = response.get$ref();
        return reference == null
                ? response
                : Objects.requireNonNull(
                        api.getComponents().getResponses().get(reference.substring(reference.lastIndexOf('/') + 1)));
    }

    /** The violation of a problem that an operation returned; empty if the description lists its type. */
    public Optional<String> undeclared(String method, String path, int status, String type) {
        if (OF_THE_FRONT_DOOR.contains(type)) {
            return Optional.empty();
        }
        return operations.stream()
                .filter(operation -> operation.matches(path, method))
                .findFirst()
                .filter(operation -> !operation.types().contains(status + " " + type))
                .map(operation -> "%s %s returned %d %s, which its @Refusals do not declare"
                        .formatted(method, operation.path(), status, type));
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        if (PROBLEM.equals(response.contentType())) {
            String path = URI.create(request.getURI()).getPath();
            undeclared(request.getMethod(), path, response.statusCode(), response.path("type"))
                    .ifPresent(fault -> {
                        throw new AssertionError(fault);
                    });
        }
        return response;
    }
}
