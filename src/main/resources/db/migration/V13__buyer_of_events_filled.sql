-- Reads and writes the log once; orders are placed meanwhile.
UPDATE order_events SET buyer = orders.buyer
FROM orders WHERE orders.number = order_events.number AND order_events.buyer IS NULL;
