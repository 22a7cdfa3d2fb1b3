-- Every change of an order's money is an event of the order, also when the order itself does not move: a payment that is
-- captured after the order was cancelled, and its refund. The constraint is checked for the rows that are there by the next
-- migration, which does not keep orders waiting while it reads them.
ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_check,
    ADD CONSTRAINT order_events_kind_check CHECK (kind IN (
        'PLACED', 'PAYMENT_BEGUN', 'PAYMENT_REFUSED', 'PAID', 'SHIPPED', 'COMPLETED', 'CANCELLED',
        'PAYMENT_ABANDONED', 'REFUND_BEGUN', 'REFUNDED',
        'PAYMENT_CAPTURED', 'PAYMENT_DECLINED', 'PAYMENT_REFUND_BEGUN', 'PAYMENT_REFUNDED')) NOT VALID;
