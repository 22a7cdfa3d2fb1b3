-- Every version since V10 writes the buyer of a payment; rows from before it have none yet.
UPDATE payments SET buyer = orders.buyer FROM orders WHERE orders.number = payments.number AND payments.buyer IS NULL;
ALTER TABLE payments ADD CONSTRAINT a_payment_has_a_buyer CHECK (buyer IS NOT NULL) NOT VALID;

-- The same constraint with the buyer as for events; a dispute has had its buyer from the beginning.
CREATE UNIQUE INDEX payments_of_buyer ON payments (buyer, id);
CREATE UNIQUE INDEX disputes_id_of_buyer ON disputes (buyer, id);
