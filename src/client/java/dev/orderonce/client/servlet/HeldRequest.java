package dev.orderonce.client.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body can be read for its fingerprint and once more by the application. Passes all through until then.
 */
final class HeldRequest extends HttpServletRequestWrapper {
    private boolean isTaken;
    private boolean isHeld;
    private Optional<Body> body = Optional.empty();
    private @Nullable BufferedReader reader;

    HeldRequest(HttpServletRequest request) {
        super(request);
    }

    /** From now on it is handled by one thread, to the end. */
    void hold() {
        isHeld = true;
    }

    /**
     * Reads the body.
     *
     * @param limit in bytes; a longer body is returned with one byte more
     */
    byte[] read(int limit) throws IOException {
        if (isTaken) {
            throw new IllegalStateException("something before the idempotent method has read the request's body");
        }
        byte[] read = super.getInputStream().readNBytes(limit + 1);
        body = Optional.of(new Body(read));
        return read;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        isTaken = true;
        return body.isPresent() ? body.get() : super.getInputStream();
    }

    @Override
    public BufferedReader getReader() throws IOException {
        isTaken = true;
        if (body.isEmpty()) {
            return super.getReader();
        }
        // One, as of a container: a second one would miss what the first has read ahead.
        if (reader == null) {
            // As the specification of servlets says.
            String charset = getCharacterEncoding() == null ? "ISO-8859-1" : getCharacterEncoding();
            reader = new BufferedReader(new InputStreamReader(body.get(), charset));
        }
        return reader;
    }

    @Override
    public boolean isAsyncSupported() {
        return !isHeld && super.isAsyncSupported();
    }

    @Override
    public AsyncContext startAsync() {
        refuseAsync();
        return super.startAsync();
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        refuseAsync();
        return super.startAsync(request, response);
    }

    private void refuseAsync() {
        if (isHeld) {
            throw new IllegalStateException("an idempotent method cannot respond asynchronously");
        }
    }

    private static final class Body extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        Body(byte[] body) {
            bytes = new ByteArrayInputStream(body);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int from, int length) {
            return bytes.read(into, from, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("not asynchronous");
        }
    }
}
