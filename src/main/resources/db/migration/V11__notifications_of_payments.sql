-- An event of the provider's is dealt with once for each payment: the same name can stand for another payment too. Rows of
-- the version before have no payment; a notification that is sent once more for one of them is dealt with once more, which
-- changes nothing.
ALTER TABLE payment_notifications ADD COLUMN payment text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE payment_notifications DROP CONSTRAINT payment_notifications_pkey;
ALTER TABLE payment_notifications ADD PRIMARY KEY (event, payment);
