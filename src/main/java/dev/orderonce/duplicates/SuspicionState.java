package dev.orderonce.duplicates;

/**
 * Where a suspicion stands.
 *
 * <pre>
 *           dismiss
 *        ┌──────────▶ DISMISSED
 *   OPEN ┼──────────▶ CONFIRMED   (the chosen order is cancelled)
 *        │  confirm
 *        └──────────▶ OVER        (one of the two was cancelled before anybody decided)
 * </pre>
 */
public enum SuspicionState {
    OPEN,
    DISMISSED,
    CONFIRMED,
    OVER
}
