package dev.orderonce.disputes;

/** Who takes part in a dispute. */
public enum Party {
    BUYER,
    MERCHANT,
    SUPPORT,
    /** This service itself. */
    SERVICE;

    /** Whether it is one of the shop's people, whose names are not the buyer's to read. */
    boolean isStaff() {
        return switch (this) {
            case MERCHANT, SUPPORT -> true;
            case BUYER, SERVICE -> false;
        };
    }
}
