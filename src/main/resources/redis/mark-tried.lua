-- Marks an issued number as tried; it can still be placed.
--
-- KEYS
--   1  the number: see AdmissionStore
-- ARGV
--   none
-- Replies
--   tried
--   unchanged: it is not cached, or was tried or admitted before

local number = redis.call('GET', KEYS[1])
if not number then return 'unchanged' end
local state = number:sub(1, 1)
local tried = state == 'i' and 't' or state == 's' and 'u'
if not tried then return 'unchanged' end
redis.call('SET', KEYS[1], tried .. number:sub(2), 'KEEPTTL')
return 'tried'
