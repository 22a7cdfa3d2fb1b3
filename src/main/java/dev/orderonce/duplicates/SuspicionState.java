package dev.orderonce.duplicates;

/**
 * The state of a suspected duplicate, and the moves between states.
 *
 * <pre>
 *           dismiss
 *        ┌──────────▶ DISMISSED
 *   OPEN ┼──────────▶ CONFIRMED   (the chosen order is cancelled)
 *        │  confirm
 *        └──────────▶ OVER        (one of the two was cancelled before support decided)
 * </pre>
 */
public enum SuspicionState {
    OPEN,
    DISMISSED,
    CONFIRMED,
    OVER;

    /** A move from one state to another; {@link SuspicionStore} makes it with one conditional update. */
    enum Move {
        DISMISSED(OPEN, SuspicionState.DISMISSED),
        CONFIRMED(OPEN, SuspicionState.CONFIRMED),
        OVER(OPEN, SuspicionState.OVER);

        private final SuspicionState from;
        private final SuspicionState to;

        Move(SuspicionState from, SuspicionState to) {
            this.from = from;
            this.to = to;
        }

        SuspicionState from() {
            return from;
        }

        SuspicionState to() {
            return to;
        }
    }
}
