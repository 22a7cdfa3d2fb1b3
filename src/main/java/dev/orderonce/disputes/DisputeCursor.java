package dev.orderonce.disputes;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of a page of a list. The next page begins there, even if the last dispute of the page has another due date by
 * then.
 *
 * @param at the time that orders the list, of the last dispute of the page
 */
record DisputeCursor(Instant at, String id) {
    /** Microseconds since 1970, which 18 digits hold for longer than PostgreSQL counts years. */
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-(.{1,32})");

    /** Reads the text of a cursor; empty if it is not one. */
    static Optional<DisputeCursor> read(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Instant at = Instant.EPOCH.plus(Long.parseLong(matcher.group(1)), ChronoUnit.MICROS);
        return DisputeId.read(matcher.group(2)).map(id -> new DisputeCursor(at, id.text()));
    }

    String text() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at) + "-" + id;
    }
}
