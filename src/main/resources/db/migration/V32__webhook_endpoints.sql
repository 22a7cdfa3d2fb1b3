-- A consumer that is paused keeps its place, and does not keep events from being purged.
ALTER TABLE outbox ADD COLUMN paused boolean NOT NULL DEFAULT false;

-- Where the shop's other systems receive events over HTTP. Each is a consumer of the event log, with the name
-- 'webhook:' and its id; there are a few.
CREATE TABLE webhook_endpoints (
    id               text        PRIMARY KEY CHECK (id ~ '^W[0-9A-HJKMNP-TV-Z]{16}$'),
    url              text        COLLATE "C" NOT NULL UNIQUE CHECK (length(url) BETWEEN 1 AND 2000),
    -- The kinds of events that are sent; none: all.
    kinds            text[]      NOT NULL,
    -- Signs every delivery, so it has to be readable. The previous ones sign too, each until its time.
    secret           text        NOT NULL,
    previous_secrets text[]      NOT NULL DEFAULT '{}',
    previous_until   timestamptz[] NOT NULL DEFAULT '{}',
    state            text        NOT NULL DEFAULT 'ENABLED' CHECK (state IN ('ENABLED', 'DISABLED')),
    created_by       text        NOT NULL,
    created_at       timestamptz NOT NULL,
    -- The first of the failures that no success has ended, and how many there were.
    failing_since    timestamptz,
    failures         integer     NOT NULL DEFAULT 0,
    -- While it fails: nothing is sent before.
    next_attempt_at  timestamptz,
    -- Ids of events that were delivered and are repeated by the log, because others of their batch were not.
    delivered        bigint[]    NOT NULL DEFAULT '{}',
    disabled_at      timestamptz,
    disabled_reason  text        CHECK (disabled_reason IN ('FAILING', 'GONE')),
    CHECK (cardinality(previous_secrets) = cardinality(previous_until)),
    CHECK ((state = 'DISABLED') = (disabled_at IS NOT NULL)),
    CHECK ((state = 'DISABLED') = (disabled_reason IS NOT NULL))
);
