-- Tombstones, oldest first: beyond the longest validity of a number nothing depends on them, and they are removed.
-- Partial, so that placing an order does not pay for it.
CREATE INDEX orders_tombstones ON orders (decided_at) WHERE state = 'VOIDED';
