-- Which checkout an order completes, and what a shop keeps with an order beside its lines. All of it is null in the rows of
-- the version before and in tombstones.
--
-- V16 and V17 are one change in two transactions: this one locks the table for a moment only.
ALTER TABLE orders
    -- The client's own id of the checkout, if one is known; a buyer's checkout has one order.
    ADD COLUMN checkout text COLLATE "C",
    -- [{"kind", "label", "amount"}]: shipping, taxes, fees and discounts; null without any.
    ADD COLUMN charges json,
    -- The shop's own id of the order, and true if no other order may have the same one.
    ADD COLUMN reference text COLLATE "C",
    ADD COLUMN reference_is_unique boolean,
    -- A flat object of texts, as the client sent it.
    ADD COLUMN metadata json,
    -- Texts that only the shop and the buyer understand.
    ADD COLUMN delivery text,
    ADD COLUMN contact text;

ALTER TABLE orders
    ADD CONSTRAINT an_order_has_a_short_checkout CHECK (length(checkout) BETWEEN 1 AND 128) NOT VALID,
    ADD CONSTRAINT an_order_has_a_short_reference CHECK (length(reference) BETWEEN 1 AND 64) NOT VALID,
    ADD CONSTRAINT a_unique_reference_exists CHECK (reference_is_unique IS NULL OR reference IS NOT NULL) NOT VALID,
    ADD CONSTRAINT a_tombstone_has_no_room CHECK (
        state <> 'VOIDED'
        OR num_nonnulls(checkout, charges, reference, reference_is_unique, metadata, delivery, contact) = 0) NOT VALID;
