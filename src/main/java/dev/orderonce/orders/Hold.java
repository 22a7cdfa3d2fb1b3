package dev.orderonce.orders;

import dev.orderonce.events.EventLog;
import dev.orderonce.identity.Actor;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A hold on an order: while it has one, it is not shipped. The order's row has its holds, so that the statement that
 * ships an order refuses it. Each hold is set once and ends once, with one event each (I6).
 *
 * @param cause the id of the dispute or of the suspected duplicate; empty for support
 */
public record Hold(Reason reason, String cause) {
    /** The kind of the event with which a hold begins. */
    public static final String SET_KIND = "HELD";

    /** The kind of the event with which a hold ends. */
    public static final String ENDED_KIND = "RELEASED";

    /** Set by support; an order has at most one of these. */
    static final Hold OF_SUPPORT = new Hold(Reason.SUPPORT, "");

    /** The reasons for a hold. */
    @Schema(name = "HoldReason")
    public enum Reason {
        /** An undecided dispute. */
        DISPUTE,
        /** A suspected duplicate that support has not reviewed. */
        SUSPECTED_DUPLICATE,
        /** Support set it. */
        SUPPORT
    }

    /** The SQL expression of a hold as the row stores it, from the expression of its cause. */
    public static String sql(Reason reason, String cause) {
        return "'%s ' || %s".formatted(reason, cause);
    }

    /** The detail that is stored with the events of holds, as JSON; the statement adds the hold's reason. */
    public static String detail(Actor by) {
        return OrderJson.detail(Transition.of(by));
    }

    /**
     * CTEs that set or end holds, in a statement with the CTE {@code holding} that has the columns {@code number},
     * {@code hold}, {@code at} and {@code detail}. Their CTE {@code held} has the changed rows of orders.
     *
     * <p>The rows of orders are locked first, in the order of their numbers: a hold that exists is not set again, one
     * that does not exist does not end again, and two statements with the same orders cannot deadlock.
     */
    private static String change(String condition, String left, String kind) {
        return """
            locked AS (
                SELECT number, state, holds FROM orders WHERE number IN (SELECT number FROM holding)
                ORDER BY number FOR UPDATE
            ), fresh AS (
                SELECT number, hold, at, detail, row_number() OVER (PARTITION BY number ORDER BY hold) AS place
                FROM holding JOIN locked USING (number)
                WHERE %s
            ), held AS (
                UPDATE orders SET holds = %s, sequence = sequence + f.count
                FROM (SELECT number, array_agg(hold) AS list, count(*)::integer AS count FROM fresh GROUP BY number) f
                WHERE orders.number = f.number
                RETURNING orders.*, sequence - f.count AS previous
            ), happened AS (
                SELECT number, buyer, previous + place AS sequence, '%s' AS kind, at,
                       CAST(CAST(detail AS jsonb) || jsonb_build_object('hold', split_part(hold, ' ', 1)) AS json)
                           AS detail
                FROM held JOIN fresh USING (number)
            ), %s
            """.formatted(condition, left, kind, EventLog.APPEND);
    }

    /** Sets the holds of orders that are neither shipped nor cancelled. */
    public static final String SET = change(
            "state IN ('CREATED', 'PAYING', 'PAID') AND hold <> ALL (COALESCE(holds, '{}'))",
            "COALESCE(holds, '{}') || f.list",
            SET_KIND);

    /** Ends the holds that exist. */
    public static final String END = change(
            "hold = ANY (holds)",
            "NULLIF(ARRAY(SELECT kept FROM unnest(holds) AS kept WHERE kept <> ALL (f.list)), '{}')",
            ENDED_KIND);

    String stored() {
        return cause.isEmpty() ? reason.name() : reason + " " + cause;
    }

    /** Reads the column {@code holds}. */
    static List<Hold> read(String @Nullable [] stored) {
        return stored == null
                ? List.of()
                : Arrays.stream(stored).map(Hold::read).toList();
    }

    private static Hold read(String stored) {
        int end = stored.indexOf(' ');
        return end < 0
                ? new Hold(Reason.valueOf(stored), "")
                : new Hold(Reason.valueOf(stored.substring(0, end)), stored.substring(end + 1));
    }
}
