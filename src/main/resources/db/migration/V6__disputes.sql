-- What a buyer says of an order of theirs (it is a second one of something that was meant once, or it is not theirs), what
-- was known of it when they said so, what was said since, and how it ended. Each move is one conditional update.
CREATE TABLE disputes (
    -- D and 16 random symbols of Crockford's base 32.
    id                text        COLLATE "C" PRIMARY KEY CHECK (length(id) = 17),
    -- The order that is disputed, and its buyer: the only one who can have opened this.
    number            text        COLLATE "C" NOT NULL CHECK (length(number) = 18),
    buyer             text        NOT NULL CHECK (length(buyer) BETWEEN 1 AND 255),
    -- DUPLICATE: the order is another one once more. NOT_MINE: the buyer did not place it.
    kind              text        NOT NULL CHECK (kind IN ('DUPLICATE', 'NOT_MINE')),
    -- That other order, of the same buyer.
    duplicate_of      text        COLLATE "C" CHECK (length(duplicate_of) = 18),
    -- OPEN: the shop's turn. ANSWERED: the buyer's. RESOLVING: granted, and being carried out. RESOLVED, WITHDRAWN: over.
    state             text        NOT NULL CHECK (state IN ('OPEN', 'ANSWERED', 'RESOLVING', 'RESOLVED', 'WITHDRAWN')),
    opened_at         timestamptz NOT NULL,
    -- Until when whoever's turn it is should have answered.
    due_at            timestamptz NOT NULL,
    -- How many messages there are: the next one is this plus one, so there are no gaps.
    messages          integer     NOT NULL DEFAULT 0 CHECK (messages >= 0),
    -- What was known of the order, and of the other one, when this was opened. It never changes: json, not jsonb, gives
    -- back what was written.
    evidence          json        NOT NULL,

    -- What support decided, why, and who it was.
    resolution        text        CHECK (resolution IN ('REFUND', 'CANCEL', 'REJECT')),
    resolution_reason text        CHECK (length(resolution_reason) BETWEEN 1 AND 500),
    resolved_by       text        CHECK (length(resolved_by) BETWEEN 1 AND 255),
    -- When somebody should look whether what was granted is done.
    look_at           timestamptz,
    -- When it was over.
    ended_at          timestamptz,

    CONSTRAINT a_duplicate_has_another_order CHECK (
        (kind = 'DUPLICATE') = (duplicate_of IS NOT NULL) AND (duplicate_of IS NULL OR duplicate_of <> number)),
    CONSTRAINT a_decision_is_whole CHECK (
        num_nonnulls(resolution, resolution_reason, resolved_by)
            = CASE WHEN state IN ('RESOLVING', 'RESOLVED') THEN 3 ELSE 0 END),
    CONSTRAINT nothing_is_left_to_do_after_a_rejection CHECK (resolution <> 'REJECT' OR state = 'RESOLVED'),
    CONSTRAINT what_was_granted_is_looked_at CHECK ((look_at IS NOT NULL) = (state = 'RESOLVING')),
    CONSTRAINT an_end_has_a_time CHECK ((ended_at IS NOT NULL) = (state IN ('RESOLVED', 'WITHDRAWN')))
);

-- One dispute of an order at a time: of two who open one at once, one finds the other's.
CREATE UNIQUE INDEX disputes_one_per_order ON disputes (number) WHERE state IN ('OPEN', 'ANSWERED', 'RESOLVING');

-- All that were ever opened of an order, the latest last.
CREATE INDEX disputes_of_order ON disputes (number, opened_at);

-- The lists, soonest due first, page by page: all of them, those in one state, one buyer's, and those that are not decided.
CREATE INDEX disputes_by_due ON disputes (due_at, id);
CREATE INDEX disputes_by_state ON disputes (state, due_at, id);
CREATE INDEX disputes_of_buyer ON disputes (buyer, due_at, id);
CREATE INDEX disputes_undecided ON disputes (due_at, id) WHERE state IN ('OPEN', 'ANSWERED', 'RESOLVING');

-- What was granted and may have been left behind, the most overdue first.
CREATE INDEX disputes_to_look_at ON disputes (look_at) WHERE look_at IS NOT NULL;

-- What was said, in its order; written in the statement that moved the dispute.
CREATE TABLE dispute_messages (
    dispute    text        COLLATE "C" NOT NULL REFERENCES disputes (id),
    -- 1, 2, 3, … without gaps.
    sequence   integer     NOT NULL CHECK (sequence > 0),
    party      text        NOT NULL CHECK (party IN ('BUYER', 'MERCHANT', 'SUPPORT', 'SERVICE')),
    -- The subject ("sub") of the author's token, or the name of one of this service's own duties.
    author     text        NOT NULL CHECK (length(author) BETWEEN 1 AND 255),
    -- The author's own key for this message; none if it was sent with something else.
    client_key text        COLLATE "C" CHECK (length(client_key) BETWEEN 20 AND 255),
    text       text        NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    at         timestamptz NOT NULL,
    PRIMARY KEY (dispute, sequence),
    UNIQUE (dispute, author, client_key)
);
