package dev.orderonce.http;

/**
 * The one spelling of a request target that is accepted. Proxies, filters and routers decode and
 * normalise in different ways; what has only one spelling means the same to all of them.
 */
public final class RequestTarget {
    /**
     * Characters that may stand in a segment as they are, letters and digits besides (RFC 3986).
     */
    private static final boolean[] SEGMENT = characters("-._~!$&'()*+,=:@");

    /** In a query there may be more. */
    private static final boolean[] QUERY = characters("-._~!$&'()*+,=:@/?;");

    /**
     * Characters that never need to be encoded, letters and digits besides. But for the tilde:
     * older encoders write {@code %7E}, and no fixed part of a path of ours has one.
     */
    private static final boolean[] UNRESERVED = characters("-._");

    /** What no path may hold in any spelling: some software takes it for the end of a segment. */
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
     * Has the framework leave the reading of targets to us, before it is started: it would answer
     * what it cannot parse with an empty 400, and parse each target for that.
     */
    public static void readByUs() {
        System.setProperty("vertx.disableURIValidation", "true");
    }

    /**
     * Whether the path of a request target is in its canonical form: no empty or dot segment, no
     * slash at its end, nothing that a web stack may take for a separator, encoded or not, no
     * character that has to be encoded, and none encoded that need not be.
     *
     * @param target path and query as they stand in the request line; the query is not looked at
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

    /** Neither empty, unless it is the whole path, nor one or two dots. */
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
