package dev.orderonce.campaign;

import dev.orderonce.campaign.Facts.Dispute;
import dev.orderonce.campaign.Facts.Message;
import dev.orderonce.campaign.Facts.Row;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.campaign.Verdict.Rule;
import dev.orderonce.campaign.Verdict.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what buyers and support were told of disputes with the tables, and decisions with their effects. */
final class DisputeChecker {
    private static final Set<String> DECIDED = Set.of("RESOLVING", "RESOLVED");
    private static final Set<String> UNDECIDED = Set.of("OPEN", "ANSWERED", "RESOLVING");

    private final Facts facts;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<Message, Integer> messages = new HashMap<>();

    private DisputeChecker(Facts facts) {
        this.facts = facts;
        facts.messages().forEach(message -> messages.merge(message, 1, Integer::sum));
    }

    /** The broken rules of all operations with disputes; others are passed over. */
    static List<Violation> check(List<Operation> operations, Facts facts) {
        DisputeChecker checker = new DisputeChecker(facts);
        operations.stream()
                .filter(operation -> operation.outcome() == Outcome.ACKNOWLEDGED)
                .forEach(checker::check);
        checker.checkTables();
        return checker.violations;
    }

    private void violate(String text) {
        violations.add(new Violation(Rule.DISPUTES, text));
    }

    private void check(Operation operation) {
        if (operation.kind() == Kind.DISPUTE) {
            Dispute dispute = facts.disputes().get(operation.said());
            if (dispute == null
                    || !dispute.number().equals(operation.number())
                    || !dispute.buyer().equals(operation.buyer())) {
                violate("%s is there: %s".formatted(dispute, operation));
            }
        } else if (operation.kind() == Kind.RESOLVE) {
            Dispute dispute = facts.disputes().get(operation.scope());
            if (dispute == null
                    || !DECIDED.contains(dispute.state())
                    || !dispute.resolution().equals(operation.key())
                    || dispute.amount() != operation.quantity()) {
                violate("%s is there: %s".formatted(dispute, operation));
            }
        } else if (operation.kind() == Kind.MESSAGE
                && messages.getOrDefault(new Message(operation.scope(), operation.key()), 0) == 0) {
            violate("the message is not there: %s".formatted(operation));
        }
    }

    /** Each message once, one dispute of an order at a time, and every decision carried out. */
    private void checkTables() {
        messages.forEach((message, times) -> {
            if (times > 1) {
                violate("%s is there %d times".formatted(message, times));
            }
        });
        Set<String> undecided = new HashSet<>();
        facts.disputes().forEach((id, dispute) -> {
            if (UNDECIDED.contains(dispute.state()) && !undecided.add(dispute.number())) {
                violate("%s is the second undecided dispute of its order: %s".formatted(id, dispute));
            }
            if (dispute.state().equals("RESOLVING")) {
                violate("the resolution of %s is in progress at the end: %s".formatted(id, dispute));
            }
            if (dispute.state().equals("RESOLVED") && !isCarriedOut(id, dispute)) {
                violate("%s is resolved without its effect: %s".formatted(id, dispute));
            }
        });
    }

    private boolean isCarriedOut(String id, Dispute dispute) {
        return switch (dispute.resolution()) {
            case "REJECT" -> true;
            case "CANCEL" -> isCancelled(dispute);
            // An order that was cancelled or refunded meanwhile has no refund under the dispute's key.
            case "REFUND" -> isCancelled(dispute) || isRefunded(id, dispute);
            default -> false;
        };
    }

    private boolean isCancelled(Dispute dispute) {
        Row row = facts.rows().get(dispute.number());
        return row != null && Checker.CANCELLED.contains(row.state());
    }

    private boolean isRefunded(String id, Dispute dispute) {
        return facts.money().refunds().stream()
                .anyMatch(refund -> refund.number().equals(dispute.number())
                        && refund.key().equals("dispute " + id)
                        && (dispute.amount() == 0 || refund.amount() == dispute.amount()));
    }
}
