package dev.orderonce.fuzz;

import dev.orderonce.fuzz.Operations.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request before it is sent. Each character of its texts is one byte (ISO 8859-1), so that a mutation can send any
 * bytes.
 */
final class Request {
    /** {@link #cutAt} of a request that is sent completely. */
    static final int NOWHERE = Integer.MAX_VALUE;

    final Operation operation;
    final List<String> headers = new ArrayList<>();
    String method;
    String target;
    String version = "HTTP/1.1";
    String lineEnd = "\r\n";
    String body = "";

    /** The bytes after the headers if the framing is mutated; the headers say where they end. */
    Optional<String> framed = Optional.empty();

    /** The number of writes, each flushed. */
    int pieces = 1;

    /** The number of bytes after which the client closes the connection. */
    int cutAt = NOWHERE;

    /** The HTTP server may refuse it before the service sees it: without a body, or by closing. */
    boolean isNotHttp;

    /** The service may close the connection before it has read everything, and lose its answer. */
    boolean mayBeClosed;

    /** Whether no other request follows in its connection. */
    boolean isLast;

    /** The mutations. */
    String mutation = "";

    Request(Operation operation, String target) {
        this.operation = operation;
        this.method = operation.method();
        this.target = target;
    }

    /** A copy, of a request that was not mutated. */
    Request(Request sound) {
        this(sound.operation, sound.target);
        headers.addAll(sound.headers);
        body = sound.body;
    }

    /** A text as the bytes of its UTF-8, one in each character. */
    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    boolean isCut() {
        return cutAt != NOWHERE;
    }

    /** The number of bytes of the header lines. */
    int headerBytes() {
        return headers.stream()
                .mapToInt(line -> line.length() + lineEnd.length())
                .sum();
    }

    boolean has(String header) {
        return headers.stream().anyMatch(line -> isNamed(line, header));
    }

    /** Replaces all headers of this name. */
    void replace(String line) {
        int colon = line.indexOf(':');
        if (colon > 0) {
            headers.removeIf(other -> isNamed(other, line.substring(0, colon)));
        }
        headers.add(line);
    }

    private static boolean isNamed(String line, String name) {
        return line.regionMatches(true, 0, name + ':', 0, name.length() + 1);
    }

    /** All of its bytes. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(method)
                .append(' ')
                .append(target)
                .append(' ')
                .append(version)
                .append(lineEnd);
        headers.forEach(line -> text.append(line).append(lineEnd));
        if (framed.isEmpty() && !body.isEmpty()) {
            text.append("Content-Length: ").append(body.length()).append(lineEnd);
        }
        return text.append(lineEnd).append(framed.orElse(body)).toString();
    }
}
