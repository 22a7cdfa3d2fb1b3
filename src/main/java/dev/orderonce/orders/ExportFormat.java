package dev.orderonce.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderonce.http.Reply;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes orders as lines of JSON or as comma-separated values, page by page. */
@Singleton
class ExportFormat {
    /** A JSON object on each line. */
    static final String NDJSON = "application/x-ndjson";

    /**
     * A header, and an order on each line.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
     */
    static final String CSV = "text/csv";

    private static final String CSV_HEADER = "number,buyer,state,currency,total,placedAt\r\n";

    /**
     * A spreadsheet executes a cell that begins with one of these.
     *
     * @see <a href="https://owasp.org/www-community/attacks/CSV_Injection">OWASP, CSV injection</a>
     */
    private static final String BEGINS_FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";

    private final ObjectMapper mapper;

    ExportFormat(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    Reply json(Multi<List<OrderSummary>> pages) {
        return Reply.streamed(NDJSON, lines(pages, this::jsonLine));
    }

    Reply csv(Multi<List<OrderSummary>> pages) {
        Multi<byte[]> header = Multi.createFrom().item(bytes(CSV_HEADER));
        return Reply.streamed(
                        CSV + "; charset=utf-8; header=present",
                        Multi.createBy().concatenating().streams(header, lines(pages, ExportFormat::csvLine)))
                .with(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\"");
    }

    private static Multi<byte[]> lines(Multi<List<OrderSummary>> pages, Function<OrderSummaryView, String> line) {
        return pages.filter(page -> !page.isEmpty())
                .map(page ->
                        bytes(page.stream().map(OrderSummaryView::of).map(line).collect(Collectors.joining())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String jsonLine(OrderSummaryView order) {
        try {
            return mapper.writeValueAsString(order) + '\n';
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String csvLine(OrderSummaryView order) {
        return Stream.of(
                        order.number(),
                        order.buyer(),
                        order.state().name(),
                        order.currency(),
                        Long.toString(order.total()),
                        order.placedAt().toString())
                .map(ExportFormat::cell)
                .collect(Collectors.joining(",", "", "\r\n"));
    }

    /** Text that a spreadsheet would execute begins with an apostrophe instead, which it does not show. */
    static String cell(String text) {
        String inert = !text.isEmpty() && BEGINS_FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean isPlain = inert.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return isPlain ? inert : '"' + inert.replace("\"", "\"\"") + '"';
    }
}
