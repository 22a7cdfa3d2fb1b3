package dev.orderonce.client.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A response that is held back until it is stored. A body that is too long to be stored is passed through from then on.
 * Passes all through until it is held.
 */
final class HeldResponse extends HttpServletResponseWrapper {
    private final int limit;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private final Body body = new Body();
    private final Map<String, List<String>> headersBefore = new LinkedHashMap<>();

    /** The same after a reset: the application may hold it. */
    private @Nullable PrintWriter writer;

    /** Behind the writer, until a reset, which so drops what it has not passed on. */
    private @Nullable Writer encoder;

    /** Fixed as soon as there is a writer. */
    private @Nullable String encoding;

    private @Nullable SentError error;
    private boolean isTaken;
    private boolean isHeld;
    private boolean isPassing;

    /** An error whose body the container makes. */
    record SentError(int status, Optional<String> message) {}

    /**
     * Wraps a response.
     *
     * @param limit of the body that is held back, in bytes
     */
    HeldResponse(HttpServletResponse response, int limit) {
        super(response);
        this.limit = limit;
    }

    void hold() {
        if (isTaken || super.isCommitted()) {
            throw new IllegalStateException("something before the idempotent method has begun the response");
        }
        isHeld = true;
        super.getHeaderNames().forEach(name -> headersBefore.put(name, List.copyOf(super.getHeaders(name))));
    }

    /** Returns the whole body; empty if it is too long. */
    Optional<byte[]> body() {
        flush();
        return isPassing ? Optional.empty() : Optional.of(held.toByteArray());
    }

    Optional<SentError> error() {
        return Optional.ofNullable(error);
    }

    /** Sends what was held back. */
    void release() throws IOException {
        flush();
        isHeld = false;
        if (error != null && error.message().isPresent()) {
            super.sendError(error.status(), error.message().get());
        } else if (error != null) {
            super.sendError(error.status());
        } else if (held.size() > 0) {
            held.writeTo(super.getOutputStream());
        }
    }

    /**
     * Discards what was held back; another response can be sent, unless this one has begun. The headers that there were
     * when it was held stay: of filters around this one.
     */
    boolean discard() {
        isHeld = false;
        clear();
        encoding = null;
        if (super.isCommitted()) {
            return false;
        }
        super.reset();
        headersBefore.forEach((name, values) -> {
            // A reset does not end what the container adds by itself.
            if (!super.containsHeader(name)) {
                values.forEach(value -> super.addHeader(name, value));
            }
        });
        return true;
    }

    private void flush() {
        if (writer != null) {
            writer.flush();
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (isHeld) {
            return body;
        }
        isTaken = true;
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (!isHeld) {
            isTaken = true;
            return super.getWriter();
        }
        encoder();
        if (writer == null) {
            writer = new HeldWriter();
        }
        return writer;
    }

    private Writer encoder() throws IOException {
        if (encoder == null) {
            // Said in the header, as the container would: else the client guesses.
            super.setCharacterEncoding(getCharacterEncoding());
            encoding = getCharacterEncoding();
            encoder = new OutputStreamWriter(body, encoding);
        }
        return encoder;
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        if (encoding == null) {
            super.setCharacterEncoding(charset);
        }
    }

    /** Since Servlet 6.1: with an older one nothing calls it. */
    @Override
    public void setCharacterEncoding(Charset charset) {
        setCharacterEncoding(charset.name());
    }

    @Override
    public void setContentType(@Nullable String type) {
        super.setContentType(type);
        if (encoding != null) {
            super.setCharacterEncoding(encoding);
        }
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (name.equalsIgnoreCase("Content-Type")) {
            setContentType(value);
        } else {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (name.equalsIgnoreCase("Content-Type")) {
            setContentType(value);
        } else {
            super.addHeader(name, value);
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        if (isHeld && !isPassing) {
            flush();
        } else {
            super.flushBuffer();
        }
    }

    @Override
    public boolean isCommitted() {
        return (isHeld && !isPassing) ? error != null : super.isCommitted();
    }

    @Override
    public void reset() {
        clear();
        encoding = null;
        super.reset();
        isPassing = false;
    }

    @Override
    public void resetBuffer() {
        clear();
        super.resetBuffer();
        isPassing = false;
    }

    private void clear() {
        encoder = null;
        held.reset();
    }

    @Override
    public int getStatus() {
        return error == null ? super.getStatus() : error.status();
    }

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, Optional.empty());
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        sendError(status, Optional.ofNullable(message));
    }

    private void sendError(int status, Optional<String> message) throws IOException {
        if (!isHeld || isPassing) {
            if (message.isPresent()) {
                super.sendError(status, message.get());
            } else {
                super.sendError(status);
            }
            return;
        }
        resetBuffer();
        error = new SentError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        if (isHeld) {
            redirect(location, HttpServletResponse.SC_FOUND, true);
        } else {
            super.sendRedirect(location);
        }
    }

    /** Since Servlet 6.1: with an older one nothing calls it. */
    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        if (isHeld) {
            redirect(location, status, clearBuffer);
        } else {
            super.sendRedirect(location, status, clearBuffer);
        }
    }

    private void redirect(String location, int status, boolean clearBuffer) {
        if (clearBuffer) {
            resetBuffer();
        }
        setStatus(status);
        setHeader("Location", location);
    }

    /** Has no buffer of its own. */
    private final class HeldWriter extends PrintWriter {
        HeldWriter() {
            super(new Writer() {
                @Override
                public void write(char[] text, int from, int length) throws IOException {
                    encoder().write(text, from, length);
                }

                @Override
                public void flush() throws IOException {
                    if (encoder != null) {
                        encoder.flush();
                    }
                }

                @Override
                public void close() throws IOException {
                    flush();
                }
            });
        }

        /** It can still be written after a reset. */
        @Override
        public void close() {
            flush();
        }
    }

    private final class Body extends ServletOutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (error != null) {
                return; // as a container does after an error
            }
            if (!isPassing && held.size() + length > limit) {
                isPassing = true;
                held.writeTo(HeldResponse.super.getOutputStream());
                held.reset();
            }
            if (isPassing) {
                HeldResponse.super.getOutputStream().write(bytes, from, length);
            } else {
                held.write(bytes, from, length);
            }
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("not asynchronous");
        }
    }
}
