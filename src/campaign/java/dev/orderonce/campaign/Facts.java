package dev.orderonce.campaign;

import java.util.List;
import java.util.Map;

/**
 * What the stores and the provider hold at the end of a run.
 *
 * @param rows of decided numbers, by number
 * @param payments of the service
 * @param captures how often the provider captured money, by reference
 * @param held the money that the provider has and did not return, by reference
 * @param complaints of the provider: what no correct client requests
 * @param events by order, in the order of their sequence
 * @param streamed the sequences that a consumer of the stream received, by order: bit n is sequence n
 * @param overtaken the events that this consumer received before an earlier one of the same order
 */
record Facts(
        Map<String, Row> rows,
        List<Payment> payments,
        Map<String, Integer> captures,
        Map<String, Long> held,
        List<String> complaints,
        Map<String, List<Event>> events,
        Map<String, Long> streamed,
        List<Event> overtaken) {

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

    /** An attempt to pay; the reference is what the provider knows it by. */
    record Payment(String reference, String number, String key, String state) {}

    /** One event of an order; the time is in milliseconds since the epoch. */
    record Event(String number, int sequence, String kind, long at) {}
}
