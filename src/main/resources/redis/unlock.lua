-- Releases a lock.
--
-- KEYS
--   1  the lock
-- ARGV
--   1  the flow
-- Replies
--   unlocked
--   not-holder

if redis.call('HGET', KEYS[1], 'flow') ~= ARGV[1] then return 'not-holder' end
redis.call('DEL', KEYS[1])
return 'unlocked'
