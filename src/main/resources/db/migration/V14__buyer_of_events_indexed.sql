-- A buyer's events in the order of the log, for a reader that resumes. The id alone is unique; with the buyer it is also a
-- constraint that a PostgreSQL that is distributed by buyer can check.
--
-- What writes events waits until the index is built: with many millions of events, upgrade at a quiet hour.
CREATE UNIQUE INDEX order_events_of_buyer ON order_events (buyer, id);
