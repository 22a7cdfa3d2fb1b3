-- From here on every id is one of a partition. While this transaction has the lock no insert is in progress, so every id that
-- was assigned before is committed or rolled back: of the log before partitions nothing can appear any more.
--
-- The lock excludes reads too, and while this statement waits for it every insert waits behind it. With the time limit a dump in
-- progress makes this migration fail, to be repeated, and orders are placed all the same.
SET LOCAL lock_timeout = '3s';
LOCK TABLE order_events IN ACCESS EXCLUSIVE MODE;

-- Changes the catalog only.
ALTER TABLE order_events ALTER COLUMN id DROP IDENTITY;

-- The version before inserts events without an id. This version's inserts have one and do not call the function.
CREATE FUNCTION assign_event_id() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
    'BEGIN NEW.id := next_event_id(NEW.number); RETURN NEW; END';

CREATE TRIGGER order_events_assign_id BEFORE INSERT ON order_events
    FOR EACH ROW WHEN (NEW.id IS NULL) EXECUTE FUNCTION assign_event_id();

-- Keeps the version before from deleting events: it deletes none after the smallest position in outbox. It also is the sign
-- for begin_consumer.
INSERT INTO outbox (name, position, holder, held_until) VALUES ('partitions', 0, 'partitions', 'infinity');

-- What a consumer has before it in the log before partitions, with the lease of the replica that delivers now: no other one
-- begins before it expires. A consumer that has nothing there begins with the partitions at once.
WITH before AS (
    SELECT * FROM outbox WHERE name <> 'partitions' FOR UPDATE
)
INSERT INTO outbox_partitions (name, partition, position, missing, missing_since, holder, held_until)
SELECT name, 0, position, missing, missing_since, holder, held_until FROM before
WHERE EXISTS (SELECT FROM order_events WHERE id > before.position)
   OR EXISTS (SELECT FROM order_events WHERE id = ANY (before.missing))
UNION ALL
SELECT name, p, p::bigint << 48, '{}', '{}', NULL, '-infinity' FROM before, generate_series(1, 16) AS p;

-- No replica of the version before gets the lease again. The position lets it find nothing to do.
UPDATE outbox SET position = 9223372036854775807, missing = '{}', missing_since = '{}', holder = 'partitions',
    held_until = 'infinity'
WHERE name <> 'partitions';
