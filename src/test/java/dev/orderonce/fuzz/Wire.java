package dev.orderonce.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An HTTP/1.1 client that writes exactly the bytes it is given, and keeps its connection until one of the two sides
 * closes it. Used by one thread.
 */
final class Wire implements AutoCloseable {
    static final int TIMEOUT_MILLIS = 10_000;
    private static final int LONGEST_LINE = 64 * 1024;

    private final URL service;
    private Optional<Connection> connection = Optional.empty();

    private record Connection(Socket socket, InputStream in) {}

    /**
     * A response.
     *
     * @param body as UTF-8; of a stream its first part
     * @param isStream whether it continues in the connection that {@link #detach} returns
     * @param isLast whether the service closes the connection after it
     */
    record Answer(int status, Map<String, String> headers, String body, boolean isStream, boolean isLast, long nanos) {

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    Wire(URL service) {
        this.service = service;
    }

    private Connection connected() throws IOException {
        if (connection.isEmpty()) {
            Socket socket = new Socket(service.getHost(), service.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            // Closes with a reset: otherwise thousands of closed connections would keep their ports.
            socket.setSoLinger(true, 0);
            connection = Optional.of(new Connection(socket, new BufferedInputStream(socket.getInputStream())));
        }
        return connection.get();
    }

    /**
     * Sends requests, all of them before the first is answered, and reads the answers.
     *
     * @return a response to each, or to fewer if one of them closed the connection
     * @throws SocketTimeoutException if the service does not answer
     * @throws ProtocolException if it closes without an answer, or the answer is not HTTP
     */
    List<Answer> exchange(List<Request> requests) throws IOException {
        boolean isReused = connection.isPresent();
        try {
            return exchangeOnce(requests);
        } catch (ClosedUnanswered closed) {
            close();
            if (!isReused) {
                throw closed;
            }
        } catch (IOException failure) {
            close();
            throw failure;
        }
        // It may have been closed since the answer before; a new connection is not reused.
        return exchange(requests);
    }

    private List<Answer> exchangeOnce(List<Request> requests) throws IOException {
        Connection current = connected();
        long begun = System.nanoTime();
        for (Request request : requests) {
            write(current.socket().getOutputStream(), request);
        }
        List<Answer> answers = new ArrayList<>();
        boolean isOpen = true;
        for (Request request : requests) {
            if (isOpen) {
                Answer answer = read(current.in(), request.method, begun);
                answers.add(answer);
                isOpen = !answer.isLast() && !request.isLast;
                begun = System.nanoTime();
            }
        }
        if (!isOpen && !answers.getLast().isStream()) {
            close();
        }
        return answers;
    }

    private static void write(OutputStream out, Request request) {
        byte[] bytes = request.text().getBytes(StandardCharsets.ISO_8859_1);
        int size = (bytes.length + request.pieces - 1) / request.pieces;
        try {
            for (int from = 0; from < bytes.length; from += size) {
                out.write(bytes, from, Math.min(size, bytes.length - from));
                out.flush();
            }
        } catch (IOException closedFirst) {
            // A response may come before all of the body is sent; it is read as far as it came.
        }
    }

    /** Sends a part of a request, and closes the connection. */
    void cut(Request request, boolean isReset) throws IOException {
        Socket socket = connected().socket();
        socket.setSoLinger(isReset, 0);
        byte[] bytes = request.text().getBytes(StandardCharsets.ISO_8859_1);
        try {
            socket.getOutputStream().write(bytes, 0, Math.min(bytes.length, request.cutAt));
        } catch (IOException closedFirst) {
            // Cut off all the same.
        }
        close();
    }

    /** Detaches the connection, with the stream that it carries. */
    Socket detach() {
        Socket socket = connection.orElseThrow().socket();
        connection = Optional.empty();
        return socket;
    }

    @Override
    public void close() throws IOException {
        if (connection.isPresent()) {
            connection.get().socket().close();
        }
        connection = Optional.empty();
    }

    /** The connection ended where an answer should have begun. */
    private static final class ClosedUnanswered extends ProtocolException {
        ClosedUnanswered() {
            super("closed without an answer");
        }
    }

    private static Answer read(InputStream in, String method, long begun) throws IOException {
        if (isAtEnd(in)) {
            throw new ClosedUnanswered();
        }
        String start = readLine(in);
        if (!start.matches("HTTP/1\\.[01] [1-5][0-9]{2} .*")) {
            throw new ProtocolException("not a status line: " + start);
        }
        int status = Integer.parseInt(start.substring(9, 12));
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String line = readLine(in);
        while (!line.isEmpty()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("not a header: " + line);
            }
            headers.merge(
                    line.substring(0, colon),
                    line.substring(colon + 1).strip(),
                    (first, second) -> first + ", " + second);
            line = readLine(in);
        }
        if (status == 100) {
            return read(in, method, begun);
        }
        boolean hasBody = !method.equals("HEAD") && status != 204 && status != 304;
        boolean isStream = hasBody && headers.getOrDefault("Content-Type", "").startsWith("text/event-stream");
        byte[] body = new byte[0];
        if (isStream) {
            byte[] first = new byte[4096];
            body = Arrays.copyOf(first, Math.max(0, in.read(first)));
        } else if (hasBody) {
            body = readBody(in, headers);
        }
        boolean isEndless =
                hasBody && !headers.containsKey("Content-Length") && !headers.containsKey("Transfer-Encoding");
        return new Answer(
                status,
                headers,
                new String(body, StandardCharsets.UTF_8),
                isStream,
                isStream
                        || isEndless
                        || start.startsWith("HTTP/1.0")
                        || headers.getOrDefault("Connection", "").equalsIgnoreCase("close"),
                System.nanoTime() - begun);
    }

    private static boolean isAtEnd(InputStream in) throws IOException {
        in.mark(1);
        try {
            if (in.read() < 0) {
                return true;
            }
        } catch (SocketException reset) {
            return true;
        }
        in.reset();
        return false;
    }

    private static byte[] readBody(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("Transfer-Encoding", "").equalsIgnoreCase("chunked")) {
            return readChunks(in);
        }
        if (!headers.containsKey("Content-Length")) {
            return in.readAllBytes();
        }
        return readExactly(in, parse(headers.get("Content-Length"), 10));
    }

    private static byte[] readChunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size = parse(readLine(in), 16);
        while (size > 0) {
            body.writeBytes(readExactly(in, size));
            readEmptyLine(in);
            size = parse(readLine(in), 16);
        }
        readEmptyLine(in);
        return body.toByteArray();
    }

    private static void readEmptyLine(InputStream in) throws IOException {
        String line = readLine(in);
        if (!line.isEmpty()) {
            throw new ProtocolException("not the end of a chunk: " + line);
        }
    }

    private static int parse(String number, int radix) throws ProtocolException {
        if (!number.matches(radix == 16 ? "[0-9A-Fa-f]{1,7}" : "[0-9]{1,9}")) {
            throw new ProtocolException("not a length: " + number);
        }
        return Integer.parseInt(number, radix);
    }

    private static byte[] readExactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new ProtocolException("ends after %d of %d bytes".formatted(bytes.length, length));
        }
        return bytes;
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = in.read();
        while (next >= 0 && next != '\n' && line.length() < LONGEST_LINE) {
            line.append((char) next);
            next = in.read();
        }
        if (next != '\n' || line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new ProtocolException("not a line: " + line);
        }
        return line.substring(0, line.length() - 1);
    }
}
