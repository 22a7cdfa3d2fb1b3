package dev.orderonce.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.MediaType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;

/**
 * The examples of successful responses in the API description. A name is that of the schema, or the operation's with
 * the status or the media type where a response differs from the other ones of its schema.
 */
final class ApiExamples {
    private static final String NUMBER = "0K3M7Q-XW52TB-9H4NRC";
    private static final String OTHER = "0K3M6D-2PV8SA-7JQ5XE";
    private static final String DISPUTE = "D0K3M7QXW52TB9H4N";
    private static final String AT = "2026-11-21T13:35:06Z";
    private static final String LATER = "2026-11-21T13:41:30Z";
    private static final String BUYER = "alice";
    private static final String SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    private static final Map<String, Object> EXAMPLES = examples();

    private ApiExamples() {}

    /** Adds the examples of an operation's responses, each as a reference to a component. */
    static void addTo(Operation operation, Components components) {
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (response.getContent() != null) {
                response.getContent()
                        .getMediaTypes()
                        .forEach((mediaType, media) -> names(
                                        operation.getOperationId(), status, mediaType, media.getSchema())
                                .filter(EXAMPLES::containsKey)
                                .forEach(name -> {
                                    components.addExample(
                                            name, OASFactory.createExample().value(EXAMPLES.get(name)));
                                    media.addExample(
                                            name, OASFactory.createExample().ref("#/components/examples/" + name));
                                }));
            }
        });
    }

    private static Stream<String> names(String operationId, String status, String mediaType, Schema schema) {
        if (!mediaType.equals(MediaType.APPLICATION_JSON)) {
            return Stream.of(operationId + "." + mediaType.substring(mediaType.indexOf('/') + 1));
        }
        String ofStatus = operationId + "." + status;
        return EXAMPLES.containsKey(ofStatus)
                ? Stream.of(ofStatus)
                : Stream.concat(
                                Stream.of(schema),
                                Objects.requireNonNullElse(schema.getAnyOf(), List.<Schema>of()).stream())
                        .map(Schema::getRef)
                        .filter(Objects::nonNull)
                        .map(reference -> reference.substring(reference.lastIndexOf('/') + 1));
    }

    private static Map<String, Object> examples() {
        Map<String, Object> texts = Map.of(
                "listOrders.x-ndjson",
                summary().encode() + "\n",
                "listOrders.csv",
                "number,buyer,state,currency,total,placedAt\r\n%s,%s,PAID,EUR,5590,%s\r\n".formatted(NUMBER, BUYER, AT),
                "listen.event-stream",
                "event: order\nid: 3.1204\ndata: {\"number\":\"%s\",\"sequence\":2,\"kind\":\"PAID\",\"at\":\"%s\",\"detail\":{}}\n\n"
                        .formatted(NUMBER, LATER),
                "listProblems.html",
                "<!doctype html>…",
                "explainProblem.html",
                "<!doctype html>…");
        Map<String, Object> all = new HashMap<>(texts);
        Stream.of(
                        ofNumbers(),
                        ofOrders(),
                        ofPayments(),
                        ofDisputes(),
                        ofSuspicions(),
                        ofRecords(),
                        ofWebhooks(),
                        ofOthers())
                .forEach(examples ->
                        examples.forEach((name, value) -> all.put(name, new JsonObject(value.encode()).getMap())));
        return Map.copyOf(all);
    }

    private static Map<String, JsonObject> ofNumbers() {
        return Map.of(
                "OrderNumber", number("ISSUED"),
                "findNumber.200", number("PLACED").put("order", "/orders/" + NUMBER),
                "voidNumber.200", number("VOIDED"));
    }

    private static JsonObject number(String state) {
        return new JsonObject()
                .put("number", NUMBER)
                .put("state", state)
                .put("issuedAt", "2026-11-21T13:34:51Z")
                .put("expiresAt", "2026-11-22T13:34:51Z");
    }

    private static Map<String, JsonObject> ofOrders() {
        return Map.ofEntries(
                Map.entry("Order", paid()),
                Map.entry("placeOrder.201", placed().put("duplicated", false)),
                Map.entry("placeOrder.200", placed().put("duplicated", true)),
                Map.entry("cancelOrder.200", order("CANCELLED")),
                Map.entry("cancelOrder.202", order("REFUNDING")),
                Map.entry("shipOrder.200", order("SHIPPED", "complete", "return", "refund")),
                Map.entry("completeOrder.200", order("COMPLETED", "return", "refund")),
                Map.entry("returnOrder.200", order("RETURNING", "receive", "refund")),
                Map.entry("receiveReturn.200", order("RETURNED", "refund")),
                Map.entry(
                        "holdOrder.200",
                        order("PAID", "cancel", "refund").put("holds", new JsonArray().add("SUPPORT"))),
                Map.entry("Orders", page("orders", paid()).put("after", NUMBER)),
                Map.entry("OrderSummaries", page("orders", summary()).putNull("after")),
                Map.entry(
                        "OrderEvents",
                        page("events", event(1, "PLACED", AT), event(2, "PAID", LATER))
                                .putNull("after")),
                Map.entry(
                        "Resubmissions",
                        page("resubmissions", new JsonObject().put("at", AT).put("outcome", "again"))));
    }

    private static JsonObject order(String state, String... next) {
        return new JsonObject("""
                {"number": "%s", "currency": "EUR", "total": 5590,
                 "lines": [{"productCode": "tea-1", "name": "Green tea", "quantity": 2, "unitPrice": 2550}],
                 "charges": [{"kind": "SHIPPING", "label": "Express delivery", "amount": 490}],
                 "acknowledgements": [], "placedAt": "%s"}""".formatted(NUMBER, AT)).put("state", state).put("next", new JsonArray(List.of(next)));
    }

    private static JsonObject placed() {
        return order("CREATED", "pay", "cancel");
    }

    private static JsonObject paid() {
        return order("PAID", "cancel", "ship", "refund");
    }

    private static JsonObject summary() {
        return new JsonObject()
                .put("number", NUMBER)
                .put("buyer", BUYER)
                .put("state", "PAID")
                .put("currency", "EUR")
                .put("total", 5590)
                .put("placedAt", AT);
    }

    private static JsonObject event(int sequence, String kind, String at) {
        return new JsonObject()
                .put("sequence", sequence)
                .put("kind", kind)
                .put("at", at)
                .put("detail", new JsonObject());
    }

    private static Map<String, JsonObject> ofPayments() {
        return Map.of(
                "payOrder.201", answered(payment("CAPTURED"), false, paid()),
                "payOrder.202", answered(payment("ASKED"), false, order("PAYING")),
                "payOrder.200", answered(payment("CAPTURED"), true, paid()),
                "Payments", page("payments", payment("CAPTURED")),
                "listUnsettled.200", page("payments", payment("ASKED")),
                "refundOrder.201", answered(refund("REFUNDED"), false, paid().put("refunded", 1000)),
                "refundOrder.202", answered(refund("REFUNDING"), false, paid()),
                "refundOrder.200", answered(refund("REFUNDED"), true, paid().put("refunded", 1000)));
    }

    private static JsonObject answered(JsonObject movement, boolean isRepeat, JsonObject order) {
        return movement.put("duplicated", isRepeat).put("order", order);
    }

    private static JsonObject payment(String state) {
        return movement("payment", state, 5590).put("begunAt", LATER);
    }

    private static JsonObject refund(String state) {
        return movement("refund", state, 1000)
                .put("reason", "One cup was broken")
                .put("decidedAt", LATER);
    }

    private static JsonObject movement(String kind, String state, long amount) {
        return new JsonObject()
                .put(kind, NUMBER + "-1")
                .put("number", NUMBER)
                .put("state", state)
                .put("currency", "EUR")
                .put("amount", amount);
    }

    private static Map<String, JsonObject> ofDisputes() {
        JsonObject resolution = new JsonObject()
                .put("resolution", "REFUND")
                .put("reason", "The order was placed twice")
                .put("resolvedBy", "sam");
        return Map.of(
                "Dispute", open(),
                "sendMessage.201", open().put("messages", messages()),
                "sendMessage.200", open().put("messages", messages()),
                "resolveDispute.200", dispute("RESOLVED").mergeIn(resolution).put("endedAt", LATER),
                "resolveDispute.202", dispute("RESOLVING").mergeIn(resolution),
                "withdrawDispute.200", dispute("WITHDRAWN").put("endedAt", LATER),
                "Disputes", page("disputes", open()).putNull("after").put("count", 1));
    }

    private static JsonObject open() {
        return dispute("OPEN", "answer", "reply", "withdraw", "resolve");
    }

    private static JsonObject dispute(String state, String... next) {
        return new JsonObject()
                .put("id", DISPUTE)
                .put("number", NUMBER)
                .put("buyer", BUYER)
                .put("kind", "DUPLICATE")
                .put("duplicateOf", OTHER)
                .put("state", state)
                .put("next", new JsonArray(List.of(next)))
                .put("openedAt", AT)
                .put("dueAt", "2026-11-23T13:35:06Z");
    }

    private static JsonArray messages() {
        return new JsonArray()
                .add(new JsonObject()
                        .put("sequence", 1)
                        .put("party", "BUYER")
                        .put("author", BUYER)
                        .put("text", "I ordered this once only.")
                        .put("at", AT));
    }

    private static Map<String, JsonObject> ofSuspicions() {
        JsonObject confirmation =
                new JsonObject().put("by", "sam").put("at", LATER).put("cancel", NUMBER);
        return Map.of(
                "SuspectedDuplicate",
                suspicion("OPEN"),
                "dismissSuspectedDuplicate.200",
                suspicion("DISMISSED")
                        .put("decision", new JsonObject().put("by", "sam").put("at", LATER)),
                "confirmSuspectedDuplicate.200",
                suspicion("CONFIRMED").put("decision", confirmation.copy().put("ended", "CANCELLED")),
                "confirmSuspectedDuplicate.202",
                suspicion("CONFIRMED").put("decision", confirmation),
                "SuspectedDuplicates",
                page("suspicions", suspicion("OPEN")).putNull("after").put("count", 1));
    }

    private static JsonObject suspicion(String state) {
        return new JsonObject()
                .put("id", 17)
                .put("state", state)
                .put("score", 90)
                .put("reasons", new JsonArray().add("SAME_BASKET").add("WITHIN_MINUTES"))
                .put("foundAt", LATER)
                .put("buyer", BUYER)
                .put("earlier", placed().put("number", OTHER).put("placedAt", "2026-11-21T13:35:04Z"))
                .put("later", placed());
    }

    private static Map<String, JsonObject> ofOthers() {
        return Map.of(
                "claimGuest.201", claim(2, false),
                "claimGuest.200", claim(0, true),
                "IdempotencyKey", key("PLACED").put("number", NUMBER).put("order", "/orders/" + NUMBER),
                "voidKey.200", key("VOIDED"),
                "Statistics",
                        page(
                                "minutes",
                                new JsonObject()
                                        .put("at", "2026-11-21T13:35:00Z")
                                        .put("placed", 42)
                                        .put("prevented", 3)
                                        .put("asked", 1)
                                        .put("refused", new JsonObject().put("number-expired", 1))),
                "SignedIn", new JsonObject().put("token", "eyJ…").put("expiresAt", "2026-11-21T21:35:06Z"));
    }

    private static JsonObject claim(int orders, boolean isRepeat) {
        return new JsonObject()
                .put("guest", "guest-1f0e3c")
                .put("orders", orders)
                .put("duplicated", isRepeat);
    }

    private static JsonObject onceRecord() {
        return new JsonObject()
                .put("scope", "notice")
                .put("key", "shipped-" + NUMBER)
                .put("body", new JsonObject().put("to", BUYER))
                .put("putAt", AT);
    }

    private static JsonObject key(String state) {
        return new JsonObject()
                .put("key", "0f8fad5b-d9cb-469f-a165-70867728950e")
                .put("state", state);
    }

    private static Map<String, JsonObject> ofRecords() {
        return Map.of(
                "OnceRecord", onceRecord(),
                "putOnce.201", onceRecord().put("duplicated", false),
                "putOnce.200", onceRecord().put("duplicated", true),
                "OnceClaim",
                        claimed("DONE")
                                .put("result", new JsonObject().put("invoice", "I-17"))
                                .put("completedAt", AT),
                "claimOnce.201", held(),
                "renewOnce.200", held());
    }

    private static JsonObject claimed(String state) {
        return new JsonObject().put("scope", "invoice").put("key", NUMBER).put("state", state);
    }

    private static JsonObject held() {
        return claimed("CLAIMED")
                .put("claim", "6f1c2b1e-3a52-4a8e-9d0c-2f6f2a5b7c11")
                .put("expiresAt", "2026-11-21T13:36:06Z");
    }

    private static Map<String, JsonObject> ofWebhooks() {
        return Map.of(
                "Webhook", webhook(),
                "findWebhook.200", webhook().put("behind", 0),
                "createWebhook.201", webhook().put("secret", SECRET),
                "rotateWebhookSecret.200",
                        webhook().put("secret", SECRET).put("previousSecretUntil", "2026-11-22T13:35:06Z"),
                "Webhooks", page("webhooks", webhook().put("behind", 0)),
                "WebhookDeliveries",
                        page(
                                        "deliveries",
                                        new JsonObject()
                                                .put("event", NUMBER + "-2")
                                                .put("kind", "PAID")
                                                .put("attempt", 1)
                                                .put("result", "DELIVERED")
                                                .put("status", 204)
                                                .put("milliseconds", 37)
                                                .put("at", LATER))
                                .putNull("after"));
    }

    private static JsonObject webhook() {
        return new JsonObject()
                .put("id", "W0K3M7QXW52TB9H4N")
                .put("url", "https://shop.example/hooks/orders")
                .put("kinds", new JsonArray().add("PAID"))
                .put("state", "ENABLED")
                .put("createdAt", AT);
    }

    private static JsonObject page(String member, JsonObject... entries) {
        return new JsonObject().put(member, new JsonArray(List.of(entries)));
    }
}
