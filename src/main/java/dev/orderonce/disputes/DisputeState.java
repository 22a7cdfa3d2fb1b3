package dev.orderonce.disputes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state of a dispute, and the moves between states.
 *
 * <pre>
 *              answer (the shop)
 *        OPEN ───────────────────▶ ANSWERED     a second message in a row changes no state
 *        ▲  │ ◀───────────────────  │
 *        │  │  reply (the buyer)    │
 *        │  └──────────┬────────────┘
 *        │             ├── withdraw (the buyer) ──▶ WITHDRAWN
 *        │             ├── resolve: reject ───────▶ RESOLVED
 *        │             │ resolve: grant               ▲
 *        │             ▼                              │
 *        └──────── RESOLVING ──────settled────────────┘
 *       impossible
 * </pre>
 */
public enum DisputeState {
    /** The shop's turn. */
    OPEN,
    /** The buyer's turn. */
    ANSWERED,
    /** Granted; the order is being cancelled. */
    RESOLVING,
    /** Decided; a granted order is cancelled. */
    RESOLVED,
    /** The buyer took the claim back. */
    WITHDRAWN;

    /** The moves that clients may request from here, as the API names them. */
    public List<String> next() {
        return Arrays.stream(Move.values())
                .filter(move -> move.isOpenFrom(this))
                .flatMap(move -> move.word.stream())
                .distinct()
                .toList();
    }

    /** Whether the dispute is neither decided nor withdrawn; an order has at most one such dispute. */
    public boolean isUndecided() {
        return switch (this) {
            case OPEN, ANSWERED, RESOLVING -> true;
            case RESOLVED, WITHDRAWN -> false;
        };
    }

    /** A move from one state, or from either of two, to another. */
    public enum Move {
        ANSWERED("answer", DisputeState.ANSWERED, OPEN, DisputeState.ANSWERED),
        REPLIED("reply", OPEN, OPEN, DisputeState.ANSWERED),
        WITHDRAWN("withdraw", DisputeState.WITHDRAWN, OPEN, DisputeState.ANSWERED),
        REJECTED("resolve", RESOLVED, OPEN, DisputeState.ANSWERED),
        GRANTED("resolve", RESOLVING, OPEN, DisputeState.ANSWERED),
        SETTLED(RESOLVED, RESOLVING),
        /** The order could no longer be cancelled. */
        IMPOSSIBLE(OPEN, RESOLVING);

        private final Optional<String> word;
        private final DisputeState to;
        private final DisputeState from;
        private final DisputeState orFrom;

        Move(String word, DisputeState to, DisputeState from, DisputeState orFrom) {
            this.word = Optional.of(word);
            this.to = to;
            this.from = from;
            this.orFrom = orFrom;
        }

        Move(DisputeState to, DisputeState from) {
            this.word = Optional.empty();
            this.to = to;
            this.from = from;
            this.orFrom = from;
        }

        public DisputeState to() {
            return to;
        }

        public boolean isOpenFrom(DisputeState state) {
            return from == state || orFrom == state;
        }

        List<DisputeState> from() {
            return Stream.of(from, orFrom).distinct().toList();
        }
    }
}
