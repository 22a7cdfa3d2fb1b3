package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
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

/** The tables of disputes and of what was said in them. */
@ApplicationScoped
class DisputeStore {
    private static final String COLUMNS =
            "id, number, buyer, kind, duplicate_of, state, opened_at, due_at, messages, resolution, resolution_reason, "
                    + "resolved_by, ended_at";

    /** As the index has it that lets an order have one of them. */
    private static final String UNDECIDED = "state IN ('OPEN', 'ANSWERED', 'RESOLVING')";

    /** What this service says by itself is said in this name. */
    private static final String OWN_NAME = "disputes";

    private static final String OPEN = """
            WITH opened AS (
                INSERT INTO disputes (id, number, buyer, kind, duplicate_of, state, opened_at, due_at, messages, evidence)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, CAST($10::text AS json)
                WHERE (SELECT count(*) FROM disputes WHERE number = $2 AND opened_at > $12) < $13
                ON CONFLICT DO NOTHING
                RETURNING id, buyer, opened_at, messages
            ), said AS (
                INSERT INTO dispute_messages (dispute, sequence, party, author, text, at)
                SELECT id, 1, 'BUYER', buyer, $11, opened_at FROM opened WHERE messages = 1
            )
            SELECT id FROM opened
            """;

    /**
     * The row is held first, so that one message at a time finds its number; one that stands under
     * its key already is not written and moves nothing. Each party has messages of its own: a buyer
     * who writes a hundred does not silence the shop. Who writes out of turn changes no due date.
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

    private static final String WITHDRAW =
            "UPDATE disputes SET state = $3, ended_at = $4 WHERE id = $1 AND state = ANY($2) RETURNING " + COLUMNS;

    private static final String REJECT = """
            UPDATE disputes SET state = $3, resolution = $4, resolution_reason = $5, resolved_by = $6, ended_at = $7
            WHERE id = $1 AND state = ANY($2)
            RETURNING %s
            """.formatted(COLUMNS);

    private static final String GRANT = """
            UPDATE disputes SET state = $3, resolution = $4, resolution_reason = $5, resolved_by = $6, look_at = $7
            WHERE id = $1 AND state = ANY($2)
            RETURNING %s
            """.formatted(COLUMNS);

    private static final String SETTLE = """
            UPDATE disputes SET state = $3, look_at = NULL, ended_at = $4
            WHERE id = $1 AND state = ANY($2)
            RETURNING %s
            """.formatted(COLUMNS);

    private static final String REOPEN = """
            WITH reopened AS (
                UPDATE disputes
                SET state = $3, messages = messages + 1, due_at = $4, look_at = NULL,
                    resolution = NULL, resolution_reason = NULL, resolved_by = NULL
                WHERE id = $1 AND state = ANY($2)
                RETURNING %1$s
            ), said AS (
                INSERT INTO dispute_messages (dispute, sequence, party, author, text, at)
                SELECT id, messages, 'SERVICE', $5, $6, $7 FROM reopened
            )
            SELECT %1$s FROM reopened
            """.formatted(COLUMNS);

    /** What is claimed is not due for anybody else until the claim is over. */
    private static final String CLAIM_DUE = """
            UPDATE disputes SET look_at = $2
            WHERE id IN (SELECT id FROM disputes WHERE look_at <= $1 ORDER BY look_at LIMIT $3
                         FOR UPDATE SKIP LOCKED)
            RETURNING %s
            """.formatted(COLUMNS);

    private final Postgres postgres;
    private final UnreadableRows unreadableRows;
    private final EvidenceJson json;

    DisputeStore(Postgres postgres, EvidenceJson json, UnreadableRows unreadableRows) {
        this.postgres = postgres;
        this.unreadableRows = unreadableRows;
        this.json = json;
    }

    /**
     * Opens it, with what the buyer wrote as its first message, unless its order has one that is
     * not decided, or as many were opened since a time as may be.
     *
     * @return whether it was opened
     */
    Uni<Boolean> open(Dispute offered, Evidence evidence, Optional<String> message, Instant since, int most) {
        return postgres.query(
                        OPEN,
                        Tuple.from(Arrays.asList(
                                offered.id().text(),
                                offered.number().symbols(),
                                offered.buyer().subject(),
                                offered.claim().kind().name(),
                                offered.claim()
                                        .duplicateOf()
                                        .map(OrderNumber::symbols)
                                        .orElse(null),
                                offered.state().name(),
                                at(offered.openedAt()),
                                at(offered.dueAt()),
                                offered.messages(),
                                json.write(evidence),
                                message.orElse(null),
                                at(since),
                                (long) most)))
                .map(rows -> rows.size() == 1);
    }

    Uni<Optional<Dispute>> find(DisputeId id) {
        return postgres.query("SELECT " + COLUMNS + " FROM disputes WHERE id = $1", Tuple.of(id.text()))
                .map(DisputeStore::first);
    }

    /** The one of this order that is not decided. */
    Uni<Optional<Dispute>> undecided(OrderNumber number) {
        return postgres.query(
                        "SELECT " + COLUMNS + " FROM disputes WHERE number = $1 AND " + UNDECIDED,
                        Tuple.of(number.symbols()))
                .map(DisputeStore::first);
    }

    /** The last one that was opened of this order, decided or not. */
    Uni<Optional<Dispute>> latest(OrderNumber number) {
        return postgres.query(
                        "SELECT " + COLUMNS + " FROM disputes WHERE number = $1 ORDER BY opened_at DESC LIMIT 1",
                        Tuple.of(number.symbols()))
                .map(DisputeStore::first);
    }

    /** When the oldest of the last so many was opened, if that was after a time. */
    Uni<Optional<Instant>> openedAt(OrderNumber number, Instant since, int ago) {
        return postgres.query("""
                        SELECT opened_at FROM disputes WHERE number = $1 AND opened_at > $2
                        ORDER BY opened_at DESC OFFSET $3 - 1 LIMIT 1
                        """, Tuple.of(number.symbols(), at(since), (long) ago))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator()
                                .next()
                                .getOffsetDateTime("opened_at")
                                .toInstant()));
    }

    /** With all that belongs to it. */
    Uni<DisputeDetails> dossier(Dispute dispute) {
        return evidence(dispute.id())
                .chain(evidence ->
                        messages(dispute.id()).map(messages -> new DisputeDetails(dispute, messages, evidence)));
    }

    private Uni<Evidence> evidence(DisputeId id) {
        return postgres.query("SELECT evidence::text AS evidence FROM disputes WHERE id = $1", Tuple.of(id.text()))
                .map(rows -> json.read(rows.iterator().next().getString("evidence")));
    }

    private Uni<List<Message>> messages(DisputeId id) {
        return postgres.query(
                        "SELECT sequence, party, author, text, at FROM dispute_messages WHERE dispute = $1 ORDER BY sequence",
                        Tuple.of(id.text()))
                .map(rows -> {
                    List<Message> messages = new ArrayList<>(rows.size());
                    rows.forEach(row -> messages.add(message(row)));
                    return messages;
                });
    }

    /** What its author said under the key. */
    Uni<Optional<String>> textUnder(DisputeId id, Buyer author, IdempotencyKey key) {
        return postgres.query(
                        "SELECT text FROM dispute_messages WHERE dispute = $1 AND author = $2 AND client_key = $3",
                        Tuple.of(id.text(), author.subject(), key.text()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getString("text")));
    }

    /**
     * Adds a message and makes the move that goes with it.
     *
     * @param dueAt from now on, if the turn passes
     * @param most there may be of this party's
     * @return empty if the move is not open, or there are so many, or one stands under the key
     */
    Uni<Optional<Dispute>> send(DisputeId id, Move move, NewMessage message, Instant dueAt, int most) {
        return postgres.query(
                        SEND,
                        move(id, move)
                                .addLong((long) most)
                                .addOffsetDateTime(at(dueAt))
                                .addString(message.party().name())
                                .addString(message.author().subject())
                                .addString(message.key().text())
                                .addString(message.text())
                                .addOffsetDateTime(at(message.at())))
                .map(DisputeStore::first);
    }

    /** Empty if the move is not open; so for those that follow. */
    Uni<Optional<Dispute>> withdraw(DisputeId id, Instant now) {
        return postgres.query(WITHDRAW, move(id, Move.WITHDRAWN).addOffsetDateTime(at(now)))
                .map(DisputeStore::first);
    }

    Uni<Optional<Dispute>> reject(DisputeId id, Resolution resolution, Instant now) {
        return postgres.query(REJECT, decision(id, Move.REJECTED, resolution).addOffsetDateTime(at(now)))
                .map(DisputeStore::first);
    }

    /** To be carried out, and to be looked at then by somebody else. */
    Uni<Optional<Dispute>> grant(DisputeId id, Resolution resolution, Instant lookAt) {
        return postgres.query(GRANT, decision(id, Move.GRANTED, resolution).addOffsetDateTime(at(lookAt)))
                .map(DisputeStore::first);
    }

    /** What was granted is done. */
    Uni<Optional<Dispute>> settle(DisputeId id, Instant now) {
        return postgres.query(SETTLE, move(id, Move.SETTLED).addOffsetDateTime(at(now)))
                .map(DisputeStore::first);
    }

    /** What was granted cannot be done: it is for the shop to answer again, by then. */
    Uni<Optional<Dispute>> reopen(DisputeId id, String why, Instant now, Instant dueAt) {
        return postgres.query(
                        REOPEN,
                        move(id, Move.IMPOSSIBLE)
                                .addOffsetDateTime(at(dueAt))
                                .addString(OWN_NAME)
                                .addString(why)
                                .addOffsetDateTime(at(now)))
                .map(DisputeStore::first);
    }

    /** Takes some that are due, so that no other replica does until the claim is over. */
    Uni<List<Dispute>> claimDue(Instant now, Duration claim, int most) {
        return postgres.query(CLAIM_DUE, Tuple.of(at(now), at(now.plus(claim)), most))
                .map(rows -> unreadableRows.leaveOut("disputes", "id", rows, DisputeStore::dispute));
    }

    /**
     * Which disputes are listed.
     *
     * @param buyer this buyer's alone
     * @param state those in it alone
     * @param overdueAt those alone that are not decided and were due before
     */
    record Filter(Optional<Buyer> buyer, Optional<DisputeState> state, Optional<Instant> overdueAt) {}

    /** Some of those after the place, soonest due first. */
    Uni<List<Dispute>> list(Filter filter, DisputeCursor after, int most) {
        Tuple parameters = Tuple.of(at(after.dueAt()), after.id(), most);
        StringBuilder where = new StringBuilder("(due_at, id) > ($1, $2)");
        if (filter.buyer().isPresent()) {
            parameters.addString(filter.buyer().get().subject());
            where.append(" AND buyer = $").append(parameters.size());
        }
        if (filter.state().isPresent()) {
            parameters.addString(filter.state().get().name());
            where.append(" AND state = $").append(parameters.size());
        }
        if (filter.overdueAt().isPresent()) {
            parameters.addOffsetDateTime(at(filter.overdueAt().get()));
            where.append(" AND " + UNDECIDED + " AND due_at < $").append(parameters.size());
        }
        return postgres.query(
                        "SELECT " + COLUMNS + " FROM disputes WHERE " + where + " ORDER BY due_at, id LIMIT $3",
                        parameters)
                .map(DisputeStore::all);
    }

    private static final String COUNT_OVERDUE = "SELECT count(*) AS overdue FROM (SELECT FROM disputes WHERE "
            + UNDECIDED
            + " AND due_at < $1 LIMIT $2) AS late";

    /** How many are not decided and were due before, up to this many. */
    Uni<Integer> countOverdue(Instant now, int most) {
        return postgres.query(COUNT_OVERDUE, Tuple.of(at(now), (long) most))
                .map(rows -> rows.iterator().next().getInteger("overdue"));
    }

    /** The first three parameters of every move. */
    private static Tuple move(DisputeId id, Move move) {
        String[] from = move.from().stream().map(DisputeState::name).toArray(String[]::new);
        return Tuple.tuple()
                .addString(id.text())
                .addArrayOfString(from)
                .addString(move.to().name());
    }

    private static Tuple decision(DisputeId id, Move move, Resolution resolution) {
        return move(id, move)
                .addString(resolution.verdict().name())
                .addString(resolution.reason())
                .addString(resolution.by().subject());
    }

    private static Optional<Dispute> first(RowSet<Row> rows) {
        return all(rows).stream().findFirst();
    }

    private static List<Dispute> all(RowSet<Row> rows) {
        List<Dispute> disputes = new ArrayList<>(rows.size());
        rows.forEach(row -> disputes.add(dispute(row)));
        return disputes;
    }

    private static Dispute dispute(Row row) {
        return new Dispute(
                new DisputeId(row.getString("id")),
                new OrderNumber(row.getString("number")),
                new Buyer(row.getString("buyer")),
                new Claim(
                        DisputeKind.valueOf(row.getString("kind")),
                        Optional.ofNullable(row.getString("duplicate_of")).map(OrderNumber::new)),
                DisputeState.valueOf(row.getString("state")),
                row.getOffsetDateTime("opened_at").toInstant(),
                row.getOffsetDateTime("due_at").toInstant(),
                row.getInteger("messages"),
                Optional.ofNullable(row.getString("resolution")).map(verdict -> resolution(verdict, row)),
                Optional.ofNullable(row.getOffsetDateTime("ended_at")).map(OffsetDateTime::toInstant));
    }

    private static Resolution resolution(String verdict, Row row) {
        return new Resolution(
                Verdict.valueOf(verdict), row.getString("resolution_reason"), new Buyer(row.getString("resolved_by")));
    }

    private static Message message(Row row) {
        return new Message(
                row.getInteger("sequence"),
                Party.valueOf(row.getString("party")),
                row.getString("author"),
                row.getString("text"),
                row.getOffsetDateTime("at").toInstant());
    }

    private static OffsetDateTime at(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
