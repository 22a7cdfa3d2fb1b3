package dev.orderonce.testkit;

import dev.orderonce.http.ClientsGone;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** The log records of the service while this is open. */
public final class LogRecords implements AutoCloseable {
    private record Line(Level level, String text, String requestId) {}

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final PatternFormatter text = new PatternFormatter("%s");
    private final Logger root = Logger.getLogger("");
    private final ExtHandler handler = new ExtHandler() {
        @Override
        protected void doPublish(ExtLogRecord entry) {
            lines.add(new Line(entry.getLevel(), text.format(entry), String.valueOf(entry.getMdc("requestId"))));
        }
    };

    private LogRecords() {
        handler.setFilter(new ClientsGone()); // as on the console
        root.addHandler(handler);
    }

    public static LogRecords collect() {
        return new LogRecords();
    }

    /** Records that would alert an operator. */
    public List<String> errors() {
        return lines.stream()
                .filter(line -> line.level().intValue() >= Level.SEVERE.intValue())
                .map(Line::text)
                .toList();
    }

    public List<String> matching(String pattern) {
        return lines.stream()
                .map(Line::text)
                .filter(text -> text.matches(pattern))
                .toList();
    }

    /** Records of one request. */
    public List<String> ofRequest(String id) {
        return lines.stream()
                .filter(line -> line.requestId().equals(id))
                .map(Line::text)
                .toList();
    }

    @Override
    public void close() {
        root.removeHandler(handler);
    }
}
