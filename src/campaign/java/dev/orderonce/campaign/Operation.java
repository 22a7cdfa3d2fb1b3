package dev.orderonce.campaign;

/**
 * One operation of a client: what it requested, however often it was sent, and what came of it. Texts are empty if
 * there is nothing to say.
 *
 * @param at when it began by this machine's clock, in milliseconds since the epoch
 * @param buyer whose order it is; of a record or a claim, the program
 * @param purchase what the buyer wants once; the product code of the order's only line. Of {@code /once}, the name
 * @param scope the checkout of an order; the dispute of a message or a resolution
 * @param number that was sent in the request, without hyphens
 * @param key of the client; the claim's id
 * @param quantity of an order; of a refund or a resolution the amount in minor units, 0 for all that is left; of a
 *     record its content; of a claim the seconds of its lease
 * @param order the number of the order that the final answer named
 * @param said what the final answer said besides: the state of a payment, refund or dispute, the id of a dispute that
 *     was opened, the result of a claimed name
 * @param until when a claim's lease ends by PostgreSQL's clock, in microseconds since the epoch; 0 without a lease
 * @param created how many answers said 201
 */
record Operation(
        long id,
        long at,
        Kind kind,
        String buyer,
        String purchase,
        String scope,
        String number,
        String key,
        long quantity,
        Outcome outcome,
        String order,
        String said,
        long until,
        int created) {

    /** What was requested. */
    enum Kind {
        ISSUE,
        PLACE,
        LOOK_UP,
        VOID,
        PAY,
        CANCEL,
        /** By support, in full or in part. */
        REFUND,
        HOLD,
        RELEASE,
        SHIP,
        /** A buyer opens one. */
        DISPUTE,
        MESSAGE,
        RESOLVE,
        /** A record of {@code /once}. */
        PUT,
        /** A name of {@code /once}, before its work. */
        CLAIM,
        RENEW,
        GIVE_UP,
        COMPLETE;

        /** Whether it may take as long as the payment provider does. */
        boolean movesMoney() {
            return this == PAY || this == CANCEL || this == REFUND || this == RESOLVE;
        }

        /** Whether it changes nothing that is looked for at the end. A name does not tell who claimed it. */
        boolean isWithoutTrace() {
            return this == ISSUE || this == LOOK_UP || this == RENEW || this == GIVE_UP || this == CLAIM;
        }
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
            long id, Kind kind, String buyer, String purchase, String scope, String number, String key, long quantity) {
        return new Operation(
                id, 0, kind, buyer, purchase, scope, number, key, quantity, Outcome.INDEFINITE, "", "", 0, 0);
    }

    /** The same with the time at which it began. */
    Operation begunAt(long millis) {
        return new Operation(
                id, millis, kind, buyer, purchase, scope, number, key, quantity, outcome, order, said, until, created);
    }

    Operation ended(Outcome outcome, String order, String said, int created) {
        return new Operation(
                id, at, kind, buyer, purchase, scope, number, key, quantity, outcome, order, said, until, created);
    }

    /** The same with the number that was issued. */
    Operation numbered(String issued) {
        return new Operation(
                id, at, kind, buyer, purchase, scope, issued, key, quantity, outcome, order, said, until, created);
    }

    /** The same with the end of the lease. */
    Operation until(long micros) {
        return new Operation(
                id, at, kind, buyer, purchase, scope, number, key, quantity, outcome, order, said, micros, created);
    }
}
