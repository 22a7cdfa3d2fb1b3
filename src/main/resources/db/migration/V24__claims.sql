-- Guests whose orders a buyer has claimed after signing in: the first buyer wins, forever. The service's statements find the
-- buyer of a guest, and a buyer's latest guests.
CREATE TABLE claims (
    -- The subject ("sub") of the guest's tokens: a session.
    guest      text        COLLATE "C" PRIMARY KEY CHECK (length(guest) BETWEEN 1 AND 255),
    buyer      text        COLLATE "C" NOT NULL CHECK (length(buyer) BETWEEN 1 AND 255),
    claimed_at timestamptz NOT NULL,
    CONSTRAINT nobody_claims_themselves CHECK (guest <> buyer)
);

CREATE INDEX claims_of_buyer ON claims (buyer, claimed_at);
