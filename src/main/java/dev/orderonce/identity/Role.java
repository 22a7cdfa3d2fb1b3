package dev.orderonce.identity;

/** The roles a token can carry in its {@code groups}, as the annotations on resources name them. */
public final class Role {
    /** Buys: has numbers and orders of their own. */
    public static final String BUYER = "buyer";

    /** Sells: sees every order, ships, completes and takes back. */
    public static final String MERCHANT = "merchant";

    /** Helps: sees every order, cancels, refunds and holds with a reason. */
    public static final String SUPPORT = "support";

    /** Works: one of the shop's own programs, which creates records once under its own idempotency keys. */
    public static final String SERVICE = "service";

    /**
     * Buys without an account: a buyer whose subject is a session. The token of a signed-in buyer does not have this
     * role, besides {@link #BUYER}.
     */
    public static final String GUEST = "guest";

    private Role() {}
}
