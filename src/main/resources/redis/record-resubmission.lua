-- Records that a number was submitted again, by Redis' clock. The first hundred are kept.
--
-- KEYS
--   1  the number's resubmissions: a list of 'MICROSECONDS OUTCOME', the oldest first
-- ARGV
--   1  how long they are kept after the first, in milliseconds
--   2  the outcome, a word
-- Replies
--   recorded
--   full                            a hundred are recorded, which is more than a person submits by hand

local MAX_RESUBMISSIONS = 100

local at = redis.call('TIME')
local length = redis.call('RPUSH', KEYS[1], at[1] .. string.format('%06d', at[2]) .. ' ' .. ARGV[2])
if length == 1 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
elseif length > MAX_RESUBMISSIONS then
    redis.call('RPOP', KEYS[1])
    return 'full'
end
return 'recorded'
