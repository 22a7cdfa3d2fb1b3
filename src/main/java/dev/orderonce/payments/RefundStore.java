package dev.orderonce.payments;

import dev.orderonce.identity.Buyer;
import dev.orderonce.orders.MoneyEvent;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.orders.Transition;
import dev.orderonce.payments.PaymentStore.Changed;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Writes the table of refunds, and with each refund its payment and its order; {@link RefundReader} reads it. */
@ApplicationScoped
class RefundStore {
    private static final String DETAIL = """
            CAST(CAST(%s::text AS jsonb) || jsonb_build_object('refund', refund, 'amount', part::text) AS json)
            """;

    /**
     * The payment's row is locked first: concurrent refunds are decided one after the other, and none exceeds what the
     * others leave. A refund whose key exists is not inserted and changes nothing.
     */
    private static final String BEGIN = """
            WITH held AS (
                SELECT id, number, currency, COALESCE($4::bigint, amount - refunded - refunding) AS part
                FROM payments
                WHERE id = $1 AND state = 'CAPTURED' AND amount - refunded - refunding >= COALESCE($4::bigint, 1)
                FOR UPDATE
            ), %s, decided AS (
                INSERT INTO refunds (id, payment, number, buyer, client_key, amount, currency, reason, decided_by,
                                     decided_at, state)
                SELECT $2, id, number, $5, $3, part, currency, $6, $7, $8::timestamptz, 'REFUNDING'
                FROM held JOIN expected USING (number)
                ON CONFLICT (number, client_key) DO NOTHING
                RETURNING id AS refund, payment AS of_payment, amount AS part
            ), change AS (
                UPDATE payments SET refunding = refunding + part, look_at = $9,
                    state = CASE WHEN refunded + refunding + part = amount THEN 'REFUNDING' ELSE state END
                FROM decided WHERE id = of_payment
                RETURNING %s, id AS payment,
                          $10::text AS move, CASE WHEN state = 'REFUNDING' THEN $11::text[] END AS move_from,
                          $12::text AS move_to,
                          CASE WHEN state = 'REFUNDING' THEN $13::text ELSE $14::text END AS kind,
                          $8::timestamptz AS at, %s AS detail
            ), %s
            SELECT %s, %s FROM change JOIN followed USING (number)
            """.formatted(
                    MoneyEvent.expected("$16"),
                    PaymentStore.COLUMNS,
                    DETAIL.formatted("$15"),
                    MoneyEvent.FOLLOW,
                    PaymentStore.COLUMNS,
                    MoneyEvent.FOLLOWED);

    /**
     * The payment's row is locked first, as in every statement that changes both. With the last refund of a payment
     * that is refunded in full, the payment and its order are refunded.
     */
    private static final String CONFIRM = """
            WITH held AS (
                SELECT id AS of_payment FROM payments WHERE id = $1 FOR UPDATE
            ), confirmed AS (
                UPDATE refunds SET state = 'REFUNDED' FROM held
                WHERE id = $2 AND payment = of_payment AND state = 'REFUNDING'
                RETURNING id AS refund, of_payment, amount AS part
            ), change AS (
                UPDATE payments SET refunding = refunding - part, refunded = refunded + part,
                    state = CASE WHEN refunded + part = amount THEN 'REFUNDED' ELSE state END
                FROM confirmed WHERE id = of_payment
                RETURNING %s, id AS payment,
                          $3::text AS move, CASE WHEN state = 'REFUNDED' THEN $4::text[] END AS move_from,
                          $5::text AS move_to,
                          CASE WHEN state = 'REFUNDED' THEN $6::text ELSE $7::text END AS kind,
                          $8::timestamptz AS at, %s AS detail
            ), %s
            SELECT %s, %s FROM change JOIN followed USING (number)
            """.formatted(
            PaymentStore.COLUMNS, DETAIL.formatted("$9"), MoneyEvent.FOLLOW, PaymentStore.COLUMNS, MoneyEvent.FOLLOWED);

    private final Postgres postgres;

    RefundStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /**
     * A decision of support.
     *
     * @param amount in minor units; empty for all that is left
     * @param key under which the decision is made once for an order
     */
    record Decision(
            String refund, String payment, Buyer buyer, String key, Optional<Long> amount, Transition because) {}

    /**
     * Decides a refund, unless it exceeds what is left of the payment, one exists under its key, or the order is not in
     * the version that the precondition requires. In the same statement the payment becomes due, and the order gets the
     * event; with all of the money the order becomes REFUNDING.
     *
     * @param dueAt when the job resumes the refund
     */
    Uni<Optional<Changed>> begin(Decision decision, Instant now, Instant dueAt) {
        Transition because = decision.because().payment(decision.payment());
        return changed(
                BEGIN,
                Tuple.from(Arrays.asList(
                        decision.payment(),
                        decision.refund(),
                        decision.key(),
                        decision.amount().orElse(null),
                        decision.buyer().subject(),
                        because.reason().orElseThrow(),
                        because.by().name(),
                        Timestamptz.of(now),
                        Timestamptz.of(dueAt),
                        Move.REFUND_BEGUN.name(),
                        MoneyEvent.REFUND_BEGUN.from(),
                        Move.REFUND_BEGUN.to().name(),
                        MoneyEvent.REFUND_BEGUN.kind(),
                        MoneyEvent.PARTIAL_REFUND_BEGUN.kind(),
                        MoneyEvent.REFUND_BEGUN.detail(because),
                        because.precondition().parameter())));
    }

    /** Records that the provider has returned the money of a refund; empty if that is recorded. */
    Uni<Optional<Changed>> confirm(Refund refund, Transition because, Instant now) {
        return changed(
                CONFIRM,
                Tuple.from(Arrays.asList(
                        refund.payment(),
                        refund.id(),
                        Move.REFUNDED.name(),
                        MoneyEvent.REFUNDED.from(),
                        Move.REFUNDED.to().name(),
                        MoneyEvent.REFUNDED.kind(),
                        MoneyEvent.PARTIALLY_REFUNDED.kind(),
                        Timestamptz.of(now),
                        MoneyEvent.REFUNDED.detail(because.payment(refund.payment())))));
    }

    private Uni<Optional<Changed>> changed(String sql, Tuple parameters) {
        return postgres.query(sql, parameters)
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(PaymentStore.changed(rows.iterator().next())));
    }
}
