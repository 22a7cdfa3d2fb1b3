package dev.orderonce.http;

import static dev.orderonce.http.Retry.AFTER_CHANGE;
import static dev.orderonce.http.Retry.NEVER;
import static dev.orderonce.http.Retry.NEW_KEY;
import static dev.orderonce.http.Retry.NEW_NUMBER;
import static dev.orderonce.http.Retry.SAME_REQUEST;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every refusal of the service. The name in lower case is the stable {@code type}: {@code /problems/number-expired}.
 */
public enum ProblemType {
    NUMBER_MISSING(
            400,
            AFTER_CHANGE,
            "Order number or idempotency key missing",
            "A client places an order under an order number or an idempotency key. A page gets a number with "
                    + "GET /order-numbers?checkout=… when it loads, keeps it, and sends it as \"orderNumber\". A client "
                    + "that cannot get a number makes a key and sends it as the header Idempotency-Key. If the client has "
                    + "sent this request before with a number or key, it must repeat it with the same one: an order may "
                    + "exist under it. This request stored nothing."),
    NUMBER_AND_KEY(
            400,
            AFTER_CHANGE,
            "Both order number and idempotency key present",
            "Send one of them: \"orderNumber\" if the service issued a number for this order, the header "
                    + "Idempotency-Key otherwise. The request stored nothing; both stay usable."),
    KEY_MISSING(
            400,
            AFTER_CHANGE,
            "Idempotency key missing",
            "This request requires the header Idempotency-Key. The client makes a key, keeps it, and sends it with "
                    + "every repeat. If the client has sent this request before with a key, it must repeat it with the "
                    + "same one. This request stored nothing."),
    KEY_UNUSABLE(
            400,
            AFTER_CHANGE,
            "Invalid idempotency key",
            "An Idempotency-Key is 20 to 255 visible ASCII characters, in double quotes or bare; a UUID is suitable. "
                    + "Correct the header and repeat the request. Do not replace a key that was sent before: what was "
                    + "created under it exists. This request stored nothing."),
    KEY_COLLIDES(
            400,
            NEW_KEY,
            "Idempotency key collision",
            "This key has the same digest as another key that is in use, which is extremely unlikely. No order of this "
                    + "buyer exists under this key, and none can be placed under it. Make another key."),
    KEY_VOIDED(
            410,
            NEW_KEY,
            "Idempotency key voided",
            "The key was given up before an order was placed under it. This is final: no order can be placed under it. It is "
                    + "safe to make a new key and to place the order under that."),
    KEY_ALREADY_USED(
            409,
            NEVER,
            "Idempotency key already used",
            "The key was not given up, because an order was placed under it first. The order exists; \"order\" links to it."),
    KEY_IN_FLIGHT(
            409,
            SAME_REQUEST,
            "Request already in progress",
            "An earlier request with the same key has started and has not finished. Repeat this request with the same "
                    + "key after the time in Retry-After: the response then reports the outcome of the earlier one."),
    NUMBER_UNKNOWN(
            400,
            NEW_NUMBER,
            "Unknown order number",
            "The service never issued this number to this buyer: it is mistyped, invented, or another buyer's. The "
                    + "request stored nothing. No order of this buyer exists under this number, and none can be placed "
                    + "under it."),
    NUMBER_NOT_FOUND(
            404,
            NEW_NUMBER,
            "Order number not found",
            "The service never issued this number to this buyer: it is mistyped, invented, or another buyer's. No order "
                    + "of this buyer exists under this number, and none can be placed under it."),
    NUMBER_EXPIRED(
            410,
            NEW_NUMBER,
            "Order number expired",
            "The number expired before an order was placed under it. This is final: no order can be placed under it. It "
                    + "is safe to take a new number and to place the order under that."),
    NUMBER_VOIDED(
            410,
            NEW_NUMBER,
            "Order number voided",
            "The number was voided before an order was placed under it. This is final: no order can be placed under it. "
                    + "It is safe to take a new number and to place the order under that."),
    NUMBER_FORGOTTEN(
            410,
            NEW_NUMBER,
            "Order number no longer cached",
            "The cache of issued numbers lost this number before an order was placed under it. The service has retired "
                    + "the number, so no order can be placed under it. It is safe to take a new number and to place the "
                    + "order under that."),
    NUMBER_ALREADY_PLACED(
            409,
            NEVER,
            "Order already placed",
            "The number was not voided, because an order was placed under it first. The order exists; \"order\" links to "
                    + "it."),
    ORDER_DIFFERS(
            422,
            NEVER,
            "Order with different content exists",
            "An order with different content was placed under this number or key before. It is unchanged; \"order\" "
                    + "links to it and \"mismatch\" lists the differences. To order this content too, take a new number "
                    + "or make a new key."),
    CHECKOUT_COMPLETED(
            409,
            NEVER,
            "Checkout already completed",
            "This checkout has an order with different content, which was placed under another number. The order is "
                    + "unchanged; \"order\" links to it and \"mismatch\" lists the differences. No order can be placed for "
                    + "this checkout any more. To order this content too, begin another checkout."),
    CHECKOUT_DIFFERS(
            422,
            AFTER_CHANGE,
            "Number issued for a different checkout",
            "The order number was issued for another checkout than the one in \"checkout\", or for none. Send the "
                    + "number with the checkout that it was requested for. The request stored nothing; the order number "
                    + "stays usable."),
    REFERENCE_TAKEN(
            409,
            AFTER_CHANGE,
            "Reference already used",
            "Another order has this \"reference\", and no two orders of this shop may have the same one. If that order is the "
                    + "buyer's, \"order\" links to it. The request stored nothing; the same order number or key stays "
                    + "usable with another reference."),
    LIMIT_REACHED(
            429,
            SAME_REQUEST,
            "Limit reached",
            "The buyer has exceeded a limit for a short period or for concurrent requests. \"limit\" names it, and "
                    + "Retry-After says when the next request fits. The request stored nothing. The order number stays "
                    + "usable. Existing orders can be read, and their requests repeated, at any time."),
    LARGE_AMOUNT(
            428,
            AFTER_CHANGE,
            "Confirmation required: large amount",
            "The total is above the amount that is ordered without confirmation. Show it to the buyer. If the buyer "
                    + "confirms, repeat the request under the same number with the acknowledgement LARGE_AMOUNT and its "
                    + "\"total\". The request stored nothing."),
    LOOKALIKE(
            409,
            AFTER_CHANGE,
            "Confirmation required: possible duplicate",
            "The same buyer has recently ordered the same content under another number: \"earlier\", which \"order\" "
                    + "links to. Show that order to the buyer. If the buyer wants a second order, repeat the request "
                    + "under the same number with the acknowledgement SECOND_ORDER and the earlier number. If "
                    + "\"state\" is missing, the earlier order is still being placed or its outcome is unknown: then "
                    + "the identical request may also succeed after the time in Retry-After. The request stored "
                    + "nothing."),
    SUSPICION_NOT_FOUND(404, NEVER, "Suspected duplicate not found", "There is no suspected duplicate with this id."),
    SUSPICION_DECIDED(
            409,
            NEVER,
            "Suspected duplicate already decided",
            "This suspected duplicate was decided differently before, or one of its orders was cancelled in the "
                    + "meantime; \"state\" says which. The request changed nothing."),
    DISPUTE_NOT_FOUND(404, NEVER, "Dispute not found", "There is no dispute with this id that the caller may see."),
    DISPUTE_OPEN(
            409,
            NEVER,
            "Different dispute already open",
            "A dispute of this order with different content is open; \"dispute\" links to it. Send a message to it, or "
                    + "withdraw it and open another one. The request stored nothing."),
    DISPUTE_NOT_OPEN(
            409,
            NEVER,
            "Not allowed in this dispute state",
            "The state of the dispute does not allow this action. \"state\" is the current state and \"next\" lists the "
                    + "actions that it allows. The request changed nothing."),
    DISPUTE_DECIDED(
            409,
            NEVER,
            "Dispute already resolved",
            "A dispute is resolved once, and this one was resolved differently: \"resolution\" says how, and \"dispute\" "
                    + "links to it. The request changed nothing."),
    MESSAGE_DIFFERS(
            422,
            NEVER,
            "Idempotency key already used for a different message",
            "A message with another text was sent under this key before. It is unchanged. To send this text too, make a "
                    + "new key."),
    RECORD_DIFFERS(
            422,
            NEVER,
            "Key already used for a different body",
            "A record with another body was stored under this scope and key before. It is unchanged; \"body\" holds it."),
    RECORD_EXISTS(
            409,
            NEVER,
            "Name already used in another way",
            "A name of /once is either put as a record or claimed, and this one was used the other way before. What exists "
                    + "under it is unchanged."),
    REQUEST_DIFFERS(
            422,
            NEVER,
            "Name already claimed for a different request",
            "The first claim of this scope and key had another \"request\". Nothing was claimed. Use the same name only for "
                    + "the same work."),
    CLAIM_HELD(
            409,
            SAME_REQUEST,
            "Claim held by another worker",
            "Another claim of this scope and key is live until \"expiresAt\". Repeat the request after the time in "
                    + "Retry-After: it is granted if that worker has given up or crashed, and returns the result if the work "
                    + "is done."),
    CLAIM_LOST(
            409,
            NEVER,
            "Claim lost",
            "This claim does not hold the name: another claim was granted, or this one was given up or has completed. Do not "
                    + "continue the work. The request changed nothing."),
    RESULT_EXISTS(
            409,
            NEVER,
            "Different result already stored",
            "This claim has stored another result before; \"result\" is that one. It is unchanged."),
    RECORD_NOT_FOUND(404, NEVER, "Record not found", "There is no record under this scope and key, or it has expired."),
    WEBHOOK_NOT_FOUND(404, NEVER, "Webhook endpoint not found", "There is no webhook endpoint with this id."),
    WEBHOOK_EXISTS(
            409,
            NEVER,
            "Webhook endpoint with this URL exists",
            "Another webhook endpoint has this URL; \"webhook\" links to it. Change that endpoint, or use another URL. The "
                    + "request changed nothing."),
    WEBHOOKS_FULL(
            409,
            AFTER_CHANGE,
            "Too many webhook endpoints",
            "There are as many webhook endpoints as allowed, 20. Delete one, and repeat the request. The request changed "
                    + "nothing."),
    MOVE_NOT_OPEN(
            409,
            NEVER,
            "Not allowed in this order state",
            "The state of the order does not allow this action. \"state\" is the current state and \"next\" lists the "
                    + "actions that it allows. The request changed nothing."),
    ORDER_CHANGED(
            412,
            AFTER_CHANGE,
            "Order changed meanwhile",
            "The order is not in the version that If-Match names. \"state\" is its current state, \"next\" lists the actions "
                    + "that it allows, and the header ETag is the current version. The request changed nothing. Read the "
                    + "order; if the action is still wanted, send it with the current version. If this is a repeat, the "
                    + "first request may have made the change."),
    ORDER_ON_HOLD(
            409,
            NEVER,
            "Order on hold",
            "The order must not be shipped yet. \"holds\" lists the reasons: an open dispute, which \"dispute\" links to, a "
                    + "suspected duplicate that is not reviewed, or a decision of support. The request changed nothing."),
    ORDER_BUSY(
            409,
            SAME_REQUEST,
            "Order is being changed",
            "A payment or cancellation of this order is in progress, and its outcome is not known yet. \"state\" is the "
                    + "current state of the order. This request changed nothing. Repeat it after the time in "
                    + "Retry-After, or read the order."),
    PAYMENT_DIFFERS(
            422,
            NEVER,
            "Idempotency key already used for a different payment",
            "A payment of this order with another method was started under this key before. It is unchanged. To pay with "
                    + "this method, make a new key."),
    REFUND_TOO_LARGE(
            409,
            AFTER_CHANGE,
            "Refund exceeds the payment",
            "All refunds of an order together never exceed what was captured. \"refundable\" is what is left of the payment, in "
                    + "minor units. The request changed nothing."),
    REFUND_DIFFERS(
            422,
            NEVER,
            "Idempotency key already used for a different refund",
            "A refund of another amount was decided under this key before. It is unchanged. To refund this amount too, make "
                    + "a new key."),
    NOTIFICATION_REFUSED(
            401,
            NEVER,
            "Invalid notification signature",
            "The notification has no signature of the payment provider, a wrong one, or one that is too old. The service "
                    + "ignored it."),
    ORDER_NOT_FOUND(404, NEVER, "Order not found", "There is no order with this number that the caller may see."),
    GUEST_CLAIMED(
            409,
            NEVER,
            "Guest already claimed",
            "Another buyer has claimed the orders of this guest, and the first buyer keeps them. The request changed nothing."),
    BODY_UNREADABLE(
            400,
            AFTER_CHANGE,
            "Malformed request body",
            "The body is not the JSON that this operation expects. The request stored nothing; the order number stays "
                    + "usable."),
    BODY_INVALID(
            400,
            AFTER_CHANGE,
            "Invalid request body",
            "\"violations\" lists each invalid member and the reason. The request stored nothing; the order number stays "
                    + "usable."),
    BODY_TOO_LARGE(
            413,
            AFTER_CHANGE,
            "Request body too large",
            "The body exceeds the maximum size. The request stored nothing; the order number stays usable."),
    PARAMETER_INVALID(400, AFTER_CHANGE, "Invalid parameter", "\"detail\" names the parameter and the reason."),
    PREFETCH_REFUSED(
            403,
            AFTER_CHANGE,
            "Prefetch not allowed",
            "The header Sec-Purpose says that the browser loads this in advance, before a buyer has opened the page. The "
                    + "service issues numbers to open pages only: send the request again without that header."),
    OWN_CASE(
            403,
            NEVER,
            "Conflict of interest",
            "Staff cannot decide disputes, suspected duplicates or refunds of their own orders; a colleague must decide this "
                    + "one. The request changed nothing."),
    PATH_REFUSED(
            400,
            NEVER,
            "Path not in canonical form",
            "Every path of this service has one spelling: no trailing or repeated slash, no dot segment, no semicolon or "
                    + "backslash, and no unnecessary percent-encoding. Send the path as the API description has it. The "
                    + "service refused the request before processing it."),
    TARGET_TOO_LONG(
            414,
            NEVER,
            "Request target too long",
            "Path and query exceed 4,096 characters; no request of this API needs more. The service did not process the "
                    + "request."),
    HEADERS_TOO_LARGE(
            431,
            AFTER_CHANGE,
            "Request headers too large",
            "The headers exceed 16 kB in total. The request stored nothing; the order number stays usable."),
    HOST_REFUSED(
            400,
            NEVER,
            "Missing or invalid Host header",
            "A request has exactly one header Host, with a name or an address and optionally a port. The service did not "
                    + "process the request."),
    NOT_SIGNED_IN(
            401,
            AFTER_CHANGE,
            "Authentication required",
            "The request has no bearer token, or the token has expired, names another issuer, or has an invalid "
                    + "signature. Sign in again and repeat the request: the order number stays usable."),
    NOT_ALLOWED(403, NEVER, "Permission denied", "The token is valid, but none of its roles permits this operation."),
    NOT_FOUND(404, NEVER, "Not found", "There is no resource with this path."),
    METHOD_NOT_ALLOWED(405, NEVER, "Method not allowed", "The resource exists, but it does not support this method."),
    NOT_ACCEPTABLE(
            406,
            AFTER_CHANGE,
            "No acceptable representation",
            "The service cannot produce a response in any media type that the header Accept allows."),
    MEDIA_TYPE_NOT_SUPPORTED(
            415,
            AFTER_CHANGE,
            "Unsupported media type",
            "Send the body with Content-Type: application/json. The request stored nothing; the order number stays "
                    + "usable."),
    REQUEST_REFUSED(400, NEVER, "Bad request", "The request is not valid for this resource."),
    STORE_UNAVAILABLE(
            503,
            SAME_REQUEST,
            "Service temporarily unavailable",
            "A store did not answer within its timeout. A request that only reads changed nothing: repeat it. The outcome "
                    + "of any other request is unknown: repeat the identical request, with the same order number or key. "
                    + "At most one order is placed, and the repeat returns the outcome."),
    OVERLOADED(
            503,
            SAME_REQUEST,
            "Service overloaded",
            "The service is processing as many requests as it can answer in time. It refused this one at once and did "
                    + "not process it. Repeat the identical request, with the same order number or key if it has one."),
    INTERNAL_ERROR(
            500,
            SAME_REQUEST,
            "Internal error",
            "The service failed and has logged the failure. The outcome of a request that changes something is unknown. "
                    + "Repeat the identical request, with the same order number or key if it has one: at most one order is "
                    + "placed.");

    private final int status;
    private final Retry retry;
    private final String title;
    private final String explanation;
    private final String slug = name().toLowerCase(Locale.ROOT).replace('_', '-');

    ProblemType(int status, Retry retry, String title, String explanation) {
        this.status = status;
        this.retry = retry;
        this.title = title;
        this.explanation = explanation;
    }

    public static Optional<ProblemType> ofSlug(String slug) {
        return Arrays.stream(values()).filter(type -> type.slug.equals(slug)).findFirst();
    }

    public int status() {
        return status;
    }

    public Retry retry() {
        return retry;
    }

    public String title() {
        return title;
    }

    public String explanation() {
        return explanation;
    }

    public String slug() {
        return slug;
    }

    public String uri() {
        return "/problems/" + slug;
    }
}
