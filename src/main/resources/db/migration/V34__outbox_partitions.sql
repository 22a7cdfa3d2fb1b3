-- The event log is read in partitions, each with its own position and one active replica. A partition belongs to an order,
-- by the 8th symbol of its number, which is random: the events of an order stay in their sequence, also when the order gets
-- another buyer. An event's id has its partition above bit 48 and a count below, so that a partition is a range of the index
-- on the id. There are 16, for ever: an order must never change its partition. 16 << 48 is exact in a double, too.
--
-- V34 and V35 are one change in two transactions. This one locks outbox for a moment, and the next one the log: a statement
-- that has one of both and waits for the other cannot block a transaction that needs only one.
CREATE TABLE outbox_partitions (
    name          text        NOT NULL REFERENCES outbox ON DELETE CASCADE,
    -- 0: the log before partitions, which a consumer reads to its end before it reads the others. Then its row is deleted.
    partition     integer     NOT NULL CHECK (partition BETWEEN 0 AND 16),
    -- As in outbox.
    position      bigint      NOT NULL,
    missing       bigint[]    NOT NULL DEFAULT '{}',
    missing_since timestamptz[] NOT NULL DEFAULT '{}',
    -- The replica that delivers, and until when no other one does. When it has delivered: when that was.
    holder        text,
    held_until    timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (name, partition),
    CHECK (position >> 48 = partition),
    CHECK (cardinality(missing) = cardinality(missing_since))
);

DO $$
BEGIN
    FOR p IN 1..16 LOOP
        EXECUTE format('CREATE SEQUENCE order_events_id_%s MINVALUE %s MAXVALUE %s', p, (p::bigint << 48) + 1,
            ((p + 1)::bigint << 48) - 1);
    END LOOP;
END
$$;

-- Two of the 32 symbols each. Another symbol than these, which no service writes, is as good as the first one.
CREATE FUNCTION event_partition(number text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (GREATEST(strpos('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substr(number, 8, 1)), 1) + 1) >> 1;

-- PostgreSQL inlines both functions; the sequences are looked up now and not for each event.
CREATE FUNCTION next_event_id(number text) RETURNS bigint LANGUAGE sql
RETURN CASE event_partition(number)
    WHEN 1 THEN nextval('order_events_id_1') WHEN 2 THEN nextval('order_events_id_2')
    WHEN 3 THEN nextval('order_events_id_3') WHEN 4 THEN nextval('order_events_id_4')
    WHEN 5 THEN nextval('order_events_id_5') WHEN 6 THEN nextval('order_events_id_6')
    WHEN 7 THEN nextval('order_events_id_7') WHEN 8 THEN nextval('order_events_id_8')
    WHEN 9 THEN nextval('order_events_id_9') WHEN 10 THEN nextval('order_events_id_10')
    WHEN 11 THEN nextval('order_events_id_11') WHEN 12 THEN nextval('order_events_id_12')
    WHEN 13 THEN nextval('order_events_id_13') WHEN 14 THEN nextval('order_events_id_14')
    WHEN 15 THEN nextval('order_events_id_15') WHEN 16 THEN nextval('order_events_id_16') END;

-- A row of outbox is a consumer; whichever version inserts it, it gets its partitions here. The relay to Kafka begins at the
-- beginning of what the log has, and every other consumer at its end, with the ids below it that are not visible: they may
-- still be committed. A thousand of each partition are more than there are connections.
--
-- Nothing happens before V35, which inserts the row 'partitions'. The row of the consumer then shows the version before that
-- another replica has the lease.
CREATE FUNCTION begin_consumer() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM outbox WHERE name = 'partitions') THEN
        RETURN NULL;
    END IF;
    IF NEW.name = 'kafka' THEN
        INSERT INTO outbox_partitions (name, partition, position)
        SELECT NEW.name, p, GREATEST(COALESCE(ends.first, 0) - 1000, p::bigint << 48)
        FROM generate_series(1, 16) AS p,
        LATERAL (SELECT min(id) AS first FROM order_events
                 WHERE id >= p::bigint << 48 AND id < (p + 1)::bigint << 48) AS ends
        UNION ALL
        SELECT NEW.name, 0, ends.first - 1
        FROM (SELECT min(id) AS first FROM order_events WHERE id > 0 AND id < 1::bigint << 48) AS ends
        WHERE ends.first IS NOT NULL;
    ELSE
        INSERT INTO outbox_partitions (name, partition, position, missing, missing_since)
        SELECT NEW.name, p, COALESCE(ends.last, p::bigint << 48), gaps.missing,
               array_fill(now(), ARRAY[cardinality(gaps.missing)])
        FROM generate_series(1, 16) AS p,
        LATERAL (SELECT min(id) AS first, max(id) AS last FROM order_events
                 WHERE id >= p::bigint << 48 AND id < (p + 1)::bigint << 48) AS ends,
        LATERAL (SELECT ARRAY(
                     SELECT id FROM generate_series(GREATEST(ends.first, ends.last - 999), ends.last) AS given (id)
                     WHERE NOT EXISTS (SELECT FROM order_events e WHERE e.id = given.id) ORDER BY id) AS missing) AS gaps;
    END IF;
    UPDATE outbox SET position = 9223372036854775807, missing = '{}', missing_since = '{}', holder = 'partitions',
        held_until = 'infinity'
    WHERE name = NEW.name;
    RETURN NULL;
END
$$;

CREATE TRIGGER outbox_begin_consumer AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.name <> 'partitions') EXECUTE FUNCTION begin_consumer();

-- The version before ends leases by the consumer's row: that ends those of its partitions, and the row stays as it is. It cannot
-- move a consumer back: the error is one that a client answers by repeating its request, until another replica has it.
CREATE FUNCTION keep_consumer() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.position < OLD.position THEN
        RAISE EXCEPTION 'replicas of this version cannot move consumers of partitions' USING ERRCODE = '40001';
    END IF;
    PERFORM FROM outbox_partitions WHERE name = NEW.name ORDER BY partition FOR UPDATE; -- as all that lock several
    UPDATE outbox_partitions SET holder = NULL, held_until = '-infinity' WHERE name = NEW.name;
    NEW.holder := OLD.holder;
    NEW.held_until := OLD.held_until;
    RETURN NEW;
END
$$;

CREATE TRIGGER outbox_keep_consumer BEFORE UPDATE ON outbox
    FOR EACH ROW WHEN (OLD.held_until = 'infinity' AND NEW.held_until <> 'infinity') EXECUTE FUNCTION keep_consumer();
