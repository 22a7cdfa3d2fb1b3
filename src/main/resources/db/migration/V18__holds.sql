-- Why an order must not be shipped yet, null if nothing holds it: 'SUPPORT', 'DISPUTE ' and the dispute's id,
-- 'SUSPECTED_DUPLICATE ' and the pair's id. In the row, so that the statement that ships an order can refuse it. A null costs a
-- placed order nothing.
ALTER TABLE orders
    ADD COLUMN holds text[],
    ADD CONSTRAINT no_hold_is_null CHECK (cardinality(holds) > 0) NOT VALID,
    DROP CONSTRAINT orders_state_check,
    ADD CONSTRAINT orders_state_check CHECK (state IN (
        'CREATED', 'PAYING', 'PAID', 'SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED', 'CANCELLED', 'REFUNDING', 'REFUNDED',
        'VOIDED')) NOT VALID;

-- Until when an open pair holds its orders; null if it holds none, or no longer.
ALTER TABLE suspected_duplicates ADD COLUMN held_until timestamptz;

CREATE INDEX suspected_duplicates_held ON suspected_duplicates (held_until)
    WHERE held_until IS NOT NULL AND state = 'OPEN';

-- Holds, returns, and refunds of a part are events of the order. The rows that exist are checked by the next migration.
ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_check,
    ADD CONSTRAINT order_events_kind_check CHECK (kind IN (
        'PLACED', 'PAYMENT_BEGUN', 'PAYMENT_REFUSED', 'PAID', 'SHIPPED', 'COMPLETED', 'CANCELLED',
        'PAYMENT_ABANDONED', 'REFUND_BEGUN', 'REFUNDED',
        'PAYMENT_CAPTURED', 'PAYMENT_DECLINED', 'PAYMENT_REFUND_BEGUN', 'PAYMENT_REFUNDED',
        'HELD', 'RELEASED', 'PARTIAL_REFUND_BEGUN', 'PARTIALLY_REFUNDED', 'RETURN_BEGUN', 'RETURNED')) NOT VALID;

-- Orders that are in dispute now.
WITH held AS (
    UPDATE orders SET holds = ARRAY['DISPUTE ' || disputes.id], sequence = sequence + 1
    FROM disputes
    WHERE disputes.number = orders.number AND disputes.state IN ('OPEN', 'ANSWERED', 'RESOLVING')
      AND orders.state IN ('CREATED', 'PAYING', 'PAID')
    RETURNING orders.number, orders.buyer, orders.sequence
)
INSERT INTO order_events (number, buyer, sequence, kind, at, detail)
SELECT number, buyer, sequence, 'HELD', now(), '{"by": "disputes", "actor": "JOB", "hold": "DISPUTE"}' FROM held;
