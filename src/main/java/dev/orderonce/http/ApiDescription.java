package dev.orderonce.http;

import static dev.orderonce.http.ProblemType.BODY_INVALID;
import static dev.orderonce.http.ProblemType.BODY_TOO_LARGE;
import static dev.orderonce.http.ProblemType.BODY_UNREADABLE;
import static dev.orderonce.http.ProblemType.INTERNAL_ERROR;
import static dev.orderonce.http.ProblemType.MEDIA_TYPE_NOT_SUPPORTED;
import static dev.orderonce.http.ProblemType.NOT_ACCEPTABLE;
import static dev.orderonce.http.ProblemType.NOT_ALLOWED;
import static dev.orderonce.http.ProblemType.NOT_SIGNED_IN;
import static dev.orderonce.http.ProblemType.OVERLOADED;
import static dev.orderonce.http.ProblemType.PARAMETER_INVALID;
import static dev.orderonce.http.ProblemType.STORE_UNAVAILABLE;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.eclipse.microprofile.openapi.models.tags.Tag;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;

/**
 * Completes the API description, while the service is built, with what an operation's method declares or implies: who
 * may call it, and how it can be refused.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDescription implements OASFilter {
    private static final String BEARER = "bearer";

    /** As OpenID Connect bounds a subject. */
    private static final int LONGEST_SUBJECT = 255;

    private static final List<ProblemType> OF_ALL =
            List.of(PARAMETER_INVALID, NOT_ACCEPTABLE, INTERNAL_ERROR, OVERLOADED);
    private static final List<ProblemType> OF_ROLES = List.of(NOT_SIGNED_IN, NOT_ALLOWED, STORE_UNAVAILABLE);
    private static final List<ProblemType> OF_BODY = List.of(BODY_UNREADABLE, BODY_TOO_LARGE, MEDIA_TYPE_NOT_SUPPORTED);

    private final Map<String, MethodInfo> methods;

    /** Called by the framework with the index of all classes. */
    public ApiDescription(IndexView classes) {
        this.methods = classes.getAnnotations(org.eclipse.microprofile.openapi.annotations.Operation.class).stream()
                .filter(operation -> operation.value("operationId") != null)
                .collect(Collectors.toMap(
                        operation -> operation.value("operationId").asString(),
                        operation -> operation.target().asMethod(),
                        (method, _) -> method)); // the index can hold a class twice
    }

    @Override
    public void filterOpenAPI(OpenAPI api) {
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
        Components components = api.getComponents();
        // Where it is served: generated clients take another address.
        api.setServers(
                List.of(OASFactory.createServer().url("/").description("The service that serves this description")));
        components.getSchemas().values().stream()
                .flatMap(schema ->
                        Objects.requireNonNullElse(schema.getProperties(), Map.<String, Schema>of()).values().stream())
                .forEach(ApiDescription::completeType);
        ProblemSchemas.addTo(components);
        components.setSecuritySchemes(Map.of(
                BEARER,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .bearerFormat("JWT")
                        .description("`sub` is the buyer, `groups` are the roles")));
        RefusalResponses refusals = new RefusalResponses(components);
        for (PathItem path : api.getPaths().getPathItems().values()) {
            path.getOperations().forEach((httpMethod, operation) -> {
                MethodInfo method = method(operation);
                ApiExamples.addTo(operation, components);
                complete(operation, method);
                describeRepeats(operation, components);
                refusals.add(operation, httpMethod == PathItem.HttpMethod.HEAD, refusals(operation, method));
            });
        }
        refusals.describe();
        api.getPaths().getPathItems().values().stream()
                .map(PathItem::getHEAD)
                .filter(Objects::nonNull)
                .forEach(ApiDescription::withoutBody);
        sort(api);
    }

    /** The order of the description does not depend on the order in which operations are found. */
    private static void sort(OpenAPI api) {
        Components components = api.getComponents();
        components.setResponses(new TreeMap<>(components.getResponses()));
        components.setHeaders(new TreeMap<>(components.getHeaders()));
        components.setExamples(new TreeMap<>(components.getExamples()));
        api.setTags(api.getTags().stream()
                .sorted(Comparator.comparing(Tag::getName))
                .toList());
    }

    /** Version 3.0 has {@code nullable} beside a type only; the framework writes it beside a reference without one. */
    private static void completeType(Schema member) {
        List<Schema> choices = Objects.requireNonNullElse(member.getAnyOf(), List.of());
        List<Schema> references =
                choices.stream().filter(choice -> choice.getRef() != null).toList();
        if (member.getType() == null && references.size() == 1 && choices.size() == 2) { // the other one is null
            member.anyOf(null).allOf(references).type(List.of(Schema.SchemaType.OBJECT, Schema.SchemaType.NULL));
        }
    }

    /** No response to HEAD has a body; the framework derives one from the method. */
    private static void withoutBody(Operation head) {
        head.getResponses().getAPIResponses().values().forEach(response -> response.setContent(null));
    }

    private MethodInfo method(Operation operation) {
        MethodInfo method = methods.get(operation.getOperationId());
        if (method == null) {
            throw new IllegalStateException("an operation without an operationId: " + operation.getSummary());
        }
        return method;
    }

    private static void complete(Operation operation, MethodInfo method) {
        operation.setSecurity(List.of());
        if (hasRoles(method)) {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme(BEARER));
        }
        if (isOnBehalf(method)) {
            operation.addParameter(onBehalfOf());
        }
    }

    /** How an operation can be refused. */
    private static List<ProblemType> refusals(Operation operation, MethodInfo method) {
        List<ProblemType> refusals = new ArrayList<>(OF_ALL);
        if (hasRoles(method)) {
            refusals.addAll(OF_ROLES);
        }
        if (operation.getRequestBody() != null) {
            refusals.addAll(OF_BODY);
            if (hasMembers(operation.getRequestBody())) {
                refusals.add(BODY_INVALID);
            }
        }
        AnnotationInstance declared = method.declaredAnnotation(Refusals.class);
        if (declared != null) {
            Arrays.stream(declared.value().asEnumArray())
                    .map(ProblemType::valueOf)
                    .forEach(refusals::add);
        }
        return refusals;
    }

    /** A 200 beside a 201 is the response to a repeat. */
    private static void describeRepeats(Operation operation, Components components) {
        APIResponse repeat = operation.getResponses().getAPIResponse("200");
        if (repeat != null && operation.getResponses().hasAPIResponse("201")) {
            components.addHeader(
                    Headers.REPLAYED,
                    OASFactory.createHeader()
                            .description("The request repeats an earlier one and changed nothing: `true`")
                            .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING))
                            .example("true"));
            repeat.addHeader(
                    Headers.REPLAYED, OASFactory.createHeader().ref("#/components/headers/" + Headers.REPLAYED));
        }
    }

    /** Whether the framework reads the body into a type, and so refuses unknown members. */
    private static boolean hasMembers(RequestBody body) {
        return body.getContent().getMediaTypes().values().stream()
                .anyMatch(
                        media -> media.getSchema() != null && media.getSchema().getRef() != null);
    }

    private static boolean hasRoles(MethodInfo method) {
        return method.hasDeclaredAnnotation(RolesAllowed.class)
                || (method.declaringClass().hasDeclaredAnnotation(RolesAllowed.class)
                        && !method.hasDeclaredAnnotation(PermitAll.class));
    }

    private static boolean isOnBehalf(MethodInfo method) {
        return method.hasDeclaredAnnotation(OnBehalf.class)
                || method.declaringClass().hasDeclaredAnnotation(OnBehalf.class);
    }

    private static Parameter onBehalfOf() {
        return OASFactory.createParameter()
                .name(Headers.ON_BEHALF_OF)
                .in(Parameter.In.HEADER)
                .description(
                        "For the role service only: the `sub` of the buyer for whom the program acts. Numbers, keys, "
                                + "orders and limits are that buyer's")
                .schema(OASFactory.createSchema()
                        .addType(Schema.SchemaType.STRING)
                        .minLength(1)
                        .maxLength(LONGEST_SUBJECT));
    }
}
