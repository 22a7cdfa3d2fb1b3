package dev.orderonce.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * The paths of the API with their methods and query parameters, read from the API description: one source for what is
 * documented and what is allowed.
 */
@Singleton
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class ApiPaths implements OASFilter {
    private static final Optional<String> VARY_BY_CALLER = Optional.of(HttpHeaders.AUTHORIZATION);
    private static final Optional<String> VARY_BY_BUYER =
            Optional.of(HttpHeaders.AUTHORIZATION + ", " + Headers.ON_BEHALF_OF);

    private volatile Map<String, Methods> fixed = Map.of();
    private volatile List<Template> templates = List.of();
    private volatile String allow = "";

    /**
     * The operations of one path.
     *
     * @param parameters the names of the query parameters of each method
     * @param onBehalf the methods with which a program can act for a buyer
     * @param ofCaller the methods whose response depends on the caller
     * @param isStream whether GET returns a stream of server-sent events
     */
    record Methods(Map<String, Set<String>> parameters, Set<String> onBehalf, Set<String> ofCaller, boolean isStream) {
        boolean allows(String method) {
            return parameters.containsKey(method) || (method.equals("HEAD") && parameters.containsKey("GET"));
        }

        /** The value of the header {@code Allow}. */
        String allow() {
            return ApiPaths.allow(parameters.keySet());
        }

        /** Whether a program can act for a buyer with the method; HEAD is like GET. */
        boolean isOnBehalf(String method) {
            return contains(onBehalf, method);
        }

        private static boolean contains(Set<String> methods, String method) {
            return methods.contains(method) || (method.equals("HEAD") && methods.contains("GET"));
        }

        /** The value of the header {@code Vary}: the request's headers that say who the caller is. */
        Optional<String> vary(String method) {
            if (!contains(ofCaller, method)) {
                return Optional.empty();
            }
            return isOnBehalf(method) ? VARY_BY_BUYER : VARY_BY_CALLER;
        }

        /** The names of the query parameters of a method; HEAD has those of GET. */
        Set<String> parametersOf(String method) {
            Set<String> own = parameters.get(method);
            return own == null ? parameters.getOrDefault("GET", Set.of()) : own;
        }
    }

    /** A path with variables, as its segments. */
    private record Template(List<String> segments, Methods methods) {
        boolean matches(List<String> path) {
            if (path.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                boolean isVariable = segments.get(i).startsWith("{");
                if (isVariable ? path.get(i).isEmpty() : !segments.get(i).equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Called by the framework on startup with the description that it serves. */
    @Override
    public void filterOpenAPI(OpenAPI api) {
        Map<String, Methods> plain = new HashMap<>();
        List<Template> withVariables = new ArrayList<>();
        api.getPaths().getPathItems().forEach((path, item) -> {
            Methods methods = methods(item);
            if (path.indexOf('{') < 0) {
                plain.put(path, methods);
            } else {
                withVariables.add(new Template(segments(path), methods));
            }
        });
        fixed = Map.copyOf(plain);
        templates = List.copyOf(withVariables);
        allow = allow(
                Stream.concat(plain.values().stream(), withVariables.stream().map(Template::methods))
                        .flatMap(methods -> methods.parameters().keySet().stream())
                        .collect(Collectors.toSet()));
    }

    private static String allow(Set<String> methods) {
        Stream<String> head = methods.contains("GET") ? Stream.of("HEAD") : Stream.empty();
        return Stream.of(methods.stream(), head, Stream.of("OPTIONS"))
                .flatMap(each -> each)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** The methods of all paths, as the value of the header {@code Allow}. */
    String allow() {
        return allow;
    }

    private static Methods methods(PathItem item) {
        Map<String, Set<String>> parameters = new TreeMap<>();
        Set<String> onBehalf = new HashSet<>();
        Set<String> ofCaller = new HashSet<>();
        item.getOperations().forEach((method, operation) -> {
            parameters.put(method.name(), names(operation, Parameter.In.QUERY));
            if (names(operation, Parameter.In.HEADER).contains(Headers.ON_BEHALF_OF)) {
                onBehalf.add(method.name());
            }
            if (operation.getSecurity() != null && !operation.getSecurity().isEmpty()) {
                ofCaller.add(method.name());
            }
        });
        return new Methods(parameters, onBehalf, ofCaller, isStream(item.getGET()));
    }

    private static boolean isStream(@Nullable Operation get) {
        return get != null
                && get.getResponses().getAPIResponses().values().stream()
                        .anyMatch(response -> response.getContent() != null
                                && response.getContent().hasMediaType(MediaType.SERVER_SENT_EVENTS));
    }

    private static Set<String> names(Operation operation, Parameter.In in) {
        return Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of()).stream()
                .filter(parameter -> parameter.getIn() == in)
                .map(Parameter::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The operations of a path; empty if it is not part of the API, as pages are not. */
    Optional<Methods> at(String path) {
        Methods exact = fixed.get(path);
        if (exact != null) {
            return Optional.of(exact);
        }
        List<String> segments = segments(path);
        return templates.stream()
                .filter(template -> template.matches(segments))
                .findFirst()
                .map(Template::methods);
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }
}
