package dev.orderonce.http;

import static dev.orderonce.http.ProblemType.BODY_INVALID;
import static dev.orderonce.http.ProblemType.BODY_TOO_LARGE;
import static dev.orderonce.http.ProblemType.BODY_UNREADABLE;
import static dev.orderonce.http.ProblemType.DISPUTE_DECIDED;
import static dev.orderonce.http.ProblemType.DISPUTE_NOT_FOUND;
import static dev.orderonce.http.ProblemType.DISPUTE_NOT_OPEN;
import static dev.orderonce.http.ProblemType.DISPUTE_OPEN;
import static dev.orderonce.http.ProblemType.INTERNAL_ERROR;
import static dev.orderonce.http.ProblemType.KEY_COLLIDES;
import static dev.orderonce.http.ProblemType.KEY_IN_FLIGHT;
import static dev.orderonce.http.ProblemType.KEY_MISSING;
import static dev.orderonce.http.ProblemType.KEY_UNUSABLE;
import static dev.orderonce.http.ProblemType.LARGE_AMOUNT;
import static dev.orderonce.http.ProblemType.LIMIT_REACHED;
import static dev.orderonce.http.ProblemType.LOOKALIKE;
import static dev.orderonce.http.ProblemType.MEDIA_TYPE_NOT_SUPPORTED;
import static dev.orderonce.http.ProblemType.MESSAGE_DIFFERS;
import static dev.orderonce.http.ProblemType.MOVE_NOT_OPEN;
import static dev.orderonce.http.ProblemType.NOTIFICATION_REFUSED;
import static dev.orderonce.http.ProblemType.NOT_ACCEPTABLE;
import static dev.orderonce.http.ProblemType.NOT_ALLOWED;
import static dev.orderonce.http.ProblemType.NOT_FOUND;
import static dev.orderonce.http.ProblemType.NOT_SIGNED_IN;
import static dev.orderonce.http.ProblemType.NUMBER_ALREADY_PLACED;
import static dev.orderonce.http.ProblemType.NUMBER_AND_KEY;
import static dev.orderonce.http.ProblemType.NUMBER_EXPIRED;
import static dev.orderonce.http.ProblemType.NUMBER_FORGOTTEN;
import static dev.orderonce.http.ProblemType.NUMBER_MISSING;
import static dev.orderonce.http.ProblemType.NUMBER_NOT_FOUND;
import static dev.orderonce.http.ProblemType.NUMBER_UNKNOWN;
import static dev.orderonce.http.ProblemType.NUMBER_VOIDED;
import static dev.orderonce.http.ProblemType.ORDER_BUSY;
import static dev.orderonce.http.ProblemType.ORDER_DIFFERS;
import static dev.orderonce.http.ProblemType.ORDER_NOT_FOUND;
import static dev.orderonce.http.ProblemType.OVERLOADED;
import static dev.orderonce.http.ProblemType.OWN_CASE;
import static dev.orderonce.http.ProblemType.PARAMETER_INVALID;
import static dev.orderonce.http.ProblemType.PAYMENT_DIFFERS;
import static dev.orderonce.http.ProblemType.PREFETCH_REFUSED;
import static dev.orderonce.http.ProblemType.RECORD_DIFFERS;
import static dev.orderonce.http.ProblemType.RECORD_NOT_FOUND;
import static dev.orderonce.http.ProblemType.STORE_UNAVAILABLE;
import static dev.orderonce.http.ProblemType.SUSPICION_DECIDED;
import static dev.orderonce.http.ProblemType.SUSPICION_NOT_FOUND;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Completes the API description with what every operation shares: who may call, and how it can be
 * refused.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDescription implements OASFilter {
    private static final String BEARER = "bearer";
    private static final String PROBLEM = "Problem";

    private static final List<ProblemType> ANY = List.of(PARAMETER_INVALID, NOT_ACCEPTABLE, INTERNAL_ERROR, OVERLOADED);
    private static final List<ProblemType> SIGNED_IN = List.of(NOT_SIGNED_IN, NOT_ALLOWED, STORE_UNAVAILABLE);
    private static final List<ProblemType> JSON_BODY =
            List.of(BODY_UNREADABLE, BODY_INVALID, BODY_TOO_LARGE, MEDIA_TYPE_NOT_SUPPORTED);

    /** The refusals of each operation that needs a token, besides those that all of them share. */
    private static final Map<String, List<ProblemType>> WITH_TOKEN = Map.ofEntries(
            entry("issueNumber", PREFETCH_REFUSED, LIMIT_REACHED),
            entry("headNumber"),
            entry("issueNumberByPost", LIMIT_REACHED),
            entry("findNumber", NUMBER_NOT_FOUND, LIMIT_REACHED),
            entry("voidNumber", NUMBER_NOT_FOUND, NUMBER_ALREADY_PLACED, LIMIT_REACHED),
            withBody(
                    "placeOrder",
                    NUMBER_MISSING,
                    NUMBER_AND_KEY,
                    KEY_UNUSABLE,
                    KEY_COLLIDES,
                    KEY_IN_FLIGHT,
                    NUMBER_UNKNOWN,
                    NUMBER_EXPIRED,
                    NUMBER_VOIDED,
                    NUMBER_FORGOTTEN,
                    ORDER_DIFFERS,
                    LIMIT_REACHED,
                    LARGE_AMOUNT,
                    LOOKALIKE),
            entry("findOrder", ORDER_NOT_FOUND),
            entry("listOrders", LIMIT_REACHED),
            entry("listEvents", ORDER_NOT_FOUND),
            withBody(
                    "payOrder",
                    KEY_MISSING,
                    KEY_UNUSABLE,
                    ORDER_NOT_FOUND,
                    PAYMENT_DIFFERS,
                    MOVE_NOT_OPEN,
                    ORDER_BUSY,
                    LIMIT_REACHED),
            withBody("cancelOrder", ORDER_NOT_FOUND, MOVE_NOT_OPEN, ORDER_BUSY),
            entry("shipOrder", ORDER_NOT_FOUND, MOVE_NOT_OPEN),
            entry("completeOrder", ORDER_NOT_FOUND, MOVE_NOT_OPEN),
            entry("listUnsettled"),
            entry("listen", LIMIT_REACHED),
            entry("headEvents"),
            entry("drawPicture"),
            entry("listSuspectedDuplicates"),
            withBody("dismissSuspectedDuplicate", SUSPICION_NOT_FOUND, OWN_CASE, SUSPICION_DECIDED),
            withBody("confirmSuspectedDuplicate", SUSPICION_NOT_FOUND, OWN_CASE, SUSPICION_DECIDED),
            withBody("openDispute", ORDER_NOT_FOUND, DISPUTE_OPEN, LIMIT_REACHED),
            entry("findDispute", DISPUTE_NOT_FOUND),
            entry("listDisputes"),
            withBody("sendMessage", KEY_MISSING, KEY_UNUSABLE, DISPUTE_NOT_FOUND, MESSAGE_DIFFERS, DISPUTE_NOT_OPEN),
            entry("withdrawDispute", DISPUTE_NOT_FOUND, DISPUTE_NOT_OPEN),
            withBody("resolveDispute", DISPUTE_NOT_FOUND, OWN_CASE, DISPUTE_NOT_OPEN, DISPUTE_DECIDED, MOVE_NOT_OPEN),
            entry("putOnce", BODY_UNREADABLE, BODY_TOO_LARGE, MEDIA_TYPE_NOT_SUPPORTED, RECORD_DIFFERS, KEY_IN_FLIGHT),
            entry("findOnce", RECORD_NOT_FOUND),
            entry("deleteOnce", RECORD_NOT_FOUND));

    private static Map.Entry<String, List<ProblemType>> entry(String operation, ProblemType... refusals) {
        return Map.entry(operation, List.of(refusals));
    }

    private static Map.Entry<String, List<ProblemType>> withBody(String operation, ProblemType... refusals) {
        return Map.entry(
                operation,
                Stream.concat(JSON_BODY.stream(), Stream.of(refusals)).toList());
    }

    private static final Map<String, List<ProblemType>> OPEN = Map.of(
            "demoSignIn",
                    Stream.concat(JSON_BODY.stream(), Stream.of(NOT_FOUND)).toList(),
            "explainProblem", List.of(NOT_FOUND),
            "listProblems", List.of(),
            "notifyPayment",
                    List.of(
                            BODY_UNREADABLE,
                            BODY_TOO_LARGE,
                            MEDIA_TYPE_NOT_SUPPORTED,
                            NOTIFICATION_REFUSED,
                            NOT_FOUND,
                            STORE_UNAVAILABLE),
            "ping", List.of());

    @Override
    public void filterOpenAPI(OpenAPI api) {
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
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
                .forEach(ApiDescription::complete);
        api.getPaths().getPathItems().values().stream()
                .map(PathItem::getHEAD)
                .filter(Objects::nonNull)
                .forEach(ApiDescription::withoutBody);
    }

    /** No response to HEAD has a body; what the framework reads from the method says otherwise. */
    private static void withoutBody(Operation head) {
        head.getResponses().getAPIResponses().values().forEach(response -> response.setContent(null));
    }

    private static void complete(Operation operation) {
        String id = operation.getOperationId();
        List<ProblemType> refusals = WITH_TOKEN.get(id);
        operation.setSecurity(null);
        if (refusals == null) {
            List<ProblemType> open = OPEN.get(id);
            if (open == null) {
                throw new IllegalStateException("say in ApiDescription how " + id + " can be refused");
            }
            describe(operation, Stream.concat(ANY.stream(), open.stream()));
        } else {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme(BEARER));
            describe(operation, Stream.of(ANY, SIGNED_IN, refusals).flatMap(List::stream));
        }
    }

    private static void describe(Operation operation, Stream<ProblemType> refusals) {
        Map<Integer, List<ProblemType>> byStatus =
                refusals.collect(Collectors.groupingBy(ProblemType::status, TreeMap::new, Collectors.toList()));
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
                .addProperty("state", text().description("The state of the order or dispute"))
                .addProperty("limit", text().description("The name of the exceeded limit"))
                .addProperty("currency", text().description("The currency of the total to confirm"))
                .addProperty("total", whole().description("The total to confirm"))
                .addProperty("earlier", text().description("The number of the earlier order with the same content"))
                .addProperty("placedAt", text().description("When the earlier order was placed"))
                .addProperty("age", whole().description("The time since the earlier order was placed, in seconds"))
                .addProperty("next", list(text()).description("The actions that the state allows"))
                .addProperty("id", text().description("The id of the dispute"))
                .addProperty("dispute", text().description("The path of the existing dispute"))
                .addProperty("resolution", text().description("How the dispute was resolved"))
                .addProperty("order", text().description("The path of the existing order"))
                .addProperty(
                        "violations",
                        list(OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .addProperty("field", text())
                                .addProperty("message", text())
                                .required(List.of("field", "message"))))
                .addProperty(
                        "mismatch",
                        list(OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .addProperty("field", text())
                                .addProperty(
                                        "placed", OASFactory.createSchema().description("A text, a number, or null"))
                                .addProperty(
                                        "submitted", OASFactory.createSchema().description("A text, a number, or null"))
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

    private static Schema list(Schema items) {
        return OASFactory.createSchema().addType(Schema.SchemaType.ARRAY).items(items);
    }
}
