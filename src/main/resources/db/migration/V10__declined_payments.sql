-- For the limit of declined payments: whoever tries cards has many declined in a short time.
--
-- Whose payment it is; null in rows of the version before, which are older than the limit looks back by the time it
-- matters.
ALTER TABLE payments ADD COLUMN buyer text COLLATE "C";

-- Whether the provider declined it. An attempt that came too late, or was given up, says nothing of a card.
ALTER TABLE payments ADD COLUMN refused boolean NOT NULL DEFAULT false;

-- A buyer's latest attempts that did not end in a capture.
CREATE INDEX payments_not_captured ON payments (buyer, begun_at) WHERE state = 'ASKED' OR refused;
