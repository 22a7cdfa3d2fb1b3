-- Staff search orders by the shop's own reference. Partial: an order without one does not pay for it.
--
-- Orders that are placed meanwhile wait until the table was read once, for both indexes: with many millions of orders, upgrade
-- at a quiet hour.
CREATE INDEX orders_by_reference ON orders (reference, decided_at, number) WHERE reference IS NOT NULL;

-- Orders on hold: few at any time.
CREATE INDEX orders_held ON orders (decided_at, number) WHERE holds IS NOT NULL;
