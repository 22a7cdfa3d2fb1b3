package dev.orderonce.duplicates;

import dev.orderonce.postgres.KeysetQuery;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The order of a list of suspected duplicates. */
public enum SuspicionOrder {
    NEWEST,
    OLDEST,
    /** The highest score first; of those with the same score the newest first. */
    SCORE;

    /** The id of the last pair of a page; with {@link #SCORE} its score and its id. */
    private static final Pattern CURSOR = Pattern.compile("(?:([0-9]{1,3})-)?([0-9]{1,18})");

    /** Where the pages of a list are divided. */
    record Cursor(int score, long id) {
        static Cursor of(Suspicion last) {
            return new Cursor(last.score(), last.id());
        }
    }

    /** Reads the name as the API has it. */
    static Optional<SuspicionOrder> read(String name) {
        return Arrays.stream(values())
                .filter(order -> order.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    /** Reads a cursor of this order; empty if the text is none. */
    Optional<Cursor> cursor(String text) {
        Matcher matcher = CURSOR.matcher(text);
        if (!matcher.matches() || (matcher.group(1) != null) != (this == SCORE)) {
            return Optional.empty();
        }
        int score = this == SCORE ? Integer.parseInt(matcher.group(1)) : 0;
        return Optional.of(new Cursor(score, Long.parseLong(matcher.group(2))));
    }

    /** The text of a cursor. */
    String text(Cursor cursor) {
        return switch (this) {
            case NEWEST, OLDEST -> Long.toString(cursor.id());
            case SCORE -> cursor.score() + "-" + cursor.id();
        };
    }

    /** The query of the pairs after a cursor. */
    KeysetQuery query(Optional<Cursor> after) {
        KeysetQuery query = switch (this) {
            case NEWEST -> KeysetQuery.descending("id");
            case OLDEST -> KeysetQuery.ascending("id");
            case SCORE -> KeysetQuery.descending("score", "id");
        };
        after.ifPresent(cursor -> {
            if (this == SCORE) {
                query.after(cursor.score(), cursor.id());
            } else {
                query.after(cursor.id());
            }
        });
        return query;
    }
}
