package dev.orderonce.work;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What waits for the shop's staff at one moment, by kind. */
public record Work(Map<Kind, Waiting> waiting) {
    /** A larger number is shown as this one. */
    public static final int MOST = 1000;

    /** A kind of work, and who lists it. */
    public enum Kind {
        /** Pairs of orders that support has not reviewed. */
        SUSPICIONS(true),
        /** Disputes in which it is the shop's turn. */
        DISPUTES(false),
        /** Undecided disputes after their due date. */
        OVERDUE(false),
        /** Payments whose result the provider has not confirmed for long. */
        UNSETTLED(true);

        private final boolean isOfSupport;

        Kind(boolean isOfSupport) {
            this.isOfSupport = isOfSupport;
        }
    }

    /**
     * The work of one kind.
     *
     * @param count at most {@value Work#MOST}
     * @param newest when the newest of it began to wait; empty if there is none
     */
    public record Waiting(int count, Optional<Instant> newest) {}

    /** Returns the kinds that support lists, or that the merchant does. */
    Work visibleTo(boolean isSupport) {
        return new Work(waiting.entrySet().stream()
                .filter(kind -> isSupport || !kind.getKey().isOfSupport)
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** The number of one kind; empty if it is not visible. */
    public Optional<Integer> count(Kind kind) {
        return Optional.ofNullable(waiting.get(kind)).map(Waiting::count);
    }

    /** When the newest of all began to wait. */
    public Optional<Instant> newest() {
        return waiting.values().stream().flatMap(kind -> kind.newest().stream()).max(Comparator.naturalOrder());
    }
}
