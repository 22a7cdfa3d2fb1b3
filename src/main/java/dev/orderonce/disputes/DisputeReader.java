package dev.orderonce.disputes;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.quarkus.hibernate.reactive.panache.PanacheQuery;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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

    /** One page of the disputes. */
    Uni<KeysetPage<Dispute, DisputeCursor>> list(
            Filter filter, DisputeOrder order, Optional<DisputeCursor> after, int limit) {
        return reads.read(
                "list-disputes",
                () -> KeysetPage.read(found(filter, order, after), limit, order::cursor)
                        .map(page -> page.map(DisputeEntity::toDispute)));
    }

    /** The number of disputes on all pages. */
    Uni<Long> count(Filter filter) {
        return reads.read(
                "count-disputes",
                () -> found(filter, DisputeOrder.DUE, Optional.empty()).count());
    }

    private static PanacheQuery<DisputeEntity> found(Filter filter, DisputeOrder order, Optional<DisputeCursor> after) {
        KeysetQuery query = order.query(after)
                .wherePresent("buyer = ?", filter.buyer().map(Buyer::subject))
                .wherePresent("state = ?", filter.state().map(DisputeState::name))
                .wherePresent(UNDECIDED + " and dueAt < ?", filter.overdueAt());
        return DisputeEntity.find(query.hql(), query.parameters());
    }

    /** The first message of each of these disputes that has one, by the dispute's id. */
    Uni<Map<String, String>> firstMessages(List<Dispute> of) {
        List<String> ids = of.stream()
                .filter(dispute -> dispute.messages() > 0)
                .map(dispute -> dispute.id().text())
                .toList();
        return ids.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : reads.read(
                                "first-messages",
                                () -> MessageEntity.<MessageEntity>list("dispute in ?1 and sequence = 1", ids))
                        .map(rows -> rows.stream()
                                .collect(Collectors.toUnmodifiableMap(row -> row.dispute, row -> row.text)));
    }
}
