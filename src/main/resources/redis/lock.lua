-- Acquires a lease on a lock, or enters it once more for the flow that holds it. The fencing token is not smaller than
-- the time in microseconds, so that tokens grow even after Redis has lost the last one.
--
-- KEYS
--   1  the lock: a hash of flow, token and count, the number of times the flow has entered
--   2  the lock's last token, kept for a day
-- ARGV
--   1  the flow
--   2  the lease, in milliseconds
-- Replies
--   the fencing token; 0 if another flow holds the lock

local flow = redis.call('HGET', KEYS[1], 'flow')
if flow and flow ~= ARGV[1] then return 0 end
redis.call('HINCRBY', KEYS[1], 'count', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if flow then return tonumber(redis.call('HGET', KEYS[1], 'token')) end

local now = redis.call('TIME')
local token = now[1] * 1000000 + now[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if token <= last then token = last + 1 end
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text, 'EX', 86400)
redis.call('HSET', KEYS[1], 'flow', ARGV[1], 'token', text)
return token
