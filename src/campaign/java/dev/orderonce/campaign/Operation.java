package dev.orderonce.campaign;

/**
 * One operation of a client: what it requested, however often it was sent, and what came of it. Texts are empty if
 * there is nothing to say.
 *
 * @param purchase what the buyer wants once; the product code of the order's only line
 * @param number that was sent in the request, without hyphens
 * @param order the number of the order that the final answer named
 * @param payment the state of the payment that the final answer reported
 * @param created how many answers said 201
 */
record Operation(
        long id,
        Kind kind,
        String buyer,
        String purchase,
        String checkout,
        String number,
        String key,
        long quantity,
        Outcome outcome,
        String order,
        String payment,
        int created) {

    /** What was requested. */
    enum Kind {
        ISSUE,
        PLACE,
        LOOK_UP,
        VOID,
        PAY,
        CANCEL
    }

    /** What the client knows at the end. */
    enum Outcome {
        /** It was done, or had been done before. */
        ACKNOWLEDGED,
        /** The answer was final: under this number or key there is no order and will be none. */
        DENIED,
        /** The answer was final, and says nothing of what could still become of the number or key. */
        REFUSED,
        /** The client gave up without a final answer. */
        INDEFINITE
    }

    /** Of one item, in minor units. */
    static final long PRICE = 100;

    /** A request that has not been answered. */
    static Operation requested(
            long id,
            Kind kind,
            String buyer,
            String purchase,
            String checkout,
            String number,
            String key,
            long quantity) {
        return new Operation(id, kind, buyer, purchase, checkout, number, key, quantity, Outcome.INDEFINITE, "", "", 0);
    }

    Operation ended(Outcome outcome, String order, String payment, int created) {
        return new Operation(
                id, kind, buyer, purchase, checkout, number, key, quantity, outcome, order, payment, created);
    }

    /** The same with the number that was issued. */
    Operation numbered(String issued) {
        return new Operation(
                id, kind, buyer, purchase, checkout, issued, key, quantity, outcome, order, payment, created);
    }
}
