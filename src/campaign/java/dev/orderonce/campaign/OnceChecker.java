package dev.orderonce.campaign;

import dev.orderonce.campaign.Facts.Name;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.campaign.Verdict.Rule;
import dev.orderonce.campaign.Verdict.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Compares what the shop's programs were told of records and claims with what PostgreSQL holds. */
final class OnceChecker {
    private final Map<String, Name> names;
    private final List<Violation> violations = new ArrayList<>();

    /** What is known of one name. */
    private static final class Work {
        private final List<Lease> leases = new ArrayList<>();

        /** By claim: from when another worker may hold the name, whatever this one was told. */
        private final Map<String, Long> perhapsFree = new HashMap<>();

        private final Set<String> results = new TreeSet<>();
        private int created;
    }

    private static long micros(Operation operation) {
        return TimeUnit.MILLISECONDS.toMicros(operation.at());
    }

    /**
     * A time for which a worker was told that it holds a name, by PostgreSQL's clock: granted or renewed in the
     * statement whose time is the beginning.
     */
    private record Lease(String claim, long from, long until) {
        static Lease of(Operation operation) {
            return new Lease(
                    operation.key(),
                    operation.until() - TimeUnit.SECONDS.toMicros(operation.quantity()),
                    operation.until());
        }
    }

    private OnceChecker(Map<String, Name> names) {
        this.names = names;
    }

    /** The broken rules of all operations with records and claims; others are passed over. */
    static List<Violation> check(List<Operation> operations, Map<String, Name> names) {
        OnceChecker checker = new OnceChecker(names);
        Map<String, Work> works = new HashMap<>();
        for (Operation operation : operations) {
            switch (operation.kind()) {
                case PUT, CLAIM, RENEW, GIVE_UP, COMPLETE ->
                    checker.add(operation, works.computeIfAbsent(operation.purchase(), _ -> new Work()));
                case ISSUE,
                        PLACE,
                        LOOK_UP,
                        VOID,
                        PAY,
                        CANCEL,
                        REFUND,
                        HOLD,
                        RELEASE,
                        SHIP,
                        DISPUTE,
                        MESSAGE,
                        RESOLVE -> {
                    // not of /once
                }
            }
        }
        works.forEach(checker::check);
        return checker.violations;
    }

    private void violate(Rule rule, String text) {
        violations.add(new Violation(rule, text));
    }

    private void add(Operation operation, Work work) {
        boolean isAcknowledged = operation.outcome() == Outcome.ACKNOWLEDGED;
        if (operation.kind() == Kind.GIVE_UP) {
            // Perhaps it was given up, whatever the worker knows of it.
            work.perhapsFree.merge(operation.key(), micros(operation), Math::min);
        } else if (operation.kind() == Kind.RENEW && !isAcknowledged) {
            // Perhaps it was renewed, at once, for less than was left of the lease.
            work.perhapsFree.merge(
                    operation.key(), micros(operation) + TimeUnit.SECONDS.toMicros(operation.quantity()), Math::min);
        } else if (operation.kind() == Kind.PUT) {
            checkRecord(operation);
            work.created += operation.created();
        } else if (isAcknowledged && !names.containsKey(operation.purchase())) {
            violate(Rule.LOST, "the name is not there: %s".formatted(operation));
        }
        if (isAcknowledged && operation.until() != 0) {
            work.leases.add(Lease.of(operation));
        }
        if (isAcknowledged && !operation.said().isEmpty()) {
            work.results.add(operation.said());
        }
    }

    private void checkRecord(Operation operation) {
        Name name = names.get(operation.purchase());
        if (operation.outcome() == Outcome.ACKNOWLEDGED) {
            if (name == null) {
                violate(Rule.LOST, "the record is not there: %s".formatted(operation));
            } else if (name.content() != operation.quantity()) {
                violate(Rule.ALTERED, "%s is another record: %s".formatted(name, operation));
            }
        } else if (operation.outcome() == Outcome.REFUSED && (name == null || name.content() == operation.quantity())) {
            violate(Rule.REFUSED, "without another record: %s".formatted(operation));
        }
    }

    private void check(String key, Work work) {
        if (work.created > 1) {
            violate(Rule.CREATED_TWICE, "%d answers said that the record %s was created".formatted(work.created, key));
        }
        if (work.results.size() > 1) {
            violate(Rule.CLAIMS, "%s has %d results: %s".formatted(key, work.results.size(), work.results));
        }
        Name name = names.get(key);
        for (String result : work.results) {
            if (name != null && !name.result().equals(result)) {
                violate(Rule.CLAIMS, "%s was the result of %s, which has %s".formatted(result, key, name));
            }
        }
        checkLeases(key, work);
    }

    /** Another worker gets the name when the lease before has ended, or after a request to give it up was sent. */
    private void checkLeases(String key, Work work) {
        List<Lease> sorted = work.leases.stream()
                .sorted(Comparator.comparingLong(Lease::from))
                .toList();
        for (int i = 0; i < sorted.size(); i++) {
            Lease later = sorted.get(i);
            for (Lease earlier : sorted.subList(0, i)) {
                if (!earlier.claim().equals(later.claim()) && end(earlier, work) > later.from()) {
                    violate(Rule.CLAIMS, "%s and %s hold %s at the same time".formatted(earlier, later, key));
                }
            }
        }
    }

    /** The claim's next lease, which a renewal began, may be shorter than what was left of this one. */
    private static long end(Lease lease, Work work) {
        return work.leases.stream()
                .filter(other -> other.claim().equals(lease.claim()) && other.from() > lease.from())
                .mapToLong(Lease::from)
                .reduce(
                        Math.min(lease.until(), work.perhapsFree.getOrDefault(lease.claim(), Long.MAX_VALUE)),
                        Math::min);
    }
}
