-- Renews the lease of the flow that holds a lock.
--
-- KEYS
--   1  the lock
-- ARGV
--   1  the flow
--   2  the lease, in milliseconds
-- Replies
--   renewed
--   not-holder

if redis.call('HGET', KEYS[1], 'flow') ~= ARGV[1] then return 'not-holder' end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'renewed'
