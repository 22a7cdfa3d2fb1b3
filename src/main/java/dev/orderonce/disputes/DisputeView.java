package dev.orderonce.disputes;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A dispute as the API shows it. */
@Schema(name = "Dispute")
@JsonInclude(JsonInclude.Include.NON_NULL)
record DisputeView(
        @Schema(required = true, examples = "D0K3M7QXW52TB9H4N")
        String id,

        @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC", description = "The order that is disputed")
        String number,

        @Schema(required = true, description = "Whose order it is")
        String buyer,

        @Schema(required = true) DisputeKind kind,

        @Schema(nullable = true, description = "With DUPLICATE: the number of the other order") @Nullable String duplicateOf,

        @Schema(
                required = true,
                description = "OPEN: the shop's turn. ANSWERED: the buyer's turn. RESOLVING: granted, and the order is "
                        + "being cancelled")
        DisputeState state,

        @Schema(required = true, description = "The actions that the state allows")
        List<String> next,

        @Schema(required = true) Instant openedAt,

        @Schema(required = true, description = "When the party whose turn it is should have answered")
        Instant dueAt,

        @Schema(nullable = true, description = "The decision") @Nullable Verdict resolution,

        @Schema(
                nullable = true,
                description = "With REFUND: how much is refunded, in minor units; absent: all that is left")
        @Nullable Long amount,

        @Schema(nullable = true, description = "The reason, for the buyer") @Nullable String reason,

        @Schema(nullable = true, description = "Who decided; a buyer sees \"the shop\"") @Nullable String resolvedBy,

        @Schema(nullable = true, description = "When it was resolved or withdrawn") @Nullable Instant endedAt,

        @Schema(nullable = true, description = "In lists: the currency of the order, ISO 4217") @Nullable String currency,

        @Schema(nullable = true, description = "In lists: the total of the order, in minor units of the currency")
        @Nullable Long total,

        @Schema(nullable = true, description = "In lists: the first message, if there is one") @Nullable String firstMessage,

        @Schema(nullable = true, description = "By sequence; not in lists") @Nullable List<MessageView> messages,

        @Schema(nullable = true, description = "What was known when the dispute was opened; not in lists") @Nullable Evidence evidence) {

    /** What a buyer sees in place of the name of a member of staff. */
    private static final String THE_SHOP = "the shop";

    /** A message as the API shows it. */
    @Schema(name = "DisputeMessage")
    record MessageView(
            @Schema(required = true, description = "1, 2, 3, … without gaps")
            int sequence,

            @Schema(required = true) Party party,

            @Schema(required = true, description = "Who wrote it; a buyer sees \"the shop\" in place of staff")
            String author,

            @Schema(required = true) String text,
            @Schema(required = true) Instant at) {

        static MessageView of(Message message, Party as) {
            return new MessageView(
                    message.sequence(),
                    message.party(),
                    as == Party.BUYER && message.party().isStaff() ? THE_SHOP : message.author(),
                    message.text(),
                    message.at());
        }
    }

    /** The dispute with its messages and evidence, as this party may read them. */
    static DisputeView of(DisputeDetails details, Party as) {
        Dispute dispute = details.dispute();
        return view(
                dispute,
                as,
                Optional.empty(),
                Optional.empty(),
                details.messages().stream()
                        .map(message -> MessageView.of(message, as))
                        .toList(),
                Evidence.of(
                        details.evidence(),
                        event -> as == Party.BUYER
                                ? event.forBuyer(dispute.buyer().subject())
                                : event.forStaff()));
    }

    /** The dispute without messages and evidence, as the list of its order shows it. */
    static DisputeView of(Dispute dispute, Party as) {
        return view(dispute, as, Optional.empty(), Optional.empty(), null, null);
    }

    /** As a list of disputes shows it. */
    static DisputeView of(ListDisputes.Listed listed, Party as) {
        return view(listed.dispute(), as, listed.total(), listed.firstMessage(), null, null);
    }

    /** A problem that states the dispute's current state and open moves. */
    static Problem about(ProblemType type, Dispute dispute) {
        Problem problem = Problem.of(type)
                .with("id", dispute.id().text())
                .with("dispute", path(dispute))
                .with("state", dispute.state())
                .with("next", dispute.state().next());
        dispute.resolution().ifPresent(made -> problem.with("resolution", made.verdict()));
        return problem;
    }

    static String path(Dispute dispute) {
        return "/disputes/" + dispute.id().text();
    }

    private static DisputeView view(
            Dispute dispute,
            Party as,
            Optional<Money> total,
            Optional<String> firstMessage,
            @Nullable List<MessageView> messages,
            @Nullable Evidence evidence) {
        Optional<Resolution> resolution = dispute.resolution();
        return new DisputeView(
                dispute.id().text(),
                dispute.number().shown(),
                dispute.buyer().subject(),
                dispute.claim().kind(),
                dispute.claim().duplicateOf().map(OrderNumber::shown).orElse(null),
                dispute.state(),
                dispute.state().next(),
                dispute.openedAt(),
                dispute.dueAt(),
                resolution.map(Resolution::verdict).orElse(null),
                resolution.flatMap(Resolution::amount).orElse(null),
                resolution.map(Resolution::reason).orElse(null),
                resolution
                        .map(made -> as == Party.BUYER ? THE_SHOP : made.by().id())
                        .orElse(null),
                dispute.endedAt().orElse(null),
                total.map(money -> money.currency().getCurrencyCode()).orElse(null),
                total.map(Money::minor).orElse(null),
                firstMessage.orElse(null),
                messages,
                evidence);
    }
}
