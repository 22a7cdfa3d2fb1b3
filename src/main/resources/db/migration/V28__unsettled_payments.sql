-- Payments that support sees: not settled after 8 attempts. They are counted every few seconds while a page of staff is open,
-- and during an outage of the provider thousands of others are due.
CREATE INDEX payments_unsettled ON payments (begun_at) WHERE look_at IS NOT NULL AND looks >= 8;
