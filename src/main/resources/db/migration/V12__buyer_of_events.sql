-- Every row carries its buyer, so that no statement has to join orders to find its owner.
--
-- Nullable, and without a default or a trigger: during a rolling upgrade replicas of the version before write events without
-- a buyer. A replica of this version that reads such an event reads the buyer from orders and writes it.
--
-- V12 to V15 are one change in four transactions: this one locks the log for a moment only.
ALTER TABLE order_events ADD COLUMN buyer text COLLATE "C";
ALTER TABLE order_events ADD CONSTRAINT an_event_has_a_short_buyer CHECK (length(buyer) BETWEEN 1 AND 255) NOT VALID;
