package dev.orderonce.disputes;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads disputes, their messages and their evidence. */
@ApplicationScoped
class DisputeReader {
    /** As the partial index has it. */
    private static final String UNDECIDED = "state in ('OPEN', 'ANSWERED', 'RESOLVING')";

    private final Reads reads;

    DisputeReader(Reads reads) {
        this.reads = reads;
    }

    Uni<Optional<Dispute>> find(DisputeId id) {
        return reads.read("find-dispute", () -> DisputeEntity.<DisputeEntity>findById(id.text()))
                .map(row -> Optional.ofNullable(row).map(DisputeEntity::toDispute));
    }

    /** The disputes of this order that were opened last, the latest first. */
    Uni<List<Dispute>> latest(OrderNumber number, int most) {
        return reads.read(
                        "latest-disputes",
                        () -> DisputeEntity.<DisputeEntity>find("number = ?1 order by openedAt desc", number.symbols())
                                .range(0, most - 1)
                                .list())
                .map(rows -> rows.stream().map(DisputeEntity::toDispute).toList());
    }

    /** The dispute with its messages and evidence, in two statements. */
    Uni<DisputeDetails> details(Dispute dispute) {
        String id = dispute.id().text();
        return reads.read(
                "dispute-details",
                () -> EvidenceEntity.<EvidenceEntity>findById(id)
                        .chain(evidence -> MessageEntity.<MessageEntity>list("dispute = ?1 order by sequence", id)
                                .map(messages -> new DisputeDetails(
                                        dispute,
                                        messages.stream()
                                                .map(MessageEntity::toMessage)
                                                .toList(),
                                        StoredEvidence.read(evidence.evidence)))));
    }

    /** The text of the author's message under the key. */
    Uni<Optional<String>> textUnder(DisputeId id, Subject author, IdempotencyKey key) {
        return reads.read(
                        "find-message",
                        () -> MessageEntity.<MessageEntity>find(
                                        "dispute = ?1 and author = ?2 and clientKey = ?3",
                                        id.text(),
                                        author.id(),
                                        key.text())
                                .firstResult())
                .map(row -> Optional.ofNullable(row).map(message -> message.text));
    }

    /**
     * The disputes to list; an empty member does not restrict them.
     *
     * @param overdueAt undecided disputes that were due before
     */
    record Filter(Optional<Buyer> buyer, Optional<DisputeState> state, Optional<Instant> overdueAt) {}

    /** One page of the disputes, soonest due first. */
    Uni<KeysetPage<Dispute, DisputeCursor>> list(Filter filter, Optional<DisputeCursor> after, int limit) {
        KeysetQuery query = KeysetQuery.ascending("dueAt", "id")
                .wherePresent("buyer = ?", filter.buyer().map(Buyer::subject))
                .wherePresent("state = ?", filter.state().map(DisputeState::name))
                .wherePresent(UNDECIDED + " and dueAt < ?", filter.overdueAt());
        after.ifPresent(cursor -> query.after(cursor.dueAt(), cursor.id()));
        return reads.read(
                "list-disputes",
                () -> KeysetPage.read(
                                DisputeEntity.<DisputeEntity>find(query.hql(), query.parameters()),
                                limit,
                                row -> new DisputeCursor(row.dueAt, row.id))
                        .map(page -> page.map(DisputeEntity::toDispute)));
    }
}
