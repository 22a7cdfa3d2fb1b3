package dev.orderonce.admission;

import dev.orderonce.http.LimitPolicy;
import dev.orderonce.http.Problem;
import dev.orderonce.http.Quota;
import dev.orderonce.identity.Buyer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many requests of one kind this process serves at the same time: in total, and for each buyer. */
public final class ConcurrencyLimit {
    private final LimitPolicy policy;
    private final int limit;
    private final int limitOfBuyer;
    private final AtomicInteger acquired = new AtomicInteger();
    private final Map<Buyer, Integer> acquiredBy = new ConcurrentHashMap<>();

    /**
     * Makes a limit.
     *
     * @param name in headers and problems
     * @param limit in total, at least 1
     * @param limitOfBuyer for each buyer, at least 1
     */
    public ConcurrencyLimit(String name, int limit, int limitOfBuyer) {
        this.policy = LimitPolicy.concurrent(name, limitOfBuyer);
        this.limit = limit;
        this.limitOfBuyer = limitOfBuyer;
    }

    /** The result of {@link #acquire}. */
    public enum Permit {
        /** Acquired; to be released exactly once. */
        ACQUIRED,
        /** The buyer has reached their limit. */
        BUYER_FULL,
        /** The total limit is reached. */
        FULL
    }

    /** Acquires a permit if neither limit is reached; never waits. */
    public Permit acquire(Buyer buyer) {
        if (acquired.incrementAndGet() > limit) {
            acquired.decrementAndGet();
            return Permit.FULL;
        }
        if (acquiredBy.merge(buyer, 1, Integer::sum) > limitOfBuyer) {
            release(buyer);
            return Permit.BUYER_FULL;
        }
        return Permit.ACQUIRED;
    }

    /** What is left of the buyer's limit, in this process. */
    public Quota left(Buyer buyer) {
        return policy.left(limitOfBuyer - acquiredBy.getOrDefault(buyer, 0));
    }

    /** The refusal of a request that was not acquired because of the buyer's limit. */
    public Problem toProblem() {
        return Problem.ofLimit(policy);
    }

    /** Releases a permit that was acquired. */
    public void release(Buyer buyer) {
        acquired.decrementAndGet();
        acquiredBy.computeIfPresent(buyer, (same, count) -> count > 1 ? count - 1 : null);
    }
}
