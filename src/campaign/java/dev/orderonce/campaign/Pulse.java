package dev.orderonce.campaign;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** The latest requests of all clients, and whether the service served them: how long a recovery takes. */
final class Pulse {
    /** So many requests in a row, in the order in which they were sent, show that the service is back. */
    private static final int IN_A_ROW = 30;

    /** Payments are rarer. */
    private static final int PAYMENTS_IN_A_ROW = 5;

    /** A buyer does not call more than this an answer. */
    private static final Duration SOON = Duration.ofSeconds(2);

    /** With a provider that does not answer the first time. */
    private static final Duration PAYMENT_SOON = Duration.ofSeconds(5);

    /** After it a recovery is given up. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private static final long POLL_MILLIS = 50;

    /** A request from when it is sent. */
    static final class Request {
        private final long sentAt = System.nanoTime();
        private final boolean isPayment;
        private volatile long nanos;
        private volatile boolean isEnded;
        private boolean wasServed;

        private Request(boolean isPayment) {
            this.isPayment = isPayment;
        }

        /** It was answered, or there will be no answer; returns how long that took, in milliseconds. */
        long ended(boolean served) {
            nanos = System.nanoTime() - sentAt;
            wasServed = served;
            isEnded = true;
            return TimeUnit.NANOSECONDS.toMillis(nanos);
        }

        private boolean isLate() {
            long taken = isEnded ? nanos : System.nanoTime() - sentAt;
            return taken > (isPayment ? PAYMENT_SOON : SOON).toNanos();
        }

        /** Whether it may still be answered in time. */
        private boolean isOpen() {
            return !isEnded && !isLate();
        }

        private boolean isServed() {
            return isEnded && wasServed && !isLate();
        }
    }

    /**
     * How a fault passed.
     *
     * @param placing the time until orders were placed again; empty if they were not
     * @param paying the time until payments were
     * @param served the share of the requests that were served while it lasted; empty if it was over at once
     */
    record Recovery(Optional<Duration> placing, Optional<Duration> paying, OptionalDouble served) {}

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /** A request is being sent. */
    Request send(boolean isPayment) {
        Request request = new Request(isPayment);
        requests.add(request);
        return request;
    }

    /** Forgets what is over; returns the time. */
    long begin() {
        requests.clear();
        return System.nanoTime();
    }

    /** Waits until the service has recovered from a fault that ended at a time. */
    Recovery await(long endedAt) throws InterruptedException {
        long until = endedAt + LONGEST.toNanos();
        Optional<Duration> placing = Optional.empty();
        Optional<Duration> paying = Optional.empty();
        while ((placing.isEmpty() || paying.isEmpty()) && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            placing = placing.or(() -> recovery(endedAt, false, IN_A_ROW));
            paying = paying.or(() -> recovery(endedAt, true, PAYMENTS_IN_A_ROW));
        }
        List<Request> during = requests.stream()
                .filter(request -> request.sentAt - endedAt < 0)
                .toList();
        OptionalDouble served =
                during.stream().mapToInt(request -> request.isServed() ? 1 : 0).average();
        return new Recovery(placing, paying, served);
    }

    /** From the end of the fault until the first of so many successive requests that were served was sent. */
    private Optional<Duration> recovery(long endedAt, boolean payments, int inARow) {
        List<Request> after = requests.stream()
                .filter(request -> request.isPayment == payments && request.sentAt - endedAt >= 0)
                .sorted(Comparator.comparingLong(request -> request.sentAt - endedAt))
                .toList();
        int served = 0;
        for (int i = 0; i < after.size(); i++) {
            if (after.get(i).isOpen()) {
                return Optional.empty(); // not known yet
            }
            served = after.get(i).isServed() ? served + 1 : 0;
            if (served == inARow) {
                // If nothing was refused, nothing had to recover.
                int first = i + 1 - inARow;
                return Optional.of(first == 0 ? Duration.ZERO : Duration.ofNanos(after.get(first).sentAt - endedAt));
            }
        }
        return Optional.empty();
    }
}
