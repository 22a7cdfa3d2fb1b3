package dev.orderonce.orders;

import dev.orderonce.events.PublishedEvent;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Something that happened to an order.
 *
 * @param sequence 1, 2, 3, … without gaps
 * @param kind {@code PLACED}, the name of a {@link OrderState.Move} or of a {@link MoneyEvent}, of a {@link Hold}'s
 *     beginning or end, or {@link #CLAIMED}
 * @param detail who did it and why, as it is stored
 */
public record OrderEvent(int sequence, String kind, Instant at, Map<String, String> detail) {
    /** The name of the actor: the subject of a person or program, or a job's name. */
    static final String BY = "by";

    /** {@link #JOB}, {@link #PERSON} or {@link #PROGRAM}: a person's subject may be the name of a job. */
    static final String ACTOR = "actor";

    static final String JOB = "JOB";
    static final String PERSON = "PERSON";
    static final String PROGRAM = "PROGRAM";

    /** The buyer for whom a program of the shop acted. */
    static final String FOR = "for";

    /** The number of the order that this one duplicates, as support has found. */
    static final String DUPLICATE_OF = "duplicateOf";

    /** The reason of a hold that was set or ended. */
    static final String HOLD = "hold";

    /** The guest from whom the order was claimed; with an event of the guest's own, the same as its actor. */
    static final String GUEST = "guest";

    /** The kind of the event with which an order that a guest placed becomes another buyer's. */
    public static final String CLAIMED = "CLAIMED";

    /** Every kind of event that the service writes. */
    public static final Set<String> KINDS = Stream.of(
                    Stream.of("PLACED", Hold.SET_KIND, Hold.ENDED_KIND, CLAIMED),
                    Arrays.stream(OrderState.Move.values()).map(OrderState.Move::kind),
                    Arrays.stream(MoneyEvent.values()).map(MoneyEvent::kind))
            .flatMap(Function.identity())
            .collect(Collectors.toUnmodifiableSet());

    /** What buyers see in place of the name of the shop's staff or program. */
    private static final String THE_SHOP = "the shop";

    /** What buyers see of an event besides the actor; {@code refund} and {@code amount} are those of a refund. */
    private static final List<String> FOR_BUYERS = List.of(DUPLICATE_OF, HOLD, "refund", "amount");

    /** The jobs in events of versions before V12, which did not store {@link #ACTOR}. */
    private static final Set<String> EARLIER_JOBS = Set.of("payments", "unpaid");

    public static OrderEvent of(PublishedEvent published) {
        return new OrderEvent(
                published.sequence(),
                published.kind(),
                Instant.parse(published.at()),
                OrderJson.readTexts(published.detail()));
    }

    /** Returns the event as the shop's staff may see it. */
    public OrderEvent forStaff() {
        return with(shown());
    }

    /**
     * Returns the event as the order's buyer may see it: without the name and the words of the shop's staff, and
     * without the name of a program that acted for the buyer.
     */
    public OrderEvent forBuyer(String buyer) {
        if (PROGRAM.equals(detail.get(ACTOR))) {
            Map<String, String> shown = shown();
            shown.put(BY, THE_SHOP);
            return with(shown);
        }
        if (isByJob() || isByGuest() || detail.getOrDefault(BY, buyer).equals(buyer)) {
            return with(shown());
        }
        Map<String, String> masked = new LinkedHashMap<>();
        masked.put(BY, THE_SHOP);
        FOR_BUYERS.stream()
                .filter(detail::containsKey)
                .forEach(name -> masked.put(name, detail.getOrDefault(name, "")));
        return with(masked);
    }

    private boolean isByJob() {
        return detail.containsKey(ACTOR)
                ? JOB.equals(detail.get(ACTOR))
                : EARLIER_JOBS.contains(detail.getOrDefault(BY, ""));
    }

    /** By the buyer, before they signed in. */
    private boolean isByGuest() {
        return detail.containsKey(GUEST) && detail.get(GUEST).equals(detail.get(BY));
    }

    private Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>(detail);
        shown.remove(ACTOR);
        return shown;
    }

    private OrderEvent with(Map<String, String> shown) {
        return new OrderEvent(sequence, kind, at, shown);
    }
}
