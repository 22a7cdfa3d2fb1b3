ALTER TABLE orders VALIDATE CONSTRAINT orders_state_check, VALIDATE CONSTRAINT no_hold_is_null;
ALTER TABLE order_events VALIDATE CONSTRAINT order_events_kind_check;
