-- Support lists open pairs by their score, and disputes by the time at which they were opened. Both tables are small against
-- orders; what writes to them waits until each was read once.
CREATE INDEX suspected_duplicates_by_score ON suspected_duplicates (score, id) WHERE state = 'OPEN';
CREATE INDEX disputes_by_opening ON disputes (opened_at, id);
