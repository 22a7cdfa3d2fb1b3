package dev.orderonce.webhooks;

import dev.orderonce.http.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a receiver: {@code https}, or {@code http} on this machine; which addresses are allowed is not part of
 * this.
 */
record WebhookUrl(URI uri) {
    /** Longer than any that a framework routes. */
    static final int LONGEST = 2000;

    private static final String POINTER = "/url";

    /** Hosts that are this machine by their names alone. */
    private static final Pattern LOCAL =
            Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    /** Reads a URL; adds a violation if it is not one that a receiver can have. */
    static Optional<WebhookUrl> read(@Nullable String text, List<Violation> violations) {
        if (text == null) {
            violations.add(new Violation(POINTER, "is missing"));
            return Optional.empty();
        }
        if (text.length() > LONGEST || text.chars().anyMatch(c -> c <= ' ' || c >= 0x7F)) {
            return refuse("must have at most " + LONGEST + " characters, all of them visible ASCII", violations);
        }
        URI uri;
        try {
            uri = new URI(text).parseServerAuthority();
        } catch (URISyntaxException malformed) {
            return refuse("is not a URL", violations);
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            return refuse("must begin with https://", violations);
        }
        if (scheme.equals("http")
                && !LOCAL.matcher(String.valueOf(uri.getHost())).matches()) {
            return refuse("must begin with https://, other than for localhost", violations);
        }
        if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65535) {
            return refuse("is not a URL with a host", violations);
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return refuse("must have neither a user nor a fragment", violations);
        }
        return Optional.of(new WebhookUrl(uri));
    }

    private static Optional<WebhookUrl> refuse(String why, List<Violation> violations) {
        violations.add(new Violation(POINTER, why));
        return Optional.empty();
    }

    /** A stored URL. */
    static WebhookUrl stored(String text) {
        return new WebhookUrl(URI.create(text));
    }

    boolean isSecure() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    String host() {
        return uri.getHost();
    }

    int port() {
        return uri.getPort() > 0 ? uri.getPort() : isSecure() ? 443 : 80;
    }

    /** The path and the query. */
    String target() {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery();
    }
}
