package dev.orderonce.campaign;

import java.util.List;
import java.util.Map;

/**
 * What the stores, the provider and the consumers of events hold at the end of a run.
 *
 * @param rows of decided numbers, by number
 * @param money of the service and the provider
 * @param events by order, in the order of their sequence
 * @param stream what the consumer of the stream received
 * @param webhooks what the receiver of webhooks received
 * @param disputes by id
 * @param messages of all disputes
 * @param names of {@code /once}, by their keys
 */
record Facts(
        Map<String, Row> rows,
        Money money,
        Map<String, List<Event>> events,
        Received stream,
        Received webhooks,
        Map<String, Dispute> disputes,
        List<Message> messages,
        Map<String, Name> names) {

    /** The state of a row that is no order. */
    static final String TOMBSTONE = "VOIDED";

    /**
     * A row of the table of orders: an order or a tombstone. Texts are empty where the row has null.
     *
     * @param product of the only line
     * @param sequence of the latest event
     */
    record Row(
            String number,
            String buyer,
            String state,
            String checkout,
            String key,
            String product,
            long quantity,
            long total,
            int sequence) {
        boolean isOrder() {
            return !state.equals(TOMBSTONE);
        }
    }

    /**
     * The service's payments and refunds, and the provider's ledger.
     *
     * @param captures how often the provider captured money, by reference
     * @param held the money that the provider has and did not return, by reference
     * @param complaints of the provider: what no correct client requests
     */
    record Money(
            List<Payment> payments,
            List<Refund> refunds,
            Map<String, Integer> captures,
            Map<String, Long> held,
            List<String> complaints) {}

    /** An attempt to pay; the reference is what the provider knows it by. */
    record Payment(String reference, String number, String key, String state) {
        boolean isInProgress() {
            return state.equals("ASKED") || state.equals("REFUNDING");
        }
    }

    /** A refund that support decided, by itself or with a dispute. */
    record Refund(String number, String key, long amount, String state) {
        boolean isConfirmed() {
            return state.equals("REFUNDED");
        }
    }

    /** One event of an order; the time is in milliseconds since the epoch. */
    record Event(String number, int sequence, String kind, long at) {}

    /**
     * What a consumer received.
     *
     * @param sequences by order: bit n is sequence n
     * @param overtaken the events that came before an earlier one of the same order
     * @param unsigned deliveries without a valid signature
     */
    record Received(Map<String, Long> sequences, List<Event> overtaken, long unsigned) {
        boolean has(Event event) {
            return ((sequences.getOrDefault(event.number(), 0L) >> event.sequence()) & 1) == 1;
        }
    }

    /** A dispute; the resolution is empty and the amount 0 where the row has null. */
    record Dispute(String number, String buyer, String state, String resolution, long amount) {}

    /** A message under its author's key. */
    record Message(String dispute, String key) {}

    /**
     * A name of {@code /once}: the content of a record, or the result of a claim as JSON; empty where there is none.
     */
    record Name(long content, String result) {}
}
