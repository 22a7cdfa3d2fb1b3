-- Before the indexes: this reads the table, too, but nothing waits for it.
ALTER TABLE orders
    VALIDATE CONSTRAINT an_order_has_a_short_checkout,
    VALIDATE CONSTRAINT an_order_has_a_short_reference,
    VALIDATE CONSTRAINT a_unique_reference_exists,
    VALIDATE CONSTRAINT a_tombstone_has_no_room;

-- One order per checkout of a buyer, forever. Partial: an order without a checkout does not pay for it.
--
-- Orders that are placed meanwhile wait until the table was read once, although no row has a checkout yet: with many
-- millions of orders, upgrade at a quiet hour.
CREATE UNIQUE INDEX orders_checkout ON orders (buyer, checkout) WHERE checkout IS NOT NULL;

-- The only unique index without the buyer: a shop's reference is the shop's, if the shop sets it so.
CREATE UNIQUE INDEX orders_reference ON orders (reference) WHERE reference_is_unique;
