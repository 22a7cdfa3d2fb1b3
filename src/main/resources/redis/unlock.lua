-- Leaves a lock; the lock is free when its flow has left it as often as it has entered.
--
-- KEYS
--   1  the lock
-- ARGV
--   1  the flow
-- Replies
--   unlocked
--   entered                         the flow still holds the lock
--   not-holder

if redis.call('HGET', KEYS[1], 'flow') ~= ARGV[1] then return 'not-holder' end
if redis.call('HINCRBY', KEYS[1], 'count', -1) > 0 then return 'entered' end
redis.call('DEL', KEYS[1])
return 'unlocked'
