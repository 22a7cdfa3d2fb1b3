package dev.orderonce.disputes;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.disputes.StoredEvidence.StoredCharge;
import dev.orderonce.disputes.StoredEvidence.StoredEvent;
import dev.orderonce.disputes.StoredEvidence.StoredOrder;
import dev.orderonce.disputes.StoredEvidence.StoredSubmit;
import dev.orderonce.orders.Charge;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderSubmission.AcknowledgementSubmission;
import dev.orderonce.orders.OrderView.ChargeView;
import dev.orderonce.orders.OrderView.LineView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Evidence as the API shows it, made from {@link StoredEvidence}. */
@Schema(name = "Evidence")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Evidence(
        @Schema(required = true) Instant gatheredAt,

        @Schema(required = true, description = "The order that is disputed")
        OrderEvidence order,

        @Schema(nullable = true, description = "With DUPLICATE: the order that it is a duplicate of") @Nullable OrderEvidence duplicateOf) {

    /**
     * The evidence for one reader.
     *
     * @param visible what the reader may see of an event
     */
    static Evidence of(StoredEvidence stored, UnaryOperator<OrderEvent> visible) {
        StoredOrder other = stored.duplicateOf();
        return new Evidence(
                stored.gatheredAt(),
                OrderEvidence.of(stored.order(), visible),
                other == null ? null : OrderEvidence.of(other, visible));
    }

    /** What was known of one order. */
    @Schema(name = "OrderEvidence")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OrderEvidence(
            @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC")
            String number,

            @Schema(
                    nullable = true,
                    description = "When the number was issued; absent if the order was placed under `idempotencyKey`")
            @Nullable Instant issuedAt,

            @Schema(nullable = true, description = "If the order was placed under an idempotency key: that key")
            @Nullable String idempotencyKey,

            @Schema(required = true, allOf = OrderState.class, description = "The state of the order then")
            String state,

            @Schema(required = true) Instant placedAt,

            @Schema(required = true, description = "ISO 4217")
            String currency,

            @Schema(required = true, description = "In minor units of the currency")
            long total,

            @Schema(required = true) List<LineView> lines,
            @Schema(required = true) List<ChargeView> charges,

            @Schema(required = true, description = "What the buyer confirmed when placing it")
            List<AcknowledgementSubmission> acknowledgements,

            @Schema(required = true, description = "Its events by sequence; of more than 200, the latest")
            List<EventEvidence> events,

            @Schema(
                    required = true,
                    nullable = true,
                    description = "Each submission besides the one that placed it, as far as they were still stored; "
                            + "null if they are unknown")
            @JsonInclude(JsonInclude.Include.ALWAYS)
            @Nullable List<SubmitEvidence> submits,

            @Schema(required = true, description = "Whether they could not be read")
            boolean submitsUnknown) {

        static OrderEvidence of(StoredOrder stored, UnaryOperator<OrderEvent> visible) {
            List<StoredSubmit> submits = stored.submits();
            return new OrderEvidence(
                    stored.number(),
                    stored.issuedAt(),
                    stored.idempotencyKey(),
                    stored.state(),
                    stored.placedAt(),
                    stored.currency(),
                    stored.total(),
                    stored.lines().stream()
                            .map(line ->
                                    new LineView(line.productCode(), line.name(), line.quantity(), line.unitPrice()))
                            .toList(),
                    Objects.requireNonNullElse(stored.charges(), List.<StoredCharge>of()).stream()
                            .map(charge ->
                                    new ChargeView(Charge.Kind.valueOf(charge.kind()), charge.label(), charge.amount()))
                            .toList(),
                    stored.acknowledgements().stream()
                            .map(given -> new AcknowledgementSubmission(given.kind(), given.total(), given.earlier()))
                            .toList(),
                    stored.events().stream()
                            .map(event -> EventEvidence.of(event, visible))
                            .toList(),
                    submits == null
                            ? null
                            : submits.stream()
                                    .map(submit -> new SubmitEvidence(submit.at(), submit.outcome()))
                                    .toList(),
                    submits == null);
        }
    }

    /** One event of the order. */
    @Schema(name = "EventEvidence")
    public record EventEvidence(
            @Schema(required = true, description = "1, 2, 3, … without gaps")
            int sequence,

            @Schema(required = true, examples = "PAID") String kind,
            @Schema(required = true) Instant at,

            @Schema(required = true, description = "Actor, reason and payment: by, reason, payment")
            Map<String, String> detail) {

        static EventEvidence of(StoredEvent stored, UnaryOperator<OrderEvent> visible) {
            OrderEvent event =
                    visible.apply(new OrderEvent(stored.sequence(), stored.kind(), stored.at(), stored.detail()));
            return new EventEvidence(event.sequence(), event.kind(), event.at(), event.detail());
        }
    }

    /** One resubmission of the order. */
    @Schema(name = "SubmitEvidence")
    public record SubmitEvidence(
            @Schema(required = true) Instant at,

            @Schema(
                    required = true,
                    examples = "again",
                    description =
                            "again: submitted before. late: the number was not, or no longer, known. limited: refused by a rate "
                                    + "limit. lookalike: refused as a possible duplicate")
            String outcome) {}
}
