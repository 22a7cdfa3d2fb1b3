package dev.orderonce.disputes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.orders.Acknowledgement;
import dev.orderonce.orders.Charge;
import dev.orderonce.orders.Line;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.orders.OrderHistory;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evidence as the table stores it: what was known of a dispute's orders when the dispute was opened.
 *
 * <p>The names of these members are a stored format, and disputes are kept for good: members may be added, and are then
 * absent from older rows; a member is never renamed or removed. {@link Evidence} is what the API shows of it.
 *
 * @param version of the format, today {@value #VERSION}; 0 in rows written before there were versions, which have the
 *     format of version 1
 * @param duplicateOf the other order, with {@link DisputeKind#DUPLICATE}
 */
@RegisterForReflection( // Jackson reads and writes them by reflection
        targets = {
            StoredEvidence.class,
            StoredEvidence.StoredOrder.class,
            StoredEvidence.StoredLine.class,
            StoredEvidence.StoredCharge.class,
            StoredEvidence.StoredAcknowledgement.class,
            StoredEvidence.StoredEvent.class,
            StoredEvidence.StoredSubmit.class
        })
public record StoredEvidence(
        int version,
        Instant gatheredAt,
        StoredOrder order,
        @Nullable StoredOrder duplicateOf) {
    private static final int VERSION = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    /** Evidence that is gathered now. */
    StoredEvidence(Instant gatheredAt, StoredOrder order, Optional<StoredOrder> duplicateOf) {
        this(VERSION, gatheredAt, order, duplicateOf.orElse(null));
    }

    /**
     * One order.
     *
     * @param number with hyphens
     * @param issuedAt when the number was issued; null if the order was placed under a key
     * @param total in minor units of the currency
     * @param charges null if it has none, as in rows written before orders had any
     * @param submits null if Redis was unavailable
     */
    public record StoredOrder(
            String number,
            @Nullable Instant issuedAt,
            @Nullable String idempotencyKey,
            String state,
            Instant placedAt,
            String currency,
            long total,
            List<StoredLine> lines,
            @Nullable List<StoredCharge> charges,
            List<StoredAcknowledgement> acknowledgements,
            List<StoredEvent> events,
            @Nullable List<StoredSubmit> submits) {

        static StoredOrder of(OrderHistory history, Optional<List<Resubmission>> submits) {
            Order order = history.order();
            return new StoredOrder(
                    order.number().shown(),
                    order.number().isIssuable() ? order.number().issuedAt() : null,
                    order.clientKey().map(IdempotencyKey::text).orElse(null),
                    order.state().name(),
                    order.placedAt(),
                    order.content().total().currency().getCurrencyCode(),
                    order.content().total().minor(),
                    order.content().lines().stream().map(StoredLine::of).toList(),
                    order.content().charges().isEmpty()
                            ? null
                            : order.content().charges().stream()
                                    .map(StoredCharge::of)
                                    .toList(),
                    order.content().acknowledgements().stream()
                            .map(StoredAcknowledgement::of)
                            .toList(),
                    history.events().stream().map(StoredEvent::of).toList(),
                    submits.map(all -> all.stream().map(StoredSubmit::of).toList())
                            .orElse(null));
        }
    }

    /**
     * One line of the order.
     *
     * @param unitPrice in minor units of the order's currency
     */
    public record StoredLine(String productCode, @Nullable String name, long quantity, long unitPrice) {
        static StoredLine of(Line line) {
            return new StoredLine(line.productCode(), line.name().orElse(null), line.quantity(), line.unitPrice());
        }
    }

    /**
     * One charge of the order.
     *
     * @param amount in minor units of the order's currency; below 0 for a discount
     */
    public record StoredCharge(String kind, String label, long amount) {
        static StoredCharge of(Charge charge) {
            return new StoredCharge(charge.kind().name(), charge.label(), charge.amount());
        }
    }

    /**
     * One confirmation that the buyer gave when placing the order.
     *
     * @param total with LARGE_AMOUNT, in minor units of the order's currency
     * @param earlier with SECOND_ORDER: the number of the earlier order, with hyphens
     */
    public record StoredAcknowledgement(
            String kind, @Nullable Long total, @Nullable String earlier) {
        static StoredAcknowledgement of(Acknowledgement acknowledgement) {
            return switch (acknowledgement) {
                case Acknowledgement.LargeAmount(long total) -> new StoredAcknowledgement("LARGE_AMOUNT", total, null);
                case Acknowledgement.SecondOrder(var earlier) ->
                    new StoredAcknowledgement("SECOND_ORDER", null, earlier.shown());
            };
        }
    }

    /** One event of the order. */
    public record StoredEvent(int sequence, String kind, Instant at, Map<String, String> detail) {
        static StoredEvent of(OrderEvent event) {
            return new StoredEvent(event.sequence(), event.kind(), event.at(), event.detail());
        }
    }

    /** One resubmission of the order. */
    public record StoredSubmit(Instant at, String outcome) {
        static StoredSubmit of(Resubmission submit) {
            return new StoredSubmit(submit.at(), submit.outcome());
        }
    }

    /** This evidence as JSON text. */
    String write() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible); // texts, numbers and times can be written
        }
    }

    /**
     * Reads what this or an earlier version of the service wrote.
     *
     * @throws UncheckedIOException if the text is not evidence
     * @throws IllegalStateException if its version is later than this one
     */
    static StoredEvidence read(String text) {
        try {
            StoredEvidence evidence = JSON.readValue(text, StoredEvidence.class);
            if (evidence.version() > VERSION) {
                throw new IllegalStateException("stored evidence has version " + evidence.version());
            }
            return evidence;
        } catch (JsonProcessingException unreadable) {
            throw new UncheckedIOException("stored evidence cannot be read", unreadable);
        }
    }
}
