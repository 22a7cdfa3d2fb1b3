-- Attempts to deliver events, for staff; purged by age. No foreign key: an endpoint is deleted without its millions of
-- attempts.
CREATE TABLE webhook_deliveries (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint        text        NOT NULL,
    -- The event.
    number          text        NOT NULL,
    sequence        integer     NOT NULL,
    kind            text        NOT NULL,
    -- 1, and one more after each failure of the endpoint until it succeeds.
    attempt         integer     NOT NULL,
    result          text        NOT NULL,
    -- The HTTP status; null without a response.
    status          integer,
    millis          integer     NOT NULL,
    at              timestamptz NOT NULL,
    next_attempt_at timestamptz
);

CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint, id);
