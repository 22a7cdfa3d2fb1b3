package dev.orderonce.web;

import static dev.orderonce.web.Retry.NEVER;
import static dev.orderonce.web.Retry.NEW_NUMBER;
import static dev.orderonce.web.Retry.SAME_NUMBER;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every refusal there is. Its name in lower case is the stable {@code type}: {@code
 * /problems/number-expired}.
 */
public enum ProblemType {
    NUMBER_MISSING(
            400,
            SAME_NUMBER,
            "Order number or idempotency key missing",
            "An order is placed under an order number or under an idempotency key. A page gets a number with "
                    + "GET /order-numbers?checkout=… when it loads, keeps it, and sends it as \"orderNumber\". A caller "
                    + "that cannot fetch a number makes a key and sends it as the header Idempotency-Key. If this request "
                    + "was sent before with a number or key, repeat it with the same one: an order may exist under it. "
                    + "This request stored nothing."),
    NUMBER_AND_KEY(
            400,
            SAME_NUMBER,
            "Both an order number and a key",
            "Send one of them: \"orderNumber\" if the number was issued for this order, the header Idempotency-Key if "
                    + "it was not. Nothing was stored; both stay usable."),
    KEY_MISSING(
            400,
            SAME_NUMBER,
            "Idempotency key missing",
            "This request needs the header Idempotency-Key: make a key, keep it, and send it with every repeat. If the "
                    + "request was sent before with a key, repeat it with the same one. This request stored nothing."),
    KEY_UNUSABLE(
            400,
            SAME_NUMBER,
            "Invalid idempotency key",
            "An Idempotency-Key is 20 to 255 visible ASCII characters, in double quotes or bare; a UUID will do. "
                    + "Correct the header and repeat the request. Do not replace a key that was sent before: "
                    + "what was created under it exists. This request stored nothing."),
    KEY_COLLIDES(
            400,
            NEW_NUMBER,
            "The key cannot be used",
            "By an accident that is not expected to happen to anybody, this key has the same digest as another one that "
                    + "is in use. No order of yours is or will be under it: make another key."),
    KEY_IN_FLIGHT(
            409,
            SAME_NUMBER,
            "An earlier request is still at it",
            "A request under the same key began and has not ended. Repeat this one after a moment, under the same key: "
                    + "it will be told what came of the other."),
    NUMBER_UNKNOWN(
            400,
            NEW_NUMBER,
            "Not an order number of yours",
            "This number was never issued to you: it is mistyped, made up, or somebody else's. Nothing was stored, and "
                    + "no order of yours can stand under it."),
    NUMBER_NOT_FOUND(
            404,
            NEW_NUMBER,
            "No such order number",
            "This number was never issued to you: it is mistyped, made up, or somebody else's. No order of yours can "
                    + "stand under it."),
    NUMBER_EXPIRED(
            410,
            NEW_NUMBER,
            "The order number has expired",
            "Its time ran out before an order was placed under it. That is final: it can never become an order, so it is "
                    + "safe to take a new number and order under that."),
    NUMBER_VOIDED(
            410,
            NEW_NUMBER,
            "The order number was voided",
            "It was given up before an order was placed under it. That is final: it can never become an order, so it is "
                    + "safe to take a new number and order under that."),
    NUMBER_FORGOTTEN(
            410,
            NEW_NUMBER,
            "The order number is no longer known",
            "The cache of issued numbers lost it before an order was placed under it. It has been spent so that it can "
                    + "never become an order; it is safe to take a new number and order under that."),
    NUMBER_ALREADY_PLACED(
            409,
            NEVER,
            "An order stands under this number",
            "The number was to be voided, but it was placed first. The order stands; \"order\" links to it."),
    ORDER_DIFFERS(
            422,
            NEVER,
            "Another order stands under this number or key",
            "An order was placed under this number or key before, with other content. It stands as it was; \"order\" "
                    + "links to it and \"mismatch\" lists what differs. To order something else too, take a new number "
                    + "or make a new key."),
    LIMIT_REACHED(
            429,
            SAME_NUMBER,
            "Too many at once",
            "More was asked for than one buyer may have in so short a time; \"limit\" says of what, and Retry-After when "
                    + "there is room for one more. Nothing was stored; the order number stays usable, and orders that "
                    + "stand can be repeated and looked up at any time."),
    LARGE_AMOUNT(
            428,
            SAME_NUMBER,
            "Is this amount meant?",
            "The total is above what is ordered without being asked. Show it to the buyer and, if they mean it, repeat the "
                    + "request under the same number with the acknowledgement LARGE_AMOUNT naming \"total\". Nothing was "
                    + "stored."),
    LOOKALIKE(
            409,
            SAME_NUMBER,
            "Is this a second order?",
            "The same buyer has ordered the same things a short time ago, under another number: \"earlier\", which "
                    + "\"order\" links to. Show it to the buyer. If they mean a second order, repeat the request under the "
                    + "same number with the acknowledgement SECOND_ORDER naming the earlier one. Without \"state\" the "
                    + "earlier order is just being placed, or was not heard of again: the same request can also be "
                    + "repeated after a moment. Nothing was stored."),
    SUSPICION_NOT_FOUND(
            404, NEVER, "No such suspicion", "There is no suspected duplicate under this id."),
    SUSPICION_DECIDED(
            409,
            NEVER,
            "It is decided",
            "This suspected duplicate was decided otherwise before, or one of its orders was cancelled meanwhile; "
                    + "\"state\" says which. Nothing was changed."),
    DISPUTE_NOT_FOUND(
            404, NEVER, "No such dispute", "There is no dispute under this id that you may see."),
    DISPUTE_OPEN(
            409,
            NEVER,
            "Something else is being disputed",
            "A dispute of this order is open that says something else; \"dispute\" links to it. Add to it with a message, or "
                    + "withdraw it and open another one. Nothing was stored."),
    DISPUTE_NOT_OPEN(
            409,
            NEVER,
            "Not from where the dispute stands",
            "The dispute is not in a state from which this can be done. \"state\" says where it stands and \"next\" what can "
                    + "be done from there. Nothing was changed."),
    DISPUTE_DECIDED(
            409,
            NEVER,
            "The dispute was decided otherwise",
            "A dispute is decided once, and this one was: \"resolution\" says how, and \"dispute\" links to it. Nothing was "
                    + "changed."),
    MESSAGE_DIFFERS(
            422,
            NEVER,
            "Another message stands under this key",
            "Another text was sent under this key before. It stands as it was. To say something else, make a new key."),
    RECORD_DIFFERS(
            422,
            NEVER,
            "Another body stands under this key",
            "A body was put under this scope and key before, and it was another one. It stands as it was; \"body\" has "
                    + "it."),
    RECORD_NOT_FOUND(
            404,
            NEVER,
            "No such record",
            "Nothing stands under this scope and key, or its time is over."),
    MOVE_NOT_OPEN(
            409,
            NEVER,
            "Not from where the order stands",
            "The order is not in a state from which this can be done. \"state\" says where it stands and \"next\" what can "
                    + "be done from there. Nothing was changed."),
    ORDER_BUSY(
            409,
            SAME_NUMBER,
            "Somebody is at this order",
            "A payment or a cancellation of this order is under way, and its end is not known yet. \"state\" says where "
                    + "the order stands. Nothing was changed by this request; repeat it after a moment, or look at the order."),
    PAYMENT_DIFFERS(
            422,
            NEVER,
            "Another payment stands under this key",
            "A payment of this order was begun under this key before, with another method. It stands as it was. To pay "
                    + "with another method, make a new key."),
    NOTIFICATION_REFUSED(
            401,
            NEVER,
            "Not signed by the provider",
            "The notification carries no signature, a wrong one, or one that is too old. Nothing was done."),
    ORDER_NOT_FOUND(
            404, NEVER, "No such order", "There is no order under this number that you may see."),
    BODY_UNREADABLE(
            400,
            SAME_NUMBER,
            "The request could not be read",
            "The body is not the JSON that is expected here. Nothing was stored; the order number stays usable."),
    BODY_INVALID(
            400,
            SAME_NUMBER,
            "The request is not valid",
            "\"violations\" lists each member that is wrong and why. Nothing was stored; the order number stays usable."),
    BODY_TOO_LARGE(
            413,
            SAME_NUMBER,
            "The request is too large",
            "The body is larger than any order that is accepted. Nothing was stored; the order number stays usable."),
    PARAMETER_INVALID(
            400,
            SAME_NUMBER,
            "A parameter is not valid",
            "\"detail\" says which parameter, and why."),
    PREFETCH_REFUSED(
            403,
            SAME_NUMBER,
            "No order number for a prefetch",
            "The header Sec-Purpose says that a browser loads this in advance, before anybody has opened the page. A "
                    + "number is issued to a page that is open: send the request again without that header."),
    OWN_CASE(
            403,
            NEVER,
            "Own case",
            "Nobody decides a dispute or a suspected duplicate of their own orders: a colleague has to. Nothing was "
                    + "changed."),
    PATH_REFUSED(
            400,
            NEVER,
            "Path not in canonical form",
            "Every address of this service has one spelling: no slash at the end or twice in a row, no dot segment, no "
                    + "semicolon or backslash, and nothing percent-encoded that need not be. Send the path as the "
                    + "API description has it. The request was refused before anything else looked at it."),
    TARGET_TOO_LONG(
            414,
            NEVER,
            "Request target too long",
            "Path and query are longer than 4,096 characters; no request of this API is. Nothing was done."),
    HEADERS_TOO_LARGE(
            431,
            SAME_NUMBER,
            "Request headers too large",
            "The headers are longer than 16 kB together. Nothing was stored; the order number stays usable."),
    HOST_REFUSED(
            400,
            NEVER,
            "Host header missing or invalid",
            "A request carries exactly one header Host, with a name or an address and possibly a port. Nothing was done."),
    NOT_SIGNED_IN(
            401,
            SAME_NUMBER,
            "Who is asking?",
            "The request carries no bearer token, or one that is expired, of another issuer, or not signed by it. Sign "
                    + "in again and repeat the request: the order number stays usable."),
    NOT_ALLOWED(
            403,
            NEVER,
            "Not for this role",
            "The token is valid, but none of its roles may do this."),
    NOT_FOUND(404, NEVER, "Nothing here", "There is nothing at this address."),
    METHOD_NOT_ALLOWED(
            405, NEVER, "Not with this method", "The address exists, but not for this method."),
    NOT_ACCEPTABLE(
            406,
            SAME_NUMBER,
            "No such representation",
            "The answer cannot be given in a media type that is accepted."),
    MEDIA_TYPE_NOT_SUPPORTED(
            415,
            SAME_NUMBER,
            "Send JSON",
            "The body must be sent with Content-Type: application/json. Nothing was stored; the order number stays usable."),
    REQUEST_REFUSED(
            400, NEVER, "The request was refused", "The request is not one that HTTP allows here."),
    STORE_UNAVAILABLE(
            503,
            SAME_NUMBER,
            "No answer yet",
            "A store did not answer in time, so it is not known whether the order was placed. Repeat the request under "
                    + "the same order number: there will be one order, and the repeat tells the truth."),
    OVERLOADED(
            503,
            SAME_NUMBER,
            "Too busy",
            "More requests are under way than can be answered in time; this one was refused at once and did nothing. "
                    + "Repeat it under the same order number."),
    INTERNAL_ERROR(
            500,
            SAME_NUMBER,
            "Something is wrong here",
            "A fault in the service; it has been logged. It is not known whether the order was placed: repeat the "
                    + "request under the same order number, and there will be one order.");

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
