-- The order's life after it was placed: each move is one conditional update of its row with one event, in one statement.
ALTER TABLE orders
    DROP CONSTRAINT orders_state_check,
    ADD CONSTRAINT orders_state_check CHECK (state IN (
        'CREATED', 'PAYING', 'PAID', 'SHIPPED', 'COMPLETED', 'CANCELLED', 'REFUNDING', 'REFUNDED', 'VOIDED')),
    -- The number of its latest event: the next one is this plus one, so there are no gaps.
    ADD COLUMN sequence integer NOT NULL DEFAULT 1 CHECK (sequence > 0),
    -- The payment that it is, or was last, being paid with. A capture or a refusal that belongs to another one moves nothing.
    ADD COLUMN payment text COLLATE "C",
    -- The largest fencing token of a lock under which it was moved. A holder whose lock ended comes with a smaller one.
    ADD COLUMN fence bigint NOT NULL DEFAULT 0;

-- Orders that nobody has paid yet, oldest first: they cancel themselves after a while.
CREATE INDEX orders_unpaid ON orders (decided_at) WHERE state = 'CREATED';

-- Orders whose payment or refund is under way: few at any time. The settler sees to it that each has somebody who looks.
CREATE INDEX orders_under_way ON orders (payment) WHERE state IN ('PAYING', 'REFUNDING');

ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_check,
    ADD CONSTRAINT order_events_kind_check CHECK (kind IN (
        'PLACED', 'PAYMENT_BEGUN', 'PAYMENT_REFUSED', 'PAID', 'SHIPPED', 'COMPLETED', 'CANCELLED',
        'PAYMENT_ABANDONED', 'REFUND_BEGUN', 'REFUNDED')),
    -- Who did it and why: {"by", "reason"?, "payment"?}.
    ADD COLUMN detail json;

-- Money for an order: one row per attempt to pay.
CREATE TABLE payments (
    -- Our own reference at the provider, so that asking twice is asking once.
    id            text        COLLATE "C" PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    number        text        COLLATE "C" NOT NULL CHECK (length(number) = 18),
    -- The client's key for this attempt.
    client_key    text        COLLATE "C" NOT NULL CHECK (length(client_key) BETWEEN 20 AND 255),
    -- A token that the provider's page made of a card or an account. Never the card.
    method        text        NOT NULL CHECK (length(method) BETWEEN 1 AND 255),
    amount        bigint      NOT NULL CHECK (amount >= 0),
    currency      text        NOT NULL CHECK (length(currency) = 3),
    -- ASKED: the provider's answer is not known. CAPTURED, DECLINED: it is. REFUNDING, REFUNDED: the money goes back.
    state         text        NOT NULL CHECK (state IN ('ASKED', 'CAPTURED', 'DECLINED', 'REFUNDING', 'REFUNDED')),
    -- Why it was declined, in the provider's words or ours.
    reason        text,
    begun_at      timestamptz NOT NULL,
    -- When somebody should look at it again; nobody needs to, if null.
    look_at       timestamptz,
    -- How often it was looked at in vain.
    looks         integer     NOT NULL DEFAULT 0,
    UNIQUE (number, client_key)
);

-- One capture per order: while one attempt may hold money, there is no other.
CREATE UNIQUE INDEX payments_one_per_order ON payments (number) WHERE state IN ('ASKED', 'CAPTURED');

-- What the settler has to do, the most overdue first.
CREATE INDEX payments_to_look_at ON payments (look_at) WHERE look_at IS NOT NULL;

-- What the provider told us by itself, each of its events once.
CREATE TABLE payment_notifications (
    event       text        COLLATE "C" PRIMARY KEY CHECK (length(event) BETWEEN 1 AND 255),
    received_at timestamptz NOT NULL
);

CREATE INDEX payment_notifications_by_age ON payment_notifications (received_at);
