package dev.orderonce.testkit;

/** Moves the consumers of the event log, and takes or ends their leases. */
public final class Consumers {
    private Consumers() {}

    /** Moves consumers to the end of the log, and ends their leases. */
    public static void moveToTheEnd(String names) {
        Database.execute("""
                UPDATE outbox_partitions SET missing = '{}', missing_since = '{}', holder = NULL, held_until = '-infinity',
                    position = GREATEST(position, COALESCE(
                        (SELECT max(id) FROM order_events WHERE id < (partition + 1)::bigint << 48), 0))
                WHERE name LIKE '%s'
                """.formatted(names));
    }

    /** Moves consumers back before the first event of an order. */
    public static void moveBefore(String number, String names) {
        Database.execute("""
                UPDATE outbox_partitions SET position = first.id - 1
                FROM (SELECT min(id) AS id FROM order_events WHERE number = '%s') AS first
                WHERE partition = first.id >> 48 AND name LIKE '%s'
                """.formatted(number.replace("-", ""), names));
    }

    /** Moves consumers back by so many events in each partition. */
    public static void moveBack(int events, String names) {
        Database.execute("""
                UPDATE outbox_partitions SET position = GREATEST(position - %d, partition::bigint << 48)
                WHERE name LIKE '%s'
                """.formatted(events, names));
    }

    /** Gives another replica the leases. */
    public static void giveToAnother(String name) {
        Database.execute("""
                UPDATE outbox_partitions SET holder = 'another', held_until = now() + interval '1 hour' WHERE name = '%s'
                """.formatted(name));
    }

    /** Has leases expire. */
    public static void expire(String names) {
        Database.execute("UPDATE outbox_partitions SET held_until = now() - interval '1 second' WHERE name LIKE '%s'"
                .formatted(names));
    }

    /** An expression of how many events a consumer has before it. */
    public static long behind(String name) {
        return Long.parseLong(Database.value("""
                SELECT count(*) FROM order_events JOIN outbox_partitions o ON partition = id >> 48 AND id > position
                WHERE o.name = '%s'
                """.formatted(name)));
    }
}
