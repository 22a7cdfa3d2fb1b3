-- Each follower of the event log has its own place in it. Who is new begins at the end of what is there.
INSERT INTO outbox (name, position) SELECT 'suspected_duplicates', COALESCE(max(id), 0) FROM order_events;

-- Two orders of one buyer that may be one order made twice; each pair once. Support decides.
CREATE TABLE suspected_duplicates (
    -- Grows: pages of the list go by it.
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    earlier    text        COLLATE "C" NOT NULL CHECK (length(earlier) = 18),
    later      text        COLLATE "C" NOT NULL CHECK (length(later) = 18),
    buyer      text        NOT NULL CHECK (length(buyer) BETWEEN 1 AND 255),
    -- How likely, of 100, and why.
    score      smallint    NOT NULL CHECK (score BETWEEN 0 AND 100),
    reasons    text[]      NOT NULL,
    found_at   timestamptz NOT NULL,
    -- OVER: one of the two was cancelled before anybody decided.
    state      text        NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'DISMISSED', 'CONFIRMED', 'OVER')),
    decided_by text,
    decided_at timestamptz,
    -- In the words of whoever decided.
    reason     text,
    -- If it is confirmed: the order that is to be cancelled, and what came of that.
    chosen     text        COLLATE "C" CHECK (chosen IN (earlier, later)),
    ended      text        CHECK (ended IN ('CANCELLED', 'NOT_OPEN')),
    -- When somebody should look whether the chosen one is cancelled; nobody needs to, if null.
    look_at    timestamptz,
    UNIQUE (earlier, later),
    CHECK (earlier <> later),
    CONSTRAINT a_decision_is_whole CHECK (
        state IN ('OPEN', 'OVER') OR num_nonnulls(decided_by, decided_at) = 2),
    CONSTRAINT a_confirmation_chooses CHECK ((state = 'CONFIRMED') = (chosen IS NOT NULL)),
    CONSTRAINT a_confirmation_comes_to_an_end CHECK (state <> 'CONFIRMED' OR num_nonnulls(ended, look_at) = 1)
);

-- What support has to look at, newest first.
CREATE INDEX suspected_duplicates_open ON suspected_duplicates (id) WHERE state = 'OPEN';

-- Which pairs are over when an order is cancelled; the unique index has the earlier ones.
CREATE INDEX suspected_duplicates_later ON suspected_duplicates (later) WHERE state = 'OPEN';

-- Confirmed, and not cancelled yet.
CREATE INDEX suspected_duplicates_to_look_at ON suspected_duplicates (look_at) WHERE look_at IS NOT NULL;
