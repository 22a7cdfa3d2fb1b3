-- Acquires a lease on a lock. The fencing token is not smaller than the time in microseconds, so that tokens grow even
-- after Redis has lost the last one.
--
-- KEYS
--   1  the lock: a hash with the flow that holds it
--   2  the lock's last token, kept for a day
-- ARGV
--   1  the flow
--   2  the lease, in milliseconds
-- Replies
--   the fencing token; 0 if another flow holds the lock

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'flow', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])

local now = redis.call('TIME')
local token = now[1] * 1000000 + now[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if token <= last then token = last + 1 end
redis.call('SET', KEYS[2], string.format('%.0f', token), 'EX', 86400)
return token
