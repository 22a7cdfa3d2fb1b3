package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How much of something may be in use at once in this process: in all, and by each buyer. */
public final class Room {
    private final int most;
    private final int mostOfBuyer;
    private final AtomicInteger taken = new AtomicInteger();
    private final Map<Buyer, Integer> takenBy = new ConcurrentHashMap<>();

    /**
     * Makes room for some.
     *
     * @param most in all, at least 1
     * @param mostOfBuyer for each buyer, at least 1
     */
    public Room(int most, int mostOfBuyer) {
        this.most = most;
        this.mostOfBuyer = mostOfBuyer;
    }

    /** Whether there was room for one more. */
    public enum Answer {
        /** One more was taken, and has to be given back once. */
        TAKEN,
        /** The buyer has as many as one may have. */
        BUYER_FULL,
        /** There is no room for anybody. */
        FULL
    }

    /** Takes one, if there is room. */
    public Answer take(Buyer buyer) {
        if (taken.incrementAndGet() > most) {
            taken.decrementAndGet();
            return Answer.FULL;
        }
        if (takenBy.merge(buyer, 1, Integer::sum) > mostOfBuyer) {
            giveBack(buyer);
            return Answer.BUYER_FULL;
        }
        return Answer.TAKEN;
    }

    /** Gives one back that {@link #take} has taken. */
    public void giveBack(Buyer buyer) {
        taken.decrementAndGet();
        takenBy.computeIfPresent(buyer, (same, count) -> count > 1 ? count - 1 : null);
    }
}
