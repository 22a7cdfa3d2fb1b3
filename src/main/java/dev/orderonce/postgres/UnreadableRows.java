package dev.orderonce.postgres;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Lets jobs continue after an unreadable row, which is logged once, counted and skipped. A request for that row fails;
 * a job that failed would never reach the rows after it.
 */
@ApplicationScoped
public class UnreadableRows {
    private static final Logger LOG = Logger.getLogger(UnreadableRows.class);

    /** Bounds memory: each costs some hundred bytes. */
    private static final int MOST_REPORTED = 1000;

    private final MeterRegistry metrics;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    UnreadableRows(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    /** The readable rows. */
    public <T> List<T> leaveOut(String table, String keyColumn, RowSet<Row> rows, Function<Row, T> read) {
        List<T> readable = new ArrayList<>(rows.size());
        for (Row row : rows) {
            try {
                readable.add(read.apply(row));
            } catch (UnreadableRow unreadable) {
                report(unreadable);
            } catch (RuntimeException unreadable) {
                report(new UnreadableRow(table, String.valueOf(row.getValue(keyColumn)), unreadable));
            }
        }
        return readable;
    }

    /** Logs and counts the row, unless it was reported before. */
    public void report(UnreadableRow row) {
        if (reported.size() < MOST_REPORTED && reported.add(row.table() + ' ' + row.key())) {
            metrics.counter("orderonce.rows.unreadable", "table", row.table()).increment();
            LOG.error("unreadable row; every job skips it until it is corrected", row);
        }
    }
}
