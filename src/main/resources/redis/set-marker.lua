-- Sets a marker of a request under an idempotency key.
--
-- KEYS
--   1  the marker: 'f:OWNER' in flight, 'd' done
-- ARGV
--   1  the value
--   2… further arguments of SET: PX with a time to live in milliseconds; NX, GET
-- Replies
--   what SET replies; with GET the value before, or nil

-- A write that is valid for a short time only: neither appended to the append-only file nor sent to replicas, where it
-- would be the larger part of what the script costs. A rewrite of the file and a full resynchronization contain it.
local function unlogged(...)
    redis.set_repl(redis.REPL_NONE)
    local reply = redis.call(...)
    redis.set_repl(redis.REPL_ALL)
    return reply
end

return unlogged('SET', KEYS[1], unpack(ARGV))
