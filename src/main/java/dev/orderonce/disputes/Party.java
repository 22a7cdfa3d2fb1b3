package dev.orderonce.disputes;

/** The parties of a dispute. */
public enum Party {
    BUYER,
    MERCHANT,
    SUPPORT,
    /** The service, which reports that a granted order cannot be cancelled. */
    SERVICE;

    /** Whether the party is staff, whose names a buyer may not see. */
    boolean isStaff() {
        return switch (this) {
            case MERCHANT, SUPPORT -> true;
            case BUYER, SERVICE -> false;
        };
    }
}
