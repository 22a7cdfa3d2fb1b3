package dev.orderonce.admission;

import java.util.Optional;

/**
 * What Redis has under a number: one character for its state, then a slash and the checkout that the number was issued
 * for, which is empty if it was issued for none. Without a slash the checkout is unknown.
 *
 * @param belonging empty, or the slash and the checkout
 */
record CachedNumber(char state, String belonging) {
    static final char ISSUED = 'i';
    static final char ISSUED_COUNTED_IN_REDIS = 's';
    static final char REFUSED = 't';
    static final char REFUSED_COUNTED_IN_REDIS = 'u';
    static final char ADMITTED = 'c';

    static CachedNumber parse(String text) {
        return new CachedNumber(text.charAt(0), text.substring(1));
    }

    /** The belonging of a number that is issued for this checkout, or for none. */
    static String belongingTo(Optional<String> checkout) {
        return '/' + checkout.orElse("");
    }

    /** An admitted number that is placed by a request which names this checkout, or none. */
    static CachedNumber admittedNaming(Optional<String> named) {
        return new CachedNumber(ADMITTED, named.isPresent() ? belongingTo(named) : "");
    }

    String text() {
        return state + belonging;
    }

    /** Whether no request has tried to place the number, and none has marked it as tried. */
    boolean isUntried() {
        return state == ISSUED || state == ISSUED_COUNTED_IN_REDIS;
    }

    /** Whether the number is counted as outstanding in the share of a replica. */
    boolean isCountedByReplica() {
        return state == ISSUED || state == REFUSED;
    }

    /** The same number, admitted. */
    CachedNumber admitted() {
        return new CachedNumber(ADMITTED, belonging);
    }

    /** The same number after a request was refused. */
    CachedNumber refused() {
        return switch (state) {
            case ISSUED -> new CachedNumber(REFUSED, belonging);
            case ISSUED_COUNTED_IN_REDIS -> new CachedNumber(REFUSED_COUNTED_IN_REDIS, belonging);
            default -> this;
        };
    }

    private boolean isCheckoutKnown() {
        return !belonging.isEmpty();
    }

    /** Whether a request may name this checkout, or none, with the number. */
    boolean allows(Optional<String> named) {
        return named.isEmpty() || !isCheckoutKnown() || belonging.equals(belongingTo(named));
    }

    /** Whether it is known that the number was issued for this checkout. */
    boolean belongsTo(String checkout) {
        return belonging.equals(belongingTo(Optional.of(checkout)));
    }

    /** Whether the checkout would be lost if a request without one replaced this value. */
    boolean hasCheckout() {
        return belonging.length() > 1;
    }

    /** The number's own checkout; the one that the request names if it is unknown. */
    Optional<String> checkout(Optional<String> named) {
        return isCheckoutKnown() ? Optional.of(belonging.substring(1)).filter(own -> !own.isEmpty()) : named;
    }
}
