package dev.orderonce.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.http.HttpServerRequest;

/**
 * The links between the pages of a list.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8288">RFC 8288</a>
 */
public final class PageLinks {
    private static final String AFTER = "after";

    private PageLinks() {}

    /**
     * Returns the value of {@code Link} that leads from the requested page to the next one: the same path and query
     * with another {@code after}.
     */
    public static String next(HttpServerRequest request, String after) {
        QueryStringEncoder target = new QueryStringEncoder(request.path());
        new QueryStringDecoder(request.uri()).parameters().forEach((name, values) -> {
            if (!name.equals(AFTER)) {
                values.forEach(value -> target.addParam(name, value));
            }
        });
        target.addParam(AFTER, after);
        return "<" + target + ">; rel=\"next\"";
    }
}
