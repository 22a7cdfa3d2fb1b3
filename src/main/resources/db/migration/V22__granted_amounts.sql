-- How much is refunded with a granted dispute; null: all that is left.
ALTER TABLE disputes ADD COLUMN resolution_amount bigint;

-- How much is refunded with a confirmed pair whose order was shipped; null: all that is left. REFUNDED: it was.
ALTER TABLE suspected_duplicates
    ADD COLUMN refund_amount bigint,
    DROP CONSTRAINT suspected_duplicates_ended_check,
    ADD CONSTRAINT suspected_duplicates_ended_check CHECK (ended IN ('CANCELLED', 'REFUNDED', 'NOT_OPEN')) NOT VALID;
