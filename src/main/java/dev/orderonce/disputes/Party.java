package dev.orderonce.disputes;

import dev.orderonce.identity.Caller;

/** The parties of a dispute. */
public enum Party {
    BUYER,
    MERCHANT,
    SUPPORT,
    /** The service, which reports that a granted order cannot be cancelled. */
    SERVICE;

    /** The party of a caller. */
    static Party of(Caller caller) {
        if (caller.isSupport()) {
            return SUPPORT;
        }
        return caller.isStaff() ? MERCHANT : BUYER;
    }

    /** Whether the party is staff, whose names a buyer may not see. */
    boolean isStaff() {
        return switch (this) {
            case MERCHANT, SUPPORT -> true;
            case BUYER, SERVICE -> false;
        };
    }
}
