package dev.orderonce.postgres;

/** A row with values that this service cannot have written. */
public final class UnreadableRow extends RuntimeException {
    private final String table;
    private final String key;

    /** @param key the row's primary key */
    public UnreadableRow(String table, String key, RuntimeException cause) {
        super("the row %s of %s cannot be read".formatted(key, table), cause);
        this.table = table;
        this.key = key;
    }

    String table() {
        return table;
    }

    String key() {
        return key;
    }
}
