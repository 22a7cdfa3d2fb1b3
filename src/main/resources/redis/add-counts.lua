-- Adds to the counters of one minute.
--
-- KEYS
--   1  the minute: a hash of outcome and count
-- ARGV
--   1  how long the minute is kept, in milliseconds
--   2… two for each counter: outcome, number to add
-- Replies
--   added

for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 'added'
