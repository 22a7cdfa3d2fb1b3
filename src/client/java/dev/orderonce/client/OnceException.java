package dev.orderonce.client;

import java.util.Optional;

/** Work was not done, or its result is not stored. {@link #reason()} says what may be done now. */
public final class OnceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Reason {
        /** Another program holds the claim: it is doing the work. Not done here; repeat later. */
        HELD,
        /** The name was claimed for another request. Not done; use another key. */
        REQUEST_DIFFERS,
        /** The service refuses the request, and a repeat does not help. Not done. */
        REFUSED,
        /** The service gave no answer within the deadline. Not done; repeat later. */
        UNAVAILABLE,
        /**
         * The work is done here, but the claim had expired and another program was granted the next one: it has done,
         * or does, the work too, and its result is the one that counts. Repeat to get it.
         */
        CLAIM_LOST,
        /**
         * The work is done, and the service has not confirmed that it stored the result. A repeat returns the result,
         * or does the work again when the claim has expired.
         */
        NOT_STORED
    }

    private final Reason reason;
    private final transient Optional<Problem> problem;

    OnceException(Reason reason, String message, Optional<Problem> problem) {
        super(message);
        this.reason = reason;
        this.problem = problem;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }

    /** The service's refusal, if there was one. */
    public Optional<Problem> problem() {
        return problem;
    }
}
