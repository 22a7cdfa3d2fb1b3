-- Before the index: this reads the tables, too, but nothing waits for it.
ALTER TABLE once_records
    VALIDATE CONSTRAINT a_claim_has_a_usable_id,
    VALIDATE CONSTRAINT a_request_is_short,
    VALIDATE CONSTRAINT a_simple_record_has_no_claim,
    VALIDATE CONSTRAINT a_result_is_of_a_claim_in_hand;

ALTER TABLE orders VALIDATE CONSTRAINT a_tombstone_with_a_key_is_given_up;

-- Tombstones that are purged, oldest first: the keys among them are kept forever, and no purge should read past all of them.
--
-- Orders that are placed meanwhile wait until the table was read once: with many millions of orders, upgrade at a quiet hour.
CREATE INDEX orders_tombstones_of_numbers ON orders (decided_at) WHERE state = 'VOIDED' AND client_key IS NULL;
