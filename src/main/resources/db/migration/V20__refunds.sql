-- What of a payment was returned, and what was decided to be returned and is not confirmed by the provider yet. Rows of the
-- version before that are refunded have 0: their state says so.
ALTER TABLE payments
    ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
    ADD COLUMN refunding bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT no_more_is_refunded_than_captured CHECK (
        refunded >= 0 AND refunding >= 0 AND refunded + refunding <= amount) NOT VALID;

-- What was returned of the payment that it was paid with; null if nothing was.
ALTER TABLE orders ADD COLUMN refunded bigint;

-- Refunds that support decided: one row for each, in full or in part.
CREATE TABLE refunds (
    -- The reference at the provider, so that a repeated request has the effect of one.
    id         text        COLLATE "C" PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    payment    text        COLLATE "C" NOT NULL REFERENCES payments (id),
    number     text        COLLATE "C" NOT NULL CHECK (length(number) = 18),
    buyer      text        COLLATE "C" NOT NULL CHECK (length(buyer) BETWEEN 1 AND 255),
    -- The key of the request; a dispute or a suspected duplicate has one of its own, with a space in it.
    client_key text        COLLATE "C" NOT NULL CHECK (length(client_key) BETWEEN 1 AND 255),
    -- In the minor unit of the payment's currency.
    amount     bigint      NOT NULL CHECK (amount > 0),
    currency   text        NOT NULL CHECK (length(currency) = 3),
    reason     text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    decided_by text        NOT NULL CHECK (length(decided_by) BETWEEN 1 AND 255),
    decided_at timestamptz NOT NULL,
    -- REFUNDED: the provider has confirmed it.
    state      text        NOT NULL CHECK (state IN ('REFUNDING', 'REFUNDED')),
    UNIQUE (number, client_key)
);

-- Refunds that the provider has not confirmed yet, which the service requests again.
CREATE INDEX refunds_in_progress ON refunds (payment, decided_at) WHERE state = 'REFUNDING';
