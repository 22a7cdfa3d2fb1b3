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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
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
    private static final String PROBLEM = "Problem";

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
        // Where it is served: generated clients take another address.
        api.setServers(List.of(OASFactory.createServer().url("/")));
        api.getComponents().getSchemas().values().stream()
                .flatMap(schema ->
                        Objects.requireNonNullElse(schema.getProperties(), Map.<String, Schema>of()).values().stream())
                .forEach(ApiDescription::completeType);
        api.getComponents().addSchema(PROBLEM, problemSchema());
        api.getComponents()
                .setSecuritySchemes(Map.of(
                        BEARER,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .bearerFormat("JWT")
                                .description("`sub` is the buyer, `groups` are the roles")));
        api.getPaths().getPathItems().values().stream()
                .map(PathItem::getOperations)
                .flatMap(operations -> operations.values().stream())
                .forEach(this::complete);
        api.getPaths().getPathItems().values().stream()
                .map(PathItem::getHEAD)
                .filter(Objects::nonNull)
                .forEach(ApiDescription::withoutBody);
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

    private void complete(Operation operation) {
        MethodInfo method = methods.get(operation.getOperationId());
        if (method == null) {
            throw new IllegalStateException("an operation without an operationId: " + operation.getSummary());
        }
        List<ProblemType> refusals = new ArrayList<>(OF_ALL);
        operation.setSecurity(List.of());
        if (hasRoles(method)) {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme(BEARER));
            refusals.addAll(OF_ROLES);
        }
        if (operation.getRequestBody() != null) {
            refusals.addAll(OF_BODY);
            if (hasMembers(operation.getRequestBody())) {
                refusals.add(BODY_INVALID);
            }
        }
        if (isOnBehalf(method)) {
            operation.addParameter(onBehalfOf());
        }
        AnnotationInstance declared = method.declaredAnnotation(Refusals.class);
        if (declared != null) {
            Arrays.stream(declared.value().asEnumArray())
                    .map(ProblemType::valueOf)
                    .forEach(refusals::add);
        }
        describe(operation, refusals);
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
                .schema(text().minLength(1).maxLength(LONGEST_SUBJECT));
    }

    private static void describe(Operation operation, List<ProblemType> refusals) {
        Map<Integer, List<ProblemType>> byStatus = refusals.stream()
                .collect(Collectors.groupingBy(ProblemType::status, TreeMap::new, Collectors.toList()));
        byStatus.forEach(
                (status, types) -> operation.getResponses().addAPIResponse(Integer.toString(status), response(types)));
    }

    private static APIResponse response(List<ProblemType> types) {
        String description = types.stream()
                .map(type -> "`%s` (retry: %s): %s"
                        .formatted(type.uri(), type.retry().text(), type.title()))
                .collect(Collectors.joining("\n\n"));
        return OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref("#/components/schemas/" + PROBLEM))));
    }

    private static Schema problemSchema() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("RFC 9457. The page of a type of problem explains the members that it adds.")
                .addProperty("type", text().description("Stable; the path of the page that explains it"))
                .addProperty("title", text())
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text())
                .addProperty(
                        "instance", text().description("`/requests/` and the id of the request, as in `Request-Id`"))
                .addProperty(
                        "retry",
                        text().description(adviceOfRetry())
                                .enumeration(Arrays.stream(Retry.values())
                                        .<Object>map(Retry::text)
                                        .toList()))
                .addProperty("number", text().description("The order number of the request"))
                .addProperty(
                        "body",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .description("The body of the existing record"))
                .addProperty(
                        "result",
                        OASFactory.createSchema().description("The result that the claim has stored, any JSON value"))
                .addProperty(
                        "expiresAt", text().format("date-time").description("When the lease of the live claim ends"))
                .addProperty("state", text().description("The state of the order or dispute"))
                .addProperty("limit", text().description("The name of the exceeded limit"))
                .addProperty("currency", text().description("The currency of the total to confirm"))
                .addProperty("total", whole().description("The total to confirm"))
                .addProperty("earlier", text().description("The number of the earlier order with the same content"))
                .addProperty("placedAt", text().description("When the earlier order was placed"))
                .addProperty("age", whole().description("The time since the earlier order was placed, in seconds"))
                .addProperty("next", list(text()).description("The actions that the state allows"))
                .addProperty("refundable", whole().description("What is left of the payment, in minor units"))
                .addProperty("holds", list(text()).description("The reasons why the order is not shipped yet"))
                .addProperty("id", text().description("The id of the dispute"))
                .addProperty("dispute", text().description("The path of the existing dispute"))
                .addProperty("resolution", text().description("How the dispute was resolved"))
                .addProperty("order", text().description("The path of the existing order"))
                .addProperty("checkout", text().description("The checkout that the existing order completes"))
                .addProperty(
                        "violations",
                        list(OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .addProperty("field", pointer())
                                .addProperty("message", text())
                                .required(List.of("field", "message"))))
                .addProperty(
                        "mismatch",
                        list(OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .addProperty("field", pointer())
                                .addProperty(
                                        "placed",
                                        OASFactory.createSchema().description("A text, a number, an object, or null"))
                                .addProperty(
                                        "submitted",
                                        OASFactory.createSchema().description("A text, a number, an object, or null"))
                                .required(List.of("field"))))
                .required(List.of("type", "title", "status", "detail", "retry"));
    }

    private static String adviceOfRetry() {
        return Arrays.stream(Retry.values())
                .map(retry -> "- `%s`: %s".formatted(retry.text(), retry.advice()))
                .collect(Collectors.joining(
                        "\n", "What a program does next. Clients ignore values that they do not know.\n\n", ""));
    }

    private static Schema whole() {
        return OASFactory.createSchema().addType(Schema.SchemaType.INTEGER).format("int64");
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }

    private static Schema pointer() {
        return text().description("A JSON Pointer (RFC 6901) into the body");
    }

    private static Schema list(Schema items) {
        return OASFactory.createSchema().addType(Schema.SchemaType.ARRAY).items(items);
    }
}
