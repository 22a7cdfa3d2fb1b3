package dev.orderonce.campaign;

import dev.orderonce.campaign.Operation.Kind;
import java.util.List;
import java.util.Map;

/**
 * What the checker found.
 *
 * @param operations by kind
 * @param acknowledged orders that a client was told of
 * @param orders that exist
 * @param indefinite operations that a client gave up without a final answer, by kind
 * @param happened those of them that took effect
 * @param captures of money
 * @param refunds that support decided, by themselves or with a dispute
 * @param disputes of all orders
 * @param names of {@code /once}: records and claims
 * @param unsettled orders whose payment or refund was still in progress; each is a violation, too
 * @param events of all orders
 * @param lostWithRedis events that Redis lost before the consumer received them
 */
record Verdict(
        Map<Kind, Long> operations,
        long acknowledged,
        long orders,
        Map<Kind, Long> indefinite,
        Map<Kind, Long> happened,
        long captures,
        long refunds,
        long disputes,
        long names,
        long unsettled,
        long events,
        long lostWithRedis,
        List<Violation> violations) {

    /** What must not be. */
    enum Rule {
        /** An order that a client was told of does not exist. */
        LOST,
        /** One purchase, checkout or key has two orders. */
        DOUBLED,
        /** Two answers said that they created one order. */
        CREATED_TWICE,
        /** An order is not what the client was told, or belongs to another buyer. */
        ALTERED,
        /** An order exists although a client was told that none will. */
        DENIED,
        /** An order exists that no client requested. */
        INVENTED,
        /** A request was refused for good, and the contract has no reason for it. */
        REFUSED,
        /** Money was captured twice for an order. */
        CAPTURED_TWICE,
        /**
         * The provider's ledger does not agree with the order, or with what the client was told, or a payment or refund
         * is in progress at the end.
         */
        MONEY,
        /** An order's events are not 1, 2, 3, …, or do not begin with its placing. */
        EVENTS,
        /** The stream lacks an event, or had it too early, and Redis had lost nothing. */
        STREAM,
        /** The receiver of webhooks lacks an event, had it too early, or got one without a valid signature. */
        WEBHOOKS,
        /** An order was shipped while it was on hold, or has no trace of a hold, release or shipment. */
        HOLDS,
        /**
         * A dispute, message or resolution is not what a client was told, a resolution has no effect or is in progress
         * at the end, or an order has two undecided disputes.
         */
        DISPUTES,
        /** Two workers held a name at the same time, or it had two results. */
        CLAIMS
    }

    /** A broken rule, and a sentence. */
    record Violation(Rule rule, String text) {}

    long count(Rule rule) {
        return violations.stream().filter(violation -> violation.rule() == rule).count();
    }
}
