-- Every row carries its buyer, so that no statement has to join orders to find whose it is.
--
-- Nullable, and without a default or a trigger: during a rolling upgrade a replica of the version before goes on writing
-- events without a buyer. A replica of this version that reads such an event gets the buyer from orders and writes it.
ALTER TABLE order_events ADD COLUMN buyer text COLLATE "C" CHECK (length(buyer) BETWEEN 1 AND 255);

-- This reads and writes the log once, and what writes events waits until it has ended: with many millions of events, upgrade
-- at a quiet hour.
UPDATE order_events SET buyer = orders.buyer FROM orders WHERE orders.number = order_events.number;

-- A buyer's events in the order of the log, for a listener who resumes. Unique by the id alone; with the buyer it is also a
-- constraint that a PostgreSQL that is distributed by buyer can check.
CREATE UNIQUE INDEX order_events_of_buyer ON order_events (buyer, id);

-- Every version since V10 writes the buyer of a payment; rows from before it have none yet.
UPDATE payments SET buyer = orders.buyer FROM orders WHERE orders.number = payments.number AND payments.buyer IS NULL;
ALTER TABLE payments ADD CONSTRAINT a_payment_has_a_buyer CHECK (buyer IS NOT NULL) NOT VALID;

-- The same constraint with the buyer, for payments and disputes; a dispute has had its buyer from the beginning.
CREATE UNIQUE INDEX payments_of_buyer ON payments (buyer, id);
CREATE UNIQUE INDEX disputes_id_of_buyer ON disputes (buyer, id);
