package dev.orderonce.payments;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.MoneyEvent;
import dev.orderonce.orders.MoneyEvent.Followed;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.orders.Transition;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import dev.orderonce.postgres.UnreadableRows;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes the tables of payments and of the provider's notifications; {@link PaymentReader} reads payments. The column
 * {@code looks} counts attempts.
 */
@ApplicationScoped
class PaymentStore {
    static final String COLUMNS =
            "id, number, client_key, method, amount, currency, state, reason, begun_at, looks, refunded, refunding";

    /**
     * Without a conflict target: one payment per key and one payment in progress per order are both unique indexes.
     * Statements that run at the same time do not see each other's payments, so a buyer can exceed the limit by as many
     * payments as there are connections; the limit of an order cannot be exceeded.
     */
    private static final String BEGIN = """
            WITH counted AS (
                SELECT (SELECT count(*) FROM payments
                        WHERE number = $2 AND refused AND begun_at > $10) AS of_order,
                       (SELECT count(*) FROM payments
                        WHERE buyer = $9 AND (state = 'ASKED' OR refused) AND begun_at > $12) AS of_buyer
            )
            INSERT INTO payments (id, number, client_key, method, amount, currency, state, begun_at, look_at, buyer)
            SELECT $1, $2, $3, $4, $5, $6, 'ASKED', $7, $8, $9
            FROM counted WHERE of_order < $11 AND of_buyer < $13
            ON CONFLICT DO NOTHING
            RETURNING (SELECT of_order FROM counted) AS of_order, (SELECT of_buyer FROM counted) AS of_buyer
            """;

    /** The payments whose age decides when the limits allow another one. */
    private static final String FULL_SINCE = """
            SELECT (SELECT begun_at FROM payments WHERE number = $1 AND refused AND begun_at > $2
                    ORDER BY begun_at DESC OFFSET $3 - 1 LIMIT 1) AS of_order,
                   (SELECT begun_at FROM payments WHERE buyer = $4 AND refused AND begun_at > $5
                    ORDER BY begun_at DESC OFFSET $6 - 1 LIMIT 1) AS of_buyer,
                   (SELECT count(*) FROM payments
                    WHERE buyer = $4 AND (state = 'ASKED' OR refused) AND begun_at > $5) AS not_captured
            """;

    /**
     * The payment, its order and the event change together or not at all. With the payment all its refunds are
     * confirmed.
     */
    private static final String CHANGE = """
            WITH change AS (
                UPDATE payments SET state = $3, reason = COALESCE($4, reason), look_at = $5, refused = refused OR $12,
                    refunded = CASE WHEN $3 = 'REFUNDED' THEN amount ELSE refunded END,
                    refunding = CASE WHEN $3 = 'REFUNDED' THEN 0 ELSE refunding END
                WHERE id = $1 AND state = $2
                RETURNING %s, id AS payment, CAST($6 AS text) AS move, CAST($7 AS text[]) AS move_from,
                          CAST($8 AS text) AS move_to, CAST($9 AS text) AS kind, CAST($10 AS timestamptz) AS at,
                          CAST(CAST($11 AS text) AS json) AS detail
            ), confirmed AS (
                UPDATE refunds SET state = 'REFUNDED' FROM change
                WHERE refunds.payment = change.payment AND refunds.state = 'REFUNDING' AND change.state = 'REFUNDED'
            ), %s
            SELECT %s, %s FROM change JOIN followed USING (number)
            """.formatted(COLUMNS, MoneyEvent.FOLLOW, COLUMNS, MoneyEvent.FOLLOWED);

    /** A claimed payment is not due for another replica until the claim expires. */
    private static final String CLAIM_DUE = """
            UPDATE payments SET look_at = $2, looks = looks + 1
            WHERE id IN (SELECT id FROM payments WHERE look_at <= $1 ORDER BY look_at LIMIT $3
                         FOR UPDATE SKIP LOCKED)
            RETURNING %s
            """.formatted(COLUMNS);

    /** Without the rows that another statement has locked: waiting for one row would hold the locks of the others. */
    private static final String SCHEDULE_MISSED = """
            UPDATE payments SET look_at = $1
            WHERE id IN (SELECT id FROM payments WHERE id = ANY($2) AND look_at IS NULL FOR UPDATE SKIP LOCKED)
            """;

    private static final int LONGEST_REASON = 500;

    private final Postgres postgres;
    private final UnreadableRows unreadableRows;

    PaymentStore(Postgres postgres, UnreadableRows unreadableRows) {
        this.postgres = postgres;
        this.unreadableRows = unreadableRows;
    }

    /**
     * Inserts the payment, unless one exists under its key, another one may hold money, or too many were declined.
     *
     * @param dueAt when the job resumes it if this process crashes
     * @return what was counted before it; empty if it was not inserted
     */
    Uni<Optional<DeclineLimits.Counted>> begin(Payment payment, Buyer buyer, DeclineLimits limits, Instant dueAt) {
        return postgres.query(
                        BEGIN,
                        Tuple.from(Arrays.asList(
                                payment.id(),
                                payment.number().symbols(),
                                payment.clientKey().text(),
                                payment.method(),
                                payment.amount().minor(),
                                payment.amount().currency().getCurrencyCode(),
                                Timestamptz.of(payment.begunAt()),
                                Timestamptz.of(dueAt),
                                buyer.subject(),
                                Timestamptz.of(
                                        payment.begunAt().minus(limits.ofOrder().window())),
                                limits.ofOrder().count(),
                                Timestamptz.of(
                                        payment.begunAt().minus(limits.ofBuyer().window())),
                                limits.ofBuyer().count())))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(counted(rows.iterator().next())));
    }

    private static DeclineLimits.Counted counted(Row row) {
        return new DeclineLimits.Counted(row.getLong("of_order"), row.getLong("of_buyer"));
    }

    /** Returns why the limits do not allow another payment; empty if they allow one now. */
    Uni<Optional<DeclineLimits.Full>> untilAllowed(OrderNumber number, Buyer buyer, DeclineLimits limits, Instant now) {
        return postgres.query(
                        FULL_SINCE,
                        Tuple.from(Arrays.asList(
                                number.symbols(),
                                Timestamptz.of(now.minus(limits.ofOrder().window())),
                                limits.ofOrder().count(),
                                buyer.subject(),
                                Timestamptz.of(now.minus(limits.ofBuyer().window())),
                                limits.ofBuyer().count())))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return limits.full(
                            Optional.ofNullable(row.getOffsetDateTime("of_order"))
                                    .map(OffsetDateTime::toInstant),
                            Optional.ofNullable(row.getOffsetDateTime("of_buyer"))
                                    .map(OffsetDateTime::toInstant),
                            row.getLong("not_captured"),
                            now);
                });
    }

    /** A changed payment, and its order as the same statement left it. */
    record Changed(Payment payment, Followed order) {}

    /**
     * Changes the payment's state, and in the same statement its order, with one event.
     *
     * @param isRefused whether the provider has declined the payment
     * @param dueAt when the job resumes the payment
     * @param because the actor; the payment and the reason are added
     * @return empty if the payment was not in the state that was read
     */
    Uni<Optional<Changed>> change(
            Payment payment,
            PaymentState to,
            Optional<String> reason,
            boolean isRefused,
            Instant dueAt,
            Transition because,
            Instant now) {
        MoneyEvent event = payment.state().eventOf(to);
        Optional<String> text = reason.map(PaymentStore::storable);
        Transition ofPayment = because.payment(payment.id());
        return postgres.query(
                        CHANGE,
                        Tuple.from(Arrays.asList(
                                payment.id(),
                                payment.state().name(),
                                to.name(),
                                text.orElse(null),
                                Timestamptz.of(dueAt),
                                event.move().map(Move::name).orElse(null),
                                event.from(),
                                event.move().map(move -> move.to().name()).orElse(null),
                                event.kind(),
                                Timestamptz.of(now),
                                event.detail(text.map(ofPayment::reason).orElse(ofPayment)),
                                isRefused)))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(changed(rows.iterator().next())));
    }

    static Changed changed(Row row) {
        return new Changed(payment(row), Followed.of(row));
    }

    private static final String SCHEDULE = "UPDATE payments SET look_at = $2 WHERE id = $1 RETURNING " + COLUMNS;

    /** Makes the payment due at a time, whatever its state; returns the payment. */
    Uni<Payment> schedule(String id, Instant at) {
        return postgres.query(SCHEDULE, Tuple.of(id, Timestamptz.of(at)))
                .map(rows -> payment(rows.iterator().next()));
    }

    /** Makes the payment due at a time, with its count of attempts at 0. */
    Uni<RowSet<Row>> restartAttempts(String id, Instant at) {
        return postgres.query(
                "UPDATE payments SET look_at = $2, looks = 0 WHERE id = $1", Tuple.of(id, Timestamptz.of(at)));
    }

    /**
     * Records that nothing is left to be done in this state: the payment is not due any more, unless a refund of it was
     * decided meanwhile.
     */
    Uni<RowSet<Row>> recordSettled(Payment payment) {
        return postgres.query(
                "UPDATE payments SET look_at = NULL, looks = 0 WHERE id = $1 AND state = $2 AND refunding = 0",
                Tuple.of(payment.id(), payment.state().name()));
    }

    /** Claims payments that are due, at most {@code most}: no other replica claims them until the claim expires. */
    Uni<List<Payment>> claimDue(Instant now, Duration claim, int most) {
        return postgres.query(CLAIM_DUE, Tuple.of(Timestamptz.of(now), Timestamptz.of(now.plus(claim)), most))
                .map(rows -> unreadableRows.leaveOut("payments", "id", rows, PaymentStore::payment));
    }

    /** Makes those of these payments due that are not due at any time. */
    Uni<RowSet<Row>> scheduleMissed(List<String> ids, Instant at) {
        return postgres.query(
                SCHEDULE_MISSED, Tuple.of(Timestamptz.of(at)).addArrayOfString(ids.toArray(String[]::new)));
    }

    /** Counts the payments that support sees; the number of attempts is that of the index. */
    static final String WAITING = """
            SELECT count(*) AS count, max(begun_at) AS newest
            FROM (SELECT begun_at FROM payments WHERE look_at IS NOT NULL AND looks >= %d
                  ORDER BY begun_at DESC LIMIT $2) AS waiting
            """.formatted(PaymentJobs.ATTEMPTS_UNTIL_SUPPORT);

    /** Counts the payments that are not settled after this many attempts, up to {@code most}. */
    Uni<Integer> countUnsettled(int attempts, int most) {
        return postgres.query(
                        "SELECT count(*) AS unsettled FROM"
                                + " (SELECT FROM payments WHERE look_at IS NOT NULL AND looks >= $1 LIMIT $2) AS due",
                        Tuple.of(attempts, (long) most))
                .map(rows -> rows.iterator().next().getInteger("unsettled"));
    }

    /**
     * Records that the provider's event was processed for this payment: a provider may use the same event id for
     * another payment too.
     */
    Uni<RowSet<Row>> recordNotification(String event, String payment, Instant now) {
        return postgres.query("""
                INSERT INTO payment_notifications (event, payment, received_at) VALUES ($1, $2, $3)
                ON CONFLICT DO NOTHING
                """, Tuple.of(event, payment, Timestamptz.of(now)));
    }

    /** Deletes notifications that were received before a time, at most {@code most}; returns how many. */
    Uni<Integer> deleteNotifications(Instant before, int most) {
        return postgres.query("""
                        DELETE FROM payment_notifications WHERE (event, payment) IN (
                            SELECT event, payment FROM payment_notifications WHERE received_at < $1
                            ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)
                        """, Tuple.of(Timestamptz.of(before), most)).map(RowSet::rowCount);
    }

    /** Whether the provider's event was processed for this payment. */
    Uni<Boolean> isRecorded(String event, String payment) {
        return postgres.query(
                        "SELECT 1 FROM payment_notifications WHERE event = $1 AND payment = $2",
                        Tuple.of(event, payment))
                .map(rows -> rows.size() == 1);
    }

    private static Payment payment(Row row) {
        PaymentEntity payment = new PaymentEntity();
        payment.id = row.getString("id");
        payment.number = row.getString("number");
        payment.clientKey = row.getString("client_key");
        payment.method = row.getString("method");
        payment.amount = row.getLong("amount");
        payment.currency = row.getString("currency");
        payment.state = row.getString("state");
        payment.reason = row.getString("reason");
        payment.begunAt = row.getOffsetDateTime("begun_at").toInstant();
        payment.attempts = row.getInteger("looks");
        payment.refunded = row.getLong("refunded");
        payment.refunding = row.getLong("refunding");
        return payment.toPayment();
    }

    /** The provider's text, without characters that PostgreSQL refuses, cut to {@link #LONGEST_REASON}. */
    private static String storable(String reason) {
        String text = reason.replaceAll("[\\p{Cntrl}\\p{Cs}]", " ");
        return text.substring(0, Math.min(text.length(), LONGEST_REASON));
    }
}
