-- That an order has another buyer is an event of the order. The rows that exist are checked by the next migration.
ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_check,
    ADD CONSTRAINT order_events_kind_check CHECK (kind IN (
        'PLACED', 'PAYMENT_BEGUN', 'PAYMENT_REFUSED', 'PAID', 'SHIPPED', 'COMPLETED', 'CANCELLED',
        'PAYMENT_ABANDONED', 'REFUND_BEGUN', 'REFUNDED',
        'PAYMENT_CAPTURED', 'PAYMENT_DECLINED', 'PAYMENT_REFUND_BEGUN', 'PAYMENT_REFUNDED',
        'HELD', 'RELEASED', 'PARTIAL_REFUND_BEGUN', 'PARTIALLY_REFUNDED', 'RETURN_BEGUN', 'RETURNED',
        'CLAIMED')) NOT VALID;
