package dev.orderonce.duplicates;

import dev.orderonce.orders.Acknowledgement;
import dev.orderonce.orders.FindSimilarOrders;
import dev.orderonce.orders.FindSimilarOrders.Pair;
import dev.orderonce.orders.Line;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderDraft;
import dev.orderonce.orders.OrderState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How likely it is that two orders were meant as one.
 *
 * <p>The score is a sum of points, because support can follow it: up to 60 for the content, up to 40 for the time
 * between the orders, and a few for the circumstances. The similarity of two baskets is the weighted Jaccard index of
 * their values by product (Ioffe 2010): the value that they have in common, divided by the value that is in either.
 *
 * @param score 0 to 100; 0 if the orders are no duplicate
 */
record Comparison(int score, List<Reason> reasons) {
    private static final Comparison UNLIKE = new Comparison(0, List.of());

    private static final int SAME = 60;

    /**
     * Baskets that are nearly the same: with a similarity of 0.6 35 points, with 1 55. {@link FindSimilarOrders} leaves
     * out less similar ones.
     */
    private static final double LEAST_IN_COMMON = 0.6;

    private static final double NEARLY_FROM = 35;
    private static final double NEARLY_TO = 55;

    /** A basket of this many lines is seldom ordered twice on purpose. */
    private static final int MANY_LINES = 3;

    private static final Duration MINUTES = Duration.ofMinutes(15);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration HOURS = Duration.ofHours(4);

    /** Points for each other order of the same by this buyer within {@code duplicates.scan-window}. */
    private static final int AGAINST_HABIT = 15;

    /** Whether the later order repeats the earlier one on purpose: the same content, more than an hour later. */
    static boolean isHabit(Pair pair) {
        return pair.earlier().state().isAlive()
                && !isMeant(pair)
                && pair.isSame()
                && Duration.between(pair.earlier().placedAt(), pair.later().placedAt())
                                .compareTo(HOUR)
                        > 0;
    }

    /**
     * Compares two orders.
     *
     * @param others number of this buyer's other orders that the later one repeats as a habit
     */
    static Comparison of(Pair pair, int others) {
        Order earlier = pair.earlier();
        Order later = pair.later();
        if (!earlier.state().isAlive() || !later.state().isAlive() || isMeant(pair)) {
            return UNLIKE;
        }
        List<Reason> reasons = new ArrayList<>();
        double score = basket(pair, reasons);
        if (score == 0) {
            return UNLIKE;
        }
        score += time(Duration.between(earlier.placedAt(), later.placedAt()), reasons);
        if (earlier.clientKey().isPresent() != later.clientKey().isPresent()) {
            reasons.add(Reason.BY_ANOTHER_WAY);
            score += 10;
        }
        if (earlier.state() == OrderState.CREATED && later.state() != OrderState.CREATED) {
            reasons.add(Reason.EARLIER_UNPAID);
            score += 5;
        }
        if (others > 0) {
            reasons.add(Reason.OFTEN_ORDERED);
            score -= AGAINST_HABIT * others;
        }
        return new Comparison(Math.clamp(Math.round(score), 0, 100), reasons);
    }

    /** Whether the buyer confirmed a second order. */
    private static boolean isMeant(Pair pair) {
        return pair.later()
                        .content()
                        .acknowledgements()
                        .contains(new Acknowledgement.SecondOrder(pair.earlier().number()))
                || pair.earlier()
                        .content()
                        .acknowledgements()
                        .contains(new Acknowledgement.SecondOrder(pair.later().number()));
    }

    private static double basket(Pair pair, List<Reason> reasons) {
        if (pair.isSame()) {
            reasons.add(Reason.SAME_BASKET);
            if (pair.later().content().lines().size() < MANY_LINES) {
                return SAME;
            }
            reasons.add(Reason.MANY_LINES);
            return SAME + 5.0;
        }
        double inCommon = inCommon(pair.earlier().content(), pair.later().content());
        if (inCommon < LEAST_IN_COMMON) {
            return 0;
        }
        reasons.add(Reason.NEARLY_SAME_BASKET);
        return NEARLY_FROM + (NEARLY_TO - NEARLY_FROM) * (inCommon - LEAST_IN_COMMON) / (1 - LEAST_IN_COMMON);
    }

    private static int time(Duration apart, List<Reason> reasons) {
        if (apart.compareTo(MINUTES) <= 0) {
            reasons.add(Reason.WITHIN_MINUTES);
            return 40;
        }
        if (apart.compareTo(HOUR) <= 0) {
            reasons.add(Reason.WITHIN_AN_HOUR);
            return 30;
        }
        if (apart.compareTo(HOURS) <= 0) {
            reasons.add(Reason.WITHIN_HOURS);
            return 10;
        }
        return 0;
    }

    /** The similarity of two baskets, from 0 to 1. */
    static double inCommon(OrderDraft one, OrderDraft other) {
        Map<String, Double> values = values(one);
        double common = 0;
        double all = 0;
        for (Map.Entry<String, Double> product : values(other).entrySet()) {
            Double value = values.remove(product.getKey());
            double before = value == null ? 0 : value;
            common += Math.min(before, product.getValue());
            all += Math.max(before, product.getValue());
        }
        for (double left : values.values()) {
            all += left;
        }
        return all == 0 ? 0 : common / all;
    }

    /** As floating point, because only shares are compared and the largest order would overflow. */
    private static Map<String, Double> values(OrderDraft draft) {
        Map<String, Double> values = new HashMap<>();
        for (Line line : draft.lines()) {
            values.merge(line.productCode(), (double) line.quantity() * line.unitPrice(), Double::sum);
        }
        return values;
    }
}
