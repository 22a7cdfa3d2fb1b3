-- Records that a replica runs, by Redis' clock, and counts those that have done so recently.
--
-- KEYS
--   1  the replicas: a sorted set of names, by the millisecond of their last heartbeat
-- ARGV
--   1  how long a replica counts after its last heartbeat, in milliseconds
--   2  the replica's name
-- Replies
--   how many replicas run

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('ZCARD', KEYS[1])
