package dev.orderonce.work;

/**
 * Counts one kind of work. A count is a bean of the package that owns the table: {@link LiveWork} finds all of them and
 * executes them in one statement.
 *
 * @param sql a query of one row with the columns {@code count} and {@code newest}, which an index limits; {@code $1} is
 *     the time now, {@code $2} the largest count
 */
public record WorkCount(Work.Kind kind, String sql) {}
