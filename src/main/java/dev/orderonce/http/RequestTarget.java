package dev.orderonce.http;

/**
 * Accepts request targets in canonical form only. Proxies, filters and routers decode and normalise in different ways;
 * a canonical target means the same to all of them.
 */
public final class RequestTarget {
    /** Characters that a segment may contain unencoded, besides letters and digits (RFC 3986). */
    private static final boolean[] SEGMENT = characters("-._~!$&'()*+,=:@");

    /** Characters that a query may contain unencoded. */
    private static final boolean[] QUERY = characters("-._~!$&'()*+,=:@/?;");

    /**
     * Characters that must not be encoded, besides letters and digits. Without the tilde: older encoders write
     * {@code %7E}, and no fixed part of a path contains one.
     */
    private static final boolean[] UNRESERVED = characters("-._");

    /** Characters that no path may contain, encoded or not: some software takes them for the end of a segment. */
    private static final String SEPARATORS = "/\\;%";

    private RequestTarget() {}

    private static boolean[] characters(String marks) {
        boolean[] accepted = new boolean[128];
        for (char c = 0; c < accepted.length; c++) {
            accepted[c] = Character.isLetterOrDigit(c) || marks.indexOf(c) >= 0;
        }
        return accepted;
    }

    /**
     * Disables the framework's own validation of targets: it would parse every target, and answer an invalid one with
     * an empty 400. Call it before the framework starts.
     */
    public static void readByUs() {
        System.setProperty("vertx.disableURIValidation", "true");
    }

    /**
     * Whether the path of a request target is in its canonical form: no empty or dot segment, no slash at its end, no
     * character that a web stack may take for a separator, encoded or not, no character that must be encoded, and none
     * encoded without need.
     *
     * @param target path and query of the request line; the query is not checked
     */
    static boolean isPathCanonical(String target) {
        int end = endOfPath(target);
        if (end == 0 || target.charAt(0) != '/') {
            return target.equals("*"); // the whole service: OPTIONS *
        }
        if (end > 1 && target.charAt(end - 1) == '/') {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = target.charAt(i);
            boolean isAccepted = switch (c) {
                case '/' -> isSegment(target, i + 1, end);
                case '%' -> isNeeded(escaped(target, i, end));
                default -> c < SEGMENT.length && SEGMENT[c];
            };
            if (!isAccepted) {
                return false;
            }
        }
        return true;
    }

    /** Whether the query of a request target, if there is one, can be decoded. */
    static boolean isQueryReadable(String target) {
        for (int i = endOfPath(target) + 1; i < target.length(); i++) {
            char c = target.charAt(i);
            boolean isAccepted = c == '%' ? escaped(target, i, target.length()) >= 0 : c < QUERY.length && QUERY[c];
            if (!isAccepted) {
                return false;
            }
        }
        return true;
    }

    private static int endOfPath(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target.length() : query;
    }

    /** Whether a segment is neither empty, unless it is the whole path, nor one or two dots. */
    private static boolean isSegment(String target, int from, int end) {
        if (from == end) {
            return end == 1;
        }
        int slash = target.indexOf('/', from);
        int length = (slash < 0 || slash > end ? end : slash) - from;
        return switch (length) {
            case 0 -> false;
            case 1 -> target.charAt(from) != '.';
            case 2 -> target.charAt(from) != '.' || target.charAt(from + 1) != '.';
            default -> true;
        };
    }

    /** The byte that is encoded at a percent sign; negative if there is none. */
    private static int escaped(String target, int percent, int end) {
        if (percent + 2 >= end) {
            return -1;
        }
        int high = Character.digit(target.charAt(percent + 1), 16);
        int low = Character.digit(target.charAt(percent + 2), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static boolean isNeeded(int escaped) {
        return escaped >= ' '
                && escaped != 127
                && SEPARATORS.indexOf(escaped) < 0
                && (escaped >= UNRESERVED.length || !UNRESERVED[escaped]);
    }
}
