package dev.orderonce.http;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.media.Discriminator;
import org.eclipse.microprofile.openapi.models.media.Schema;

/**
 * The schemas of problems in the API description: a union that {@code type} discriminates, with one schema for each
 * {@link ProblemShape}.
 */
final class ProblemSchemas {
    /** The name of the union. */
    static final String UNION = "Problem";

    private static final String RETRY = "Retry";
    private static final List<String> OF_ALL = List.of("type", "title", "status", "detail", "retry");

    private ProblemSchemas() {}

    /** Adds the union and its parts. */
    static void addTo(Components components) {
        Discriminator discriminator = OASFactory.createDiscriminator().propertyName("type");
        Schema union = OASFactory.createSchema()
                .description(
                        "RFC 9457. `type` is stable, says which members there are, and is the path of the page that explains "
                                + "them. A client must expect types and members that this description does not have: it "
                                + "follows `retry` then, and without a known `retry` the status.")
                .discriminator(discriminator);
        components.addSchema(UNION, union);
        for (ProblemShape shape : ProblemShape.values()) {
            union.addOneOf(reference(shape.schema()));
            shape.types()
                    .forEach(type -> discriminator.addMapping(type.uri(), "#/components/schemas/" + shape.schema()));
            components.addSchema(shape.schema(), schema(shape));
        }
        components.addSchema(RETRY, retry());
        components.addSchema("Violation", violation());
        components.addSchema("Mismatch", mismatch());
    }

    private static Schema schema(ProblemShape shape) {
        Schema schema = OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .required(Stream.concat(OF_ALL.stream(), shape.required().stream())
                        .toList())
                .addProperty(
                        "type",
                        text().enumeration(shape.types()
                                .<Object>map(ProblemType::uri)
                                .toList()))
                .addProperty("title", text())
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text())
                .addProperty(
                        "instance", text().description("`/requests/` and the id of the request, as in `Request-Id`"))
                .addProperty("retry", reference(RETRY));
        Map<String, Schema> members = members(shape);
        shape.members().forEach(member -> schema.addProperty(member, members.get(member)));
        return schema;
    }

    private static Map<String, Schema> members(ProblemShape shape) {
        return Map.ofEntries(
                Map.entry("number", text().description("The order number of the request")),
                Map.entry("order", text().description("The path of the existing order")),
                Map.entry("checkout", text().description("The checkout that the existing order completes")),
                Map.entry("mismatch", list(reference("Mismatch"))),
                Map.entry("limit", text().description("The name of the exceeded limit")),
                Map.entry("currency", text().description("The currency of the total to confirm")),
                Map.entry("total", whole().description("The total to confirm")),
                Map.entry("earlier", text().description("The number of the earlier order with the same content")),
                Map.entry("placedAt", text().description("When the earlier order was placed")),
                Map.entry("age", whole().description("The time since the earlier order was placed, in seconds")),
                Map.entry("state", reference(stateOf(shape))),
                Map.entry("next", list(text()).description("The actions that the state allows")),
                Map.entry("refundable", whole().description("What is left of the payment, in minor units")),
                Map.entry(
                        "holds",
                        list(reference("HoldReason")).description("The reasons why the order is not shipped yet")),
                Map.entry("id", text().description("The id of the dispute")),
                Map.entry("dispute", text().description("The path of the existing dispute")),
                Map.entry("resolution", reference("Verdict")),
                Map.entry(
                        "body",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .description("The body of the existing record")),
                Map.entry("expiresAt", text().format("date-time").description("When the lease of the live claim ends")),
                Map.entry(
                        "result",
                        OASFactory.createSchema().description("The result that the claim has stored, any JSON value")),
                Map.entry("webhook", text().description("The path of the existing webhook endpoint")),
                Map.entry("violations", list(reference("Violation"))));
    }

    /** The schema of the states that problems of a shape report. */
    private static String stateOf(ProblemShape shape) {
        return switch (shape) {
            case DISPUTE -> "DisputeState";
            case SUSPICION -> "SuspicionState";
            case PLAIN,
                    NUMBER,
                    PLACED_NUMBER,
                    DIFFERENT_ORDER,
                    COMPLETED_CHECKOUT,
                    REFERENCE,
                    LIMIT,
                    AMOUNT,
                    LOOKALIKE,
                    RECORD,
                    CLAIM,
                    RESULT,
                    WEBHOOK,
                    ORDER,
                    HELD_ORDER,
                    REFUND,
                    BODY -> "OrderState";
        };
    }

    private static Schema retry() {
        String advice = Arrays.stream(Retry.values())
                .map(retry -> "- `%s`: %s".formatted(retry.text(), retry.advice()))
                .collect(Collectors.joining(
                        "\n", "What a program does next. Clients ignore values that they do not know.\n\n", ""));
        return text().description(advice)
                .enumeration(
                        Arrays.stream(Retry.values()).<Object>map(Retry::text).toList());
    }

    private static Schema violation() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .addProperty("field", pointer())
                .addProperty("message", text())
                .required(List.of("field", "message"));
    }

    private static Schema mismatch() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .addProperty("field", pointer())
                .addProperty("placed", OASFactory.createSchema().description("A text, a number, an object, or null"))
                .addProperty("submitted", OASFactory.createSchema().description("A text, a number, an object, or null"))
                .required(List.of("field"));
    }

    private static Schema reference(String schema) {
        return OASFactory.createSchema().ref("#/components/schemas/" + schema);
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
