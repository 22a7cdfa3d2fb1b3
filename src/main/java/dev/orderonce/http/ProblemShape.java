package dev.orderonce.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The members that problems have besides the ones of all problems. Types with the same members share a shape, which is
 * a schema of the API description.
 */
enum ProblemShape {
    PLAIN("PlainProblem", List.of()),
    NUMBER("NumberProblem", List.of("number")),
    PLACED_NUMBER("PlacedNumberProblem", List.of("number", "order")),
    DIFFERENT_ORDER("DifferentOrderProblem", List.of("number", "order", "mismatch")),
    COMPLETED_CHECKOUT("CompletedCheckoutProblem", List.of("checkout", "order", "mismatch")),
    REFERENCE("ReferenceProblem", List.of(), "order"),
    LIMIT("LimitProblem", List.of("limit")),
    AMOUNT("LargeAmountProblem", List.of("currency", "total")),
    LOOKALIKE("LookalikeProblem", List.of("earlier", "order"), "state", "placedAt", "age"),
    SUSPICION("SuspicionProblem", List.of("state")),
    DISPUTE("DisputeProblem", List.of("id", "dispute", "state", "next"), "resolution"),
    RECORD("RecordProblem", List.of("body")),
    CLAIM("ClaimProblem", List.of("expiresAt")),
    RESULT("ResultProblem", List.of("result")),
    WEBHOOK("WebhookProblem", List.of("webhook")),
    ORDER("OrderProblem", List.of("number", "order", "state", "next")),
    HELD_ORDER("HeldOrderProblem", List.of("number", "order", "state", "next", "holds"), "dispute"),
    REFUND("RefundProblem", List.of("number", "order", "state", "next", "refundable")),
    BODY("BodyProblem", List.of("violations"));

    private final String schema;

    @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed
    private final List<String> required;

    @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed
    private final List<String> optional;

    ProblemShape(String schema, List<String> required, String... optional) {
        this.schema = schema;
        this.required = required;
        this.optional = List.of(optional);
    }

    /** The name of its schema. */
    String schema() {
        return schema;
    }

    /** The members that every such problem adds. */
    List<String> required() {
        return required;
    }

    /** All members that such a problem can add. */
    List<String> members() {
        List<String> all = new ArrayList<>(required);
        all.addAll(optional);
        return all;
    }

    /** The types of this shape. */
    Stream<ProblemType> types() {
        return Arrays.stream(ProblemType.values()).filter(type -> of(type) == this);
    }

    static ProblemShape of(ProblemType type) {
        return switch (type) {
            case NUMBER_EXPIRED, NUMBER_VOIDED, NUMBER_FORGOTTEN -> NUMBER;
            case NUMBER_ALREADY_PLACED, KEY_ALREADY_USED -> PLACED_NUMBER;
            case ORDER_DIFFERS -> DIFFERENT_ORDER;
            case CHECKOUT_COMPLETED -> COMPLETED_CHECKOUT;
            case REFERENCE_TAKEN -> REFERENCE;
            case LIMIT_REACHED -> LIMIT;
            case LARGE_AMOUNT -> AMOUNT;
            case LOOKALIKE -> ProblemShape.LOOKALIKE;
            case SUSPICION_DECIDED -> SUSPICION;
            case DISPUTE_OPEN, DISPUTE_NOT_OPEN, DISPUTE_DECIDED, MESSAGE_DIFFERS -> DISPUTE;
            case RECORD_DIFFERS -> RECORD;
            case CLAIM_HELD -> CLAIM;
            case RESULT_EXISTS -> RESULT;
            case WEBHOOK_EXISTS -> WEBHOOK;
            case MOVE_NOT_OPEN, ORDER_CHANGED, ORDER_BUSY, PAYMENT_DIFFERS, REFUND_DIFFERS -> ORDER;
            case ORDER_ON_HOLD -> HELD_ORDER;
            case REFUND_TOO_LARGE -> REFUND;
            case BODY_INVALID -> BODY;
            case NUMBER_MISSING,
                    NUMBER_AND_KEY,
                    KEY_MISSING,
                    KEY_UNUSABLE,
                    KEY_COLLIDES,
                    KEY_VOIDED,
                    KEY_IN_FLIGHT,
                    NUMBER_UNKNOWN,
                    NUMBER_NOT_FOUND,
                    CHECKOUT_DIFFERS,
                    SUSPICION_NOT_FOUND,
                    DISPUTE_NOT_FOUND,
                    RECORD_NOT_FOUND,
                    RECORD_EXISTS,
                    REQUEST_DIFFERS,
                    CLAIM_LOST,
                    WEBHOOK_NOT_FOUND,
                    WEBHOOKS_FULL,
                    NOTIFICATION_REFUSED,
                    ORDER_NOT_FOUND,
                    GUEST_CLAIMED,
                    BODY_UNREADABLE,
                    BODY_TOO_LARGE,
                    PARAMETER_INVALID,
                    PREFETCH_REFUSED,
                    OWN_CASE,
                    PATH_REFUSED,
                    TARGET_TOO_LONG,
                    HEADERS_TOO_LARGE,
                    HOST_REFUSED,
                    NOT_SIGNED_IN,
                    NOT_ALLOWED,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    NOT_ACCEPTABLE,
                    MEDIA_TYPE_NOT_SUPPORTED,
                    REQUEST_REFUSED,
                    STORE_UNAVAILABLE,
                    OVERLOADED,
                    INTERNAL_ERROR -> PLAIN;
        };
    }
}
