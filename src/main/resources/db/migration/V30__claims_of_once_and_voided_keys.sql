-- Names of /once that are claimed before the work and completed after it; and client keys that are given up. All of it is null
-- in the rows of the version before.
--
-- V30 and V31 are one change in two transactions: this one locks the tables for a moment only.
ALTER TABLE once_records
    -- The latest claim of the name; null in a record of the simple form. The body of a claim is an empty object, which only
    -- the version before reads.
    ADD COLUMN claim text COLLATE "C",
    -- Until when the claim is live; null if it was given up. The row itself stays until expires_at, so that a late completion
    -- finds whose claim is the latest.
    ADD COLUMN claimed_until timestamptz,
    -- The client's fingerprint of the work's request, that of the first claim which had one.
    ADD COLUMN request text COLLATE "C",
    -- Any JSON value, null included, and when it was stored.
    ADD COLUMN result json,
    ADD COLUMN completed_at timestamptz;

ALTER TABLE once_records
    ADD CONSTRAINT a_claim_has_a_usable_id CHECK (length(claim) BETWEEN 20 AND 64) NOT VALID,
    ADD CONSTRAINT a_request_is_short CHECK (length(request) BETWEEN 1 AND 128) NOT VALID,
    ADD CONSTRAINT a_simple_record_has_no_claim CHECK (
        claim IS NOT NULL OR num_nonnulls(claimed_until, request, result, completed_at) = 0) NOT VALID,
    ADD CONSTRAINT a_result_is_of_a_claim_in_hand CHECK (
        num_nonnulls(result, completed_at) = 0
        OR num_nonnulls(result, completed_at, claimed_until) = 3) NOT VALID;

-- A key that its client has given up is a tombstone with the key. The version before answers it with "key collides, make a new
-- one", which is as final.
ALTER TABLE orders
    DROP CONSTRAINT a_tombstone_has_no_key,
    ADD CONSTRAINT a_tombstone_with_a_key_is_given_up CHECK (
        client_key IS NULL OR state <> 'VOIDED' OR void_reason = 'VOIDED') NOT VALID;

-- The version before deletes every tombstone after a week; the key could then be used again. So these rows are not deleted,
-- without an error, which would stop that purge. Whoever has to delete one disables the trigger meanwhile.
CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

CREATE TRIGGER orders_keep_voided_keys BEFORE DELETE ON orders
    FOR EACH ROW WHEN (OLD.state = 'VOIDED' AND OLD.client_key IS NOT NULL) EXECUTE FUNCTION keep_row();
