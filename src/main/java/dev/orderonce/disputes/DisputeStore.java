package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.Hold;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.UnreadableRows;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the tables {@code disputes} and {@code dispute_messages}; {@link DisputeReader} reads them. */
@ApplicationScoped
class DisputeStore {
    private static final String COLUMNS =
            "id, number, buyer, kind, duplicate_of, state, opened_at, due_at, messages, resolution, resolution_reason, "
                    + "resolved_by, resolution_amount, ended_at";

    /** As the partial index has it. */
    private static final String UNDECIDED = "state IN ('OPEN', 'ANSWERED', 'RESOLVING')";

    /** The author of the service's own messages. */
    private static final String OWN_NAME = "disputes";

    /** An undecided dispute holds its order. */
    private static final String HOLD = Hold.sql(Hold.Reason.DISPUTE, "id");

    private static final String OPEN = """
            WITH opened AS (
                INSERT INTO disputes (id, number, buyer, kind, duplicate_of, state, opened_at, due_at, messages, evidence)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, CAST($10::text AS json)
                WHERE (SELECT count(*) FROM disputes WHERE number = $2 AND opened_at > $12) < $13
                ON CONFLICT DO NOTHING
                RETURNING id, number, buyer, opened_at, messages
            ), said AS (
                INSERT INTO dispute_messages (dispute, sequence, party, author, text, at)
                SELECT id, 1, 'BUYER', buyer, $11, opened_at FROM opened WHERE messages = 1
            ), holding AS (
                SELECT number, %s AS hold, opened_at AS at, CAST($14::text AS json) AS detail FROM opened
            ), %s
            SELECT id FROM opened
            """.formatted(HOLD, Hold.SET);

    /**
     * The row is locked first, so that concurrent messages get different sequences. A message whose key exists already
     * is not inserted and changes nothing. Each party has its own limit: a buyer's messages do not use up the shop's. A
     * message out of turn does not change the due date.
     */
    private static final String SEND = """
            WITH held AS (
                SELECT id, messages FROM disputes WHERE id = $1 AND state = ANY($2)
                  AND (SELECT count(*) FROM dispute_messages WHERE dispute = $1 AND party = $6) < $4
                FOR UPDATE
            ), sent AS (
                INSERT INTO dispute_messages (dispute, sequence, party, author, client_key, text, at)
                SELECT id, messages + 1, $6, $7, $8, $9, $10 FROM held
                ON CONFLICT (dispute, author, client_key) DO NOTHING
                RETURNING dispute
            )
            UPDATE disputes
            SET state = $3, messages = messages + 1, due_at = CASE WHEN state = $3 THEN due_at ELSE $5 END
            FROM sent WHERE id = sent.dispute
            RETURNING %s
            """.formatted(COLUMNS);

    /**
     * Every move but that of a message: what the new state does not have becomes null. The hold ends with the dispute.
     */
    private static final String MOVE = """
            WITH moved AS (
                UPDATE disputes
                SET state = $3, resolution = $4, resolution_reason = $5, resolved_by = $6, look_at = $7, ended_at = $8,
                    resolution_amount = $14, due_at = COALESCE($9, due_at), messages = messages + num_nonnulls($10::text)
                WHERE id = $1 AND state = ANY($2)
                RETURNING %1$s
            ), said AS (
                INSERT INTO dispute_messages (dispute, sequence, party, author, text, at)
                SELECT id, messages, 'SERVICE', $12, $10, $11 FROM moved WHERE $10 IS NOT NULL
            ), holding AS (
                SELECT number, %2$s AS hold, ended_at AS at, CAST($13::text AS json) AS detail
                FROM moved WHERE ended_at IS NOT NULL
            ), %3$s
            SELECT %1$s FROM moved
            """.formatted(COLUMNS, HOLD, Hold.END);

    /** A claimed dispute is not due for another replica until the lease ends. */
    private static final String CLAIM_DUE = """
            UPDATE disputes SET look_at = $2
            WHERE id IN (SELECT id FROM disputes WHERE look_at <= $1 ORDER BY look_at LIMIT $3
                         FOR UPDATE SKIP LOCKED)
            RETURNING %s
            """.formatted(COLUMNS);

    private final Postgres postgres;
    private final UnreadableRows unreadableRows;

    DisputeStore(Postgres postgres, UnreadableRows unreadableRows) {
        this.postgres = postgres;
        this.unreadableRows = unreadableRows;
    }

    /**
     * Inserts a dispute, with the buyer's message if it has one, unless its order has an undecided one, or too many
     * disputes.
     *
     * @param most disputes of the order that were opened after {@code since}
     * @return whether it was inserted
     */
    Uni<Boolean> open(DisputeDetails details, Instant since, int most) {
        Dispute dispute = details.dispute();
        return postgres.query(
                        OPEN,
                        Tuple.from(Arrays.asList(
                                dispute.id().text(),
                                dispute.number().symbols(),
                                dispute.buyer().subject(),
                                dispute.claim().kind().name(),
                                dispute.claim()
                                        .duplicateOf()
                                        .map(OrderNumber::symbols)
                                        .orElse(null),
                                dispute.state().name(),
                                at(dispute.openedAt()),
                                at(dispute.dueAt()),
                                dispute.messages(),
                                details.evidence().write(),
                                details.messages().stream()
                                        .map(Message::text)
                                        .findFirst()
                                        .orElse(null),
                                at(since),
                                (long) most,
                                holdDetail(dispute.buyer().asSubject()))))
                .map(rows -> rows.size() == 1);
    }

    /**
     * Inserts a message and makes the move that goes with it.
     *
     * @param dueAt the new due date if the turn passes
     * @param most the largest number of messages of this party
     * @return empty if the move is not open, the party has too many messages, or a message exists under the key
     */
    Uni<Optional<Dispute>> send(DisputeId id, Move move, NewMessage message, Instant dueAt, int most) {
        return one(
                SEND,
                of(id, move)
                        .addLong((long) most)
                        .addOffsetDateTime(at(dueAt))
                        .addString(message.party().name())
                        .addString(message.author().id())
                        .addString(message.key().text())
                        .addString(message.text())
                        .addOffsetDateTime(at(message.at())));
    }

    private static String holdDetail(Subject by) {
        return Hold.detail(new Actor.Person(by));
    }

    /**
     * Ends the dispute, and with it the hold of its order.
     *
     * @param move whose target is RESOLVED or WITHDRAWN
     * @param resolution with RESOLVED
     * @return empty if the move is not open
     */
    Uni<Optional<Dispute>> end(Dispute dispute, Move move, Optional<Resolution> resolution, Instant now) {
        Subject by = resolution.map(Resolution::by).orElse(dispute.buyer().asSubject());
        return move(dispute.id(), move, resolution, null, new End(by, now), null, null);
    }

    /**
     * Grants the claim, before the order is cancelled.
     *
     * @param resumeAt when a job resumes the work if this process does not complete it
     * @return empty if the move is not open
     */
    Uni<Optional<Dispute>> grant(DisputeId id, Resolution resolution, Instant resumeAt) {
        return move(id, Move.GRANTED, Optional.of(resolution), resumeAt, null, null, null);
    }

    /**
     * Makes it the shop's turn again, because the order cannot be cancelled.
     *
     * @param text of the service's message that says so
     * @return empty if the move is not open
     */
    Uni<Optional<Dispute>> reopen(DisputeId id, String text, Instant now, Instant dueAt) {
        return move(id, Move.IMPOSSIBLE, Optional.empty(), null, null, dueAt, new Said(text, now));
    }

    /** Who ended a dispute, and when. */
    private record End(Subject by, Instant at) {}

    /** A message of the service. */
    private record Said(String text, Instant at) {}

    private Uni<Optional<Dispute>> move(
            DisputeId id,
            Move move,
            Optional<Resolution> resolution,
            @Nullable Instant resumeAt,
            @Nullable End end,
            @Nullable Instant dueAt,
            @Nullable Said said) {
        return one(
                MOVE,
                of(id, move)
                        .addString(resolution.map(made -> made.verdict().name()).orElse(null))
                        .addString(resolution.map(Resolution::reason).orElse(null))
                        .addString(resolution.map(made -> made.by().id()).orElse(null))
                        .addOffsetDateTime(at(resumeAt))
                        .addOffsetDateTime(end == null ? null : at(end.at()))
                        .addOffsetDateTime(at(dueAt))
                        .addString(said == null ? null : said.text())
                        .addOffsetDateTime(said == null ? null : at(said.at()))
                        .addString(OWN_NAME)
                        .addString(end == null ? null : holdDetail(end.by()))
                        .addLong(resolution.flatMap(Resolution::amount).orElse(null)));
    }

    /** Claims granted disputes whose work is to be resumed; no other replica does until the lease ends. */
    Uni<List<Dispute>> claimDue(Instant now, Duration lease, int most) {
        return postgres.query(CLAIM_DUE, Tuple.of(at(now), at(now.plus(lease)), most))
                .map(rows -> unreadableRows.leaveOut("disputes", "id", rows, DisputeStore::dispute));
    }

    /** Counts the disputes in which it is the shop's turn; each turn sets a new due date. */
    static String waiting(Duration answerTimeout) {
        return """
            SELECT count(*) AS count, max(due_at) - interval '%d seconds' AS newest
            FROM (SELECT due_at FROM disputes WHERE state = 'OPEN' ORDER BY due_at DESC, id DESC LIMIT $2) AS waiting
            """.formatted(answerTimeout.toSeconds());
    }

    /** Counts the undecided disputes after their due date. */
    static final String OVERDUE = """
            SELECT count(*) AS count, max(due_at) AS newest
            FROM (SELECT due_at FROM disputes WHERE %s AND due_at < $1::timestamptz
                  ORDER BY due_at DESC, id DESC LIMIT $2) AS late
            """.formatted(UNDECIDED);

    private static final String COUNT_OVERDUE = "SELECT count(*) AS overdue FROM (SELECT FROM disputes WHERE "
            + UNDECIDED
            + " AND due_at < $1 LIMIT $2) AS late";

    /** The number of undecided disputes that were due before, at most {@code most}. */
    Uni<Integer> countOverdue(Instant now, int most) {
        return postgres.query(COUNT_OVERDUE, Tuple.of(at(now), (long) most))
                .map(rows -> rows.iterator().next().getInteger("overdue"));
    }

    private Uni<Optional<Dispute>> one(String sql, Tuple parameters) {
        return postgres.query(sql, parameters).map(rows -> all(rows).stream().findFirst());
    }

    /** The first three parameters of every move. */
    private static Tuple of(DisputeId id, Move move) {
        return Tuple.tuple()
                .addString(id.text())
                .addArrayOfString(move.from().stream().map(DisputeState::name).toArray(String[]::new))
                .addString(move.to().name());
    }

    private static List<Dispute> all(RowSet<Row> rows) {
        List<Dispute> disputes = new ArrayList<>(rows.size());
        rows.forEach(row -> disputes.add(dispute(row)));
        return disputes;
    }

    private static Dispute dispute(Row row) {
        DisputeEntity dispute = new DisputeEntity();
        dispute.id = row.getString("id");
        dispute.number = row.getString("number");
        dispute.buyer = row.getString("buyer");
        dispute.kind = row.getString("kind");
        dispute.duplicateOf = row.getString("duplicate_of");
        dispute.state = row.getString("state");
        dispute.openedAt = row.getOffsetDateTime("opened_at").toInstant();
        dispute.dueAt = row.getOffsetDateTime("due_at").toInstant();
        dispute.messages = row.getInteger("messages");
        dispute.resolution = row.getString("resolution");
        dispute.resolutionReason = row.getString("resolution_reason");
        dispute.resolvedBy = row.getString("resolved_by");
        dispute.resolutionAmount = row.getLong("resolution_amount");
        OffsetDateTime endedAt = row.getOffsetDateTime("ended_at");
        dispute.endedAt = endedAt == null ? null : endedAt.toInstant();
        return dispute.toDispute();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
