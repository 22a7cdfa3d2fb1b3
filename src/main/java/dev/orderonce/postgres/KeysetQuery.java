package dev.orderonce.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The query of a list that is read page by page, in HQL: conditions, order and the cursor of the page before. A page
 * begins after a row and not after a number of rows: an index finds it, so that it costs the same however many pages
 * came before, and rows that are added meanwhile move no other row to another page.
 *
 * @see <a href="https://use-the-index-luke.com/no-offset">Markus Winand, We need tool support for keyset pagination</a>
 */
public final class KeysetQuery {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\?");

    private final List<String> columns;
    private final boolean isAscending;
    private final List<String> conditions = new ArrayList<>();
    private final List<Object> parameters = new ArrayList<>();

    private KeysetQuery(List<String> columns, boolean isAscending) {
        this.columns = columns;
        this.isAscending = isAscending;
    }

    /**
     * Begins a list in ascending order.
     *
     * @param columns the attributes that order the list; together they are unique, so that no row is skipped
     */
    public static KeysetQuery ascending(String... columns) {
        return new KeysetQuery(List.of(columns), true);
    }

    /**
     * Begins a list in descending order.
     *
     * @param columns as for {@link #ascending}
     */
    public static KeysetQuery descending(String... columns) {
        return new KeysetQuery(List.of(columns), false);
    }

    /**
     * Adds a condition.
     *
     * @param values of its placeholders {@code ?}, in their order
     */
    public KeysetQuery where(String condition, Object... values) {
        int next = parameters.size() + 1;
        Collections.addAll(parameters, values);
        Matcher placeholders = PLACEHOLDER.matcher(condition);
        StringBuilder numbered = new StringBuilder();
        while (placeholders.find()) {
            placeholders.appendReplacement(numbered, "?" + next++);
        }
        conditions.add(placeholders.appendTail(numbered).toString());
        return this;
    }

    /** Adds a condition with one placeholder, if there is a value for it. */
    public KeysetQuery wherePresent(String condition, Optional<?> value) {
        return value.isPresent() ? where(condition, value.get()) : this;
    }

    /** Begins after the row with these values of the columns that order the list. */
    public KeysetQuery after(Object... cursor) {
        return compared(isAscending ? ">" : "<", cursor);
    }

    /** Ends with the row that has these values of the columns that order the list. */
    public KeysetQuery upTo(Object... last) {
        return compared(isAscending ? "<=" : ">=", last);
    }

    private KeysetQuery compared(String operator, Object... values) {
        String placeholders = Arrays.stream(values).map(_ -> "?").collect(Collectors.joining(", ", "(", ")"));
        return where("(" + String.join(", ", columns) + ") " + operator + " " + placeholders, values);
    }

    /** The conditions and the order, as Panache's {@code find} expects them. */
    public String hql() {
        String direction = isAscending ? " asc" : " desc";
        String order =
                columns.stream().map(column -> column + direction).collect(Collectors.joining(", ", "order by ", ""));
        return conditions.isEmpty() ? order : String.join(" and ", conditions) + ' ' + order;
    }

    /** The values of the placeholders, as Panache's {@code find} expects them. */
    public Object[] parameters() {
        return parameters.toArray();
    }
}
