-- Orders that are placed under a key of the client's own. The order's number is a digest of buyer and key, so the primary
-- key arbitrates there too; the key itself tells one key's order from another's with the same digest.
ALTER TABLE orders
    ADD COLUMN client_key text COLLATE "C" CHECK (length(client_key) BETWEEN 20 AND 255),
    -- A key is never spent without an order.
    ADD CONSTRAINT a_tombstone_has_no_key CHECK (client_key IS NULL OR state <> 'VOIDED');

-- What the digest says, said once more without it: one order per buyer and key.
CREATE UNIQUE INDEX orders_client_key ON orders (buyer, client_key) WHERE client_key IS NOT NULL;

-- Whatever else must be created once (a notice sent, a batch started): the first body under a scope and key stands.
CREATE TABLE once_records (
    scope      text        COLLATE "C" NOT NULL CHECK (length(scope) BETWEEN 1 AND 64),
    key        text        COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    -- As it was sent: json, not jsonb, gives back what was written.
    body       json        NOT NULL,
    -- The subject ("sub") of the token under which it was put.
    put_by     text        NOT NULL CHECK (length(put_by) BETWEEN 1 AND 255),
    put_at     timestamptz NOT NULL,
    -- From then on it counts as absent, whether it has been removed or not. Without it the record stands for ever.
    expires_at timestamptz CHECK (expires_at > put_at),
    PRIMARY KEY (scope, key)
);

-- For removing what is over, oldest first.
CREATE INDEX once_records_expiry ON once_records (expires_at) WHERE expires_at IS NOT NULL;
