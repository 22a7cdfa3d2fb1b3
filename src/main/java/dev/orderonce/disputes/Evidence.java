package dev.orderonce.disputes;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderSubmission.AcknowledgementSubmission;
import dev.orderonce.orders.OrderView;
import dev.orderonce.orders.OrderView.LineView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What was known of a dispute's orders when it was opened, as it is kept and as it goes over the
 * wire; it never changes.
 */
@Schema(name = "Evidence")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Evidence(
        @Schema(required = true) Instant gatheredAt,

        @Schema(required = true, description = "The order that is disputed")
        OrderEvidence order,

        @Schema(nullable = true, description = "With DUPLICATE: the order that it is a duplicate of") @Nullable OrderEvidence duplicateOf) {

    /** As the buyer may read it. */
    Evidence forBuyer(String buyer) {
        return new Evidence(
                gatheredAt, order.forBuyer(buyer), duplicateOf == null ? null : duplicateOf.forBuyer(buyer));
    }

    /** What was known of one order. */
    @Schema(name = "OrderEvidence")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OrderEvidence(
            @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC")
            String number,

            @Schema(
                    nullable = true,
                    description =
                            "When the number was issued; not there if the order was placed under `idempotencyKey`")
            @Nullable Instant issuedAt,

            @Schema(nullable = true, description = "If it was placed under a key of the client's own: that key")
            @Nullable String idempotencyKey,

            @Schema(required = true, description = "Where it stood then")
            OrderState state,

            @Schema(required = true) Instant placedAt,

            @Schema(required = true, description = "ISO 4217")
            String currency,

            @Schema(required = true, description = "In minor units of the currency")
            long total,

            @Schema(required = true) List<LineView> lines,

            @Schema(required = true, description = "What the buyer said yes to when placing it")
            List<AcknowledgementSubmission> acknowledgements,

            @Schema(
                    required = true,
                    description = "What had happened to it, in its order; if that was very much, the latest of it")
            List<EventEvidence> events,

            @Schema(
                    required = true,
                    nullable = true,
                    description = "Each time that it was submitted besides the one that placed it, as far as that was "
                            + "remembered; null if it is not known")
            @JsonInclude(JsonInclude.Include.ALWAYS)
            @Nullable List<SubmitEvidence> submits,

            @Schema(required = true, description = "Whether what remembers the submits did not answer then")
            boolean submitsUnknown) {

        static OrderEvidence of(Order order, List<OrderEvent> events, Optional<List<Resubmission>> submits) {
            OrderView view = OrderView.of(order);
            Optional<String> key = order.clientKey().map(IdempotencyKey::text);
            return new OrderEvidence(
                    view.number(),
                    key.isPresent() ? null : order.number().issuedAt(),
                    key.orElse(null),
                    order.state(),
                    order.placedAt(),
                    view.currency(),
                    view.total(),
                    view.lines(),
                    view.acknowledgements(),
                    events.stream().map(EventEvidence::of).toList(),
                    submits.map(all -> all.stream().map(SubmitEvidence::of).toList())
                            .orElse(null),
                    submits.isEmpty());
        }

        OrderEvidence forBuyer(String buyer) {
            return new OrderEvidence(
                    number,
                    issuedAt,
                    idempotencyKey,
                    state,
                    placedAt,
                    currency,
                    total,
                    lines,
                    acknowledgements,
                    events.stream().map(event -> event.forBuyer(buyer)).toList(),
                    submits,
                    submitsUnknown);
        }
    }

    /** Something that had happened to the order. */
    @Schema(name = "EventEvidence")
    public record EventEvidence(
            @Schema(required = true, description = "1, 2, 3, … without gaps")
            int sequence,

            @Schema(required = true, examples = "PAID") String kind,
            @Schema(required = true) Instant at,

            @Schema(required = true, description = "Who did it, and why: by, reason, payment")
            Map<String, String> detail) {

        static EventEvidence of(OrderEvent event) {
            return new EventEvidence(event.sequence(), event.kind(), event.at(), event.detail());
        }

        /** Who of the staff it was, and in what words, is not the buyer's to read. */
        EventEvidence forBuyer(String buyer) {
            return of(new OrderEvent(sequence, kind, at, detail).forBuyer(buyer));
        }
    }

    /** One time that the order was submitted. */
    @Schema(name = "SubmitEvidence")
    public record SubmitEvidence(
            @Schema(required = true) Instant at,

            @Schema(
                    required = true,
                    examples = "again",
                    description = "again: it was tried before. late: the number was not, or no longer, known. limited, "
                            + "lookalike: refused as that")
            String outcome) {

        static SubmitEvidence of(Resubmission submit) {
            return new SubmitEvidence(submit.at(), submit.outcome());
        }
    }
}
