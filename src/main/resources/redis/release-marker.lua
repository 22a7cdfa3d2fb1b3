-- Deletes a marker if it has this value; another owner's marker is kept.
--
-- KEYS
--   1  the marker
-- ARGV
--   1  the value of the owner's marker
-- Replies
--   released
--   not-owner

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'not-owner' end
redis.call('DEL', KEYS[1])
return 'released'
