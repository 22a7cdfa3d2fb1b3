-- The event log is the outbox: what was committed is published in the order of this number. Two events of one order have
-- growing numbers, because the second is written after the first one's row was committed.
ALTER TABLE order_events ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;

CREATE UNIQUE INDEX order_events_id ON order_events (id);

-- How far the relay has come; one row.
CREATE TABLE outbox (
    name          text        PRIMARY KEY,
    -- Everything up to here was published, but for what is missing.
    position      bigint      NOT NULL,
    -- Numbers below the position that were not to be seen yet: given out, and not committed or rolled back. Beside each,
    -- since when.
    missing       bigint[]    NOT NULL DEFAULT '{}',
    missing_since timestamptz[] NOT NULL DEFAULT '{}',
    -- The replica that publishes, and until when it is left alone.
    holder        text,
    held_until    timestamptz NOT NULL DEFAULT '-infinity',
    CHECK (cardinality(missing) = cardinality(missing_since))
);

INSERT INTO outbox (name, position) VALUES ('order_events', 0);
