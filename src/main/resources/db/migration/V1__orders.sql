-- One row per number that was decided: an order, or a tombstone. Both compete for the same primary key, so a number
-- becomes one order at most, and a number that was refused for good can never become one.
CREATE TABLE orders (
    -- 18 symbols of Crockford's base 32, begun with the time of issue: new rows go to the right edge of the index.
    -- "C": compared byte by byte, whatever the locale of the database.
    number           text        COLLATE "C" PRIMARY KEY CHECK (length(number) = 18),
    -- The subject ("sub") of the buyer's token.
    buyer            text        NOT NULL CHECK (length(buyer) BETWEEN 1 AND 255),
    -- CREATED: an order. VOIDED: a tombstone.
    state            text        NOT NULL CHECK (state IN ('CREATED', 'VOIDED')),
    -- When this row was written, by the clock of the replica that wrote it.
    decided_at       timestamptz NOT NULL,

    -- ISO 4217, and the total in its minor unit.
    currency         text        CHECK (length(currency) = 3),
    total            bigint      CHECK (total >= 0),
    -- [{"productCode", "name"?, "quantity", "unitPrice"}], as the buyer sent them. json, not jsonb: what is read back
    -- is what was written, and nothing searches inside.
    lines            json,
    -- [{"kind", …}]: what the buyer said yes to when placing it.
    acknowledgements json,
    -- SHA-256, cut to 128 bits, over currency, total and the lines in canonical order: equal for the same content.
    fingerprint      bytea       CHECK (length(fingerprint) = 16),

    -- Why nobody can place it any more.
    void_reason      text        CHECK (void_reason IN ('EXPIRED', 'VOIDED', 'NOT_CACHED')),

    CONSTRAINT an_order_is_whole CHECK (
        state = 'VOIDED'
        OR num_nonnulls(currency, total, lines, acknowledgements, fingerprint) = 5 AND void_reason IS NULL),
    CONSTRAINT a_tombstone_is_empty CHECK (
        state <> 'VOIDED'
        OR num_nonnulls(currency, total, lines, acknowledgements, fingerprint) = 0 AND void_reason IS NOT NULL)
);

-- A buyer's own orders, newest first, page by page.
CREATE INDEX orders_of_buyer ON orders (buyer, decided_at DESC, number DESC) WHERE state <> 'VOIDED';

-- What happened to each order, in its own order; written in the statement that made it happen. No foreign key: that
-- statement is what keeps the two together, and a key would be looked up and locked once more for every row.
CREATE TABLE order_events (
    number   text        COLLATE "C" NOT NULL,
    -- 1, 2, 3, … without gaps.
    sequence integer     NOT NULL CHECK (sequence > 0),
    kind     text        NOT NULL CHECK (kind IN ('PLACED')),
    at       timestamptz NOT NULL,
    PRIMARY KEY (number, sequence)
);
