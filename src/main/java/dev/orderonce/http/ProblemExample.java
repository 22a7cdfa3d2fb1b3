package dev.orderonce.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the page of a problem shows besides its explanation.
 *
 * @param request a request that is refused so, as a client sends it
 * @param members those that the problem has besides the ones of all problems
 * @param headers those that the response has besides the ones of all responses
 * @param buyer what a page tells its buyer
 */
record ProblemExample(String request, Map<String, Object> members, Map<String, String> headers, String buyer) {
    private static final String NUMBER = "0K3M7Q-XW52TB-9H4NRC";
    private static final String ORDER = "/orders/" + NUMBER;
    private static final String OTHER = "0K3M6D-2PV8SA-7JQ5XE";
    private static final String DISPUTE = "D0K3M7QXW52TB9H4N";
    private static final String KEY = "Idempotency-Key: 0f8fad5b-d9cb-469f-a165-70867728950e";

    private static final String BASKET = """
            {"orderNumber":"%s","currency":"EUR","total":5100,
             "lines":[{"productCode":"tea-1","quantity":2,"unitPrice":2550}]}""".formatted(NUMBER);
    private static final String PLACE = "POST /orders\n\n" + BASKET;
    private static final String LARGE = PLACE.replace("5100", "124000").replace("2550", "62000");
    private static final String WEBHOOK = "/webhooks/W0K3M7QXW52TB9H4N";
    private static final String PAY = "POST " + ORDER + "/payments\n" + KEY + "\n\n{\"method\":\"tok_visa\"}";
    private static final String REFUND =
            "POST " + ORDER + "/refunds\n" + KEY + "\n\n{\"amount\":1000,\"reason\":\"One cup was broken\"}";
    private static final String SHIP = "POST " + ORDER + "/shipment";

    private static final String RESULT =
            "{\"claim\":\"6f1c2b1e-3a52-4a8e-9d0c-2f6f2a5b7c11\",\"result\":{\"invoice\":\"I-17\"}}";

    /** The client repairs the request before the buyer notices. */
    private static final String NOTHING = "Nothing: the buyer has done nothing wrong. The error is the program's.";

    private static final String STAFF = "Nothing: buyers do not send this request.";
    private static final String NOT_PLACED =
            "“Your order didn't go through. Nothing was ordered or charged, and your basket is still here.”";
    private static final String EARLIER_BASKET =
            "“Order %s is confirmed with your earlier basket. What's in your basket now hasn't been ordered.”";
    private static final String TRYING =
            "“This is taking longer than usual. Please keep this page open: we're still trying, "
                    + "and only one order will be placed.”";

    /** The same example with members. */
    private ProblemExample with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new ProblemExample(request, more, headers, buyer);
    }

    private ProblemExample header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ProblemExample(request, members, more, buyer);
    }

    private ProblemExample order(String state, String... next) {
        return with("number", NUMBER).with("order", ORDER).with("state", state).with("next", List.of(next));
    }

    private ProblemExample dispute(String state, String... next) {
        return with("id", DISPUTE)
                .with("dispute", "/disputes/" + DISPUTE)
                .with("state", state)
                .with("next", List.of(next));
    }

    private ProblemExample violation(String field, String message) {
        return with("violations", List.of(new JsonObject().put("field", field).put("message", message)));
    }

    private ProblemExample mismatch() {
        JsonObject difference = new JsonObject()
                .put("field", "/lines/0/quantity")
                .put("placed", 1)
                .put("submitted", 2);
        return with("mismatch", List.of(difference));
    }

    /** Placing with one more member. */
    private static String placing(String member, String value) {
        return PLACE.replace("\"currency\"", "\"%s\":\"%s\",\"currency\"".formatted(member, value));
    }

    private static ProblemExample of(String request, String buyer) {
        return new ProblemExample(request, Map.of(), Map.of(), buyer);
    }

    /** The body of the response. */
    JsonObject body(ProblemType type) {
        JsonObject body = new JsonObject(Problem.of(type).toJson());
        members.forEach((name, value) -> body.put(name, value instanceof List<?> list ? new JsonArray(list) : value));
        return new JsonObject(body.encode()); // of maps, lists, texts and numbers only
    }

    /** The response of the example, without the headers that every response has. */
    String response(ProblemType type) {
        StringBuilder lines = new StringBuilder("HTTP/1.1 " + type.status() + "\nContent-Type: " + Problem.MEDIA_TYPE);
        headers.forEach(
                (name, value) -> lines.append('\n').append(name).append(": ").append(value));
        return lines.append("\n\n").append(body(type).encodePrettily()).toString();
    }

    /** The example of a type. */
    static ProblemExample of(ProblemType type) {
        return switch (type) {
            case NUMBER_MISSING -> of("POST /orders\n\n{\"currency\":\"EUR\",\"total\":5100,\"lines\":[…]}", NOTHING);
            case NUMBER_AND_KEY -> of("POST /orders\n" + KEY + "\n\n" + BASKET, NOTHING);
            case KEY_MISSING -> of("POST " + ORDER + "/payments\n\n{\"method\":\"tok_visa\"}", NOTHING);
            case KEY_UNUSABLE ->
                of("POST " + ORDER + "/payments\nIdempotency-Key: 1\n\n{\"method\":\"tok_visa\"}", NOTHING);
            case KEY_COLLIDES -> of("POST /orders\n" + KEY + "\n\n{\"currency\":\"EUR\",…}", NOTHING);
            case KEY_VOIDED -> of("POST /orders\n" + KEY + "\n\n{\"currency\":\"EUR\",…}", NOT_PLACED);
            case KEY_ALREADY_USED ->
                of(
                                "DELETE /idempotency-keys/0f8fad5b-d9cb-469f-a165-70867728950e",
                                "“Order " + NUMBER + " is confirmed.”")
                        .with("number", NUMBER)
                        .with("order", ORDER);
            case KEY_IN_FLIGHT ->
                of("PUT /once/mails/welcome-4711\n\n{\"to\":\"ada\"}", TRYING).header("Retry-After", "1");
            case NUMBER_UNKNOWN -> of(PLACE, NOT_PLACED);
            case NUMBER_NOT_FOUND -> of("GET /order-numbers/" + NUMBER, NOT_PLACED);
            case NUMBER_EXPIRED, NUMBER_VOIDED, NUMBER_FORGOTTEN ->
                of(PLACE, NOT_PLACED).with("number", NUMBER);
            case NUMBER_ALREADY_PLACED ->
                of("DELETE /order-numbers/" + NUMBER, "“Order " + NUMBER + " is confirmed.”")
                        .with("number", NUMBER)
                        .with("order", ORDER);
            case ORDER_DIFFERS ->
                of(PLACE, EARLIER_BASKET.formatted(NUMBER))
                        .with("number", NUMBER)
                        .with("order", ORDER)
                        .mismatch();
            case CHECKOUT_COMPLETED ->
                of(placing("checkout", "c-1"), EARLIER_BASKET.formatted(OTHER))
                        .with("checkout", "c-1")
                        .with("order", "/orders/" + OTHER)
                        .mismatch();
            case CHECKOUT_DIFFERS -> of(placing("checkout", "c-2"), NOTHING);
            case REFERENCE_TAKEN ->
                of(placing("reference", "till-4711"), NOTHING).with("order", "/orders/" + OTHER);
            case LIMIT_REACHED ->
                of(PLACE, "“That's a lot of orders at once. Please try again in 12 seconds. Your basket is safe.”")
                        .with("limit", "orders-placed")
                        .header("Retry-After", "12")
                        .header(Headers.RATE_LIMIT_POLICY, "\"orders-placed\";q=20;w=60")
                        .header(Headers.RATE_LIMIT, "\"orders-placed\";r=0;t=12");
            case LARGE_AMOUNT ->
                of(LARGE, "“Check your total. Your order comes to €1,240.00. Is that right?”")
                        .with("currency", "EUR")
                        .with("total", 124_000);
            case LOOKALIKE ->
                of(PLACE, "“Order this again? You placed the same order 2 seconds ago.” With the earlier order.")
                        .with("earlier", OTHER)
                        .with("order", "/orders/" + OTHER)
                        .with("state", "CREATED")
                        .with("placedAt", "2026-11-21T13:35:04Z")
                        .with("age", 2);
            case SUSPICION_NOT_FOUND -> of("POST /suspected-duplicates/17/dismissal", STAFF);
            case SUSPICION_DECIDED ->
                of("POST /suspected-duplicates/17/dismissal", STAFF).with("state", "CONFIRMED");
            case DISPUTE_NOT_FOUND -> of("GET /disputes/" + DISPUTE, "“We can't find this report.”");
            case DISPUTE_OPEN ->
                of(
                                "POST " + ORDER + "/disputes\n\n{\"kind\":\"NOT_MINE\"}",
                                "“You've already reported another problem with this order.” With a link to it.")
                        .dispute("OPEN", "answer", "reply", "withdraw", "resolve");
            case DISPUTE_NOT_OPEN ->
                of("POST /disputes/" + DISPUTE + "/withdrawal", "“This report is closed.” With the decision.")
                        .dispute("RESOLVED")
                        .with("resolution", "REFUND");
            case DISPUTE_DECIDED ->
                of("POST /disputes/" + DISPUTE + "/resolution\n\n{\"resolution\":\"REJECT\",\"reason\":\"…\"}", STAFF)
                        .dispute("RESOLVED")
                        .with("resolution", "REFUND");
            case MESSAGE_DIFFERS ->
                of("POST /disputes/" + DISPUTE + "/messages\n" + KEY + "\n\n{\"text\":\"Another text\"}", NOTHING)
                        .dispute("OPEN", "answer", "reply", "withdraw", "resolve");
            case RECORD_DIFFERS ->
                of("PUT /once/mails/welcome-4711\n\n{\"to\":\"bob\"}", NOTHING)
                        .with("body", new JsonObject().put("to", "ada"));
            case RECORD_EXISTS -> of("POST /once/mails/welcome-4711/claims\n\n{}", NOTHING);
            case REQUEST_DIFFERS -> of("POST /once/invoices/4711/claims\n\n{\"request\":\"sha256-9f86d081\"}", NOTHING);
            case CLAIM_HELD ->
                of("POST /once/invoices/4711/claims\n\n{\"ttl\":60}", NOTHING)
                        .with("expiresAt", "2026-11-21T13:36:04Z")
                        .header("Retry-After", "42");
            case CLAIM_LOST -> of("PUT /once/invoices/4711/result\n\n" + RESULT, NOTHING);
            case RESULT_EXISTS ->
                of("PUT /once/invoices/4711/result\n\n" + RESULT, NOTHING)
                        .with("result", new JsonObject().put("invoice", "I-16"));
            case RECORD_NOT_FOUND -> of("GET /once/mails/welcome-4711", NOTHING);
            case WEBHOOK_NOT_FOUND -> of("GET " + WEBHOOK, NOTHING);
            case WEBHOOK_EXISTS ->
                of("POST /webhooks\n\n{\"url\":\"https://shop.example/hooks\",\"kinds\":[\"PAID\"]}", NOTHING)
                        .with("webhook", WEBHOOK);
            case WEBHOOKS_FULL -> of("POST /webhooks\n\n{\"url\":\"https://shop.example/hooks\"}", NOTHING);
            case MOVE_NOT_OPEN ->
                of("POST " + ORDER + "/cancellation", "“This is no longer possible for this order.” With its state.")
                        .order("SHIPPED", "complete", "return", "refund");
            case ORDER_CHANGED ->
                of(SHIP + "\nIf-Match: \"3\"", "“This order has changed.” With its state now.")
                        .order("PAID", "cancel", "ship", "refund")
                        .header("ETag", "\"4\"");
            case ORDER_ON_HOLD ->
                of(SHIP, STAFF).order("PAID", "cancel", "refund").with("holds", List.of("SUPPORT"));
            case ORDER_BUSY ->
                of(PAY, "“A payment for this order is being processed.”")
                        .order("PAYING")
                        .header("Retry-After", "1");
            case PAYMENT_DIFFERS -> of(PAY, NOTHING).order("PAYING");
            case REFUND_TOO_LARGE ->
                of(REFUND, STAFF).order("PAID", "cancel", "ship", "refund").with("refundable", 500);
            case REFUND_DIFFERS -> of(REFUND, STAFF).order("PAID", "cancel", "ship", "refund");
            case NOTIFICATION_REFUSED -> of("POST /payments/notifications\n\n{…}", STAFF);
            case ORDER_NOT_FOUND -> of("GET " + ORDER, "“We can't find this order.”");
            case GUEST_CLAIMED ->
                of("POST /buyers/claims\n\n{\"guestToken\":\"eyJ…\"}", "“These orders belong to another account.”");
            case BODY_UNREADABLE -> of("POST /orders\n\n{\"currency\":\"EUR\",}", NOTHING);
            case BODY_INVALID ->
                of("POST /orders\n\n{\"orderNumber\":\"" + NUMBER + "\",\"currency\":\"EURO\",…}", NOTHING)
                        .violation("/currency", "is not an ISO 4217 code of a currency");
            case BODY_TOO_LARGE -> of("POST /orders\nContent-Length: 200000", NOTHING);
            case PARAMETER_INVALID -> of("GET /orders?limit=1000", NOTHING);
            case PREFETCH_REFUSED -> of("GET /order-numbers?checkout=c-1\nSec-Purpose: prefetch", NOTHING);
            case OWN_CASE -> of(REFUND, STAFF);
            case PATH_REFUSED -> of("GET //orders", NOTHING);
            case TARGET_TOO_LONG -> of("GET /orders?after=0K3M7Q…", NOTHING);
            case HEADERS_TOO_LARGE -> of("GET /orders\nCookie: …", NOTHING);
            case HOST_REFUSED -> of("GET /orders HTTP/1.1\nHost:", NOTHING);
            case NOT_SIGNED_IN ->
                of(PLACE, "“Please sign in again.” Nothing is lost: the same number stays usable.")
                        .header("WWW-Authenticate", "Bearer");
            case NOT_ALLOWED -> of(SHIP, "“You don't have access to this.”");
            case NOT_FOUND -> of("GET /nowhere", NOTHING);
            case METHOD_NOT_ALLOWED -> of("PATCH " + ORDER, NOTHING).header("Allow", "GET, HEAD, OPTIONS");
            case NOT_ACCEPTABLE -> of("GET /orders\nAccept: image/png", NOTHING);
            case MEDIA_TYPE_NOT_SUPPORTED -> of("POST /orders\nContent-Type: text/plain\n\nhello", NOTHING);
            case REQUEST_REFUSED -> of("GET /nowhere", NOTHING);
            case STORE_UNAVAILABLE, OVERLOADED -> of(PLACE, TRYING).header("Retry-After", "1");
            case INTERNAL_ERROR -> of(PLACE, TRYING);
        };
    }
}
