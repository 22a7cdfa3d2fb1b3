-- Uncounts one request in the buyer's shared limits.
--
-- KEYS
--   1  the buyer's shared limits: three big-endian doubles, the microsecond of Redis' clock at which the bucket of
--      numbers-issued, numbers-outstanding and orders-placed will be empty
-- ARGV
--   1  'outstanding': a number that is no longer outstanding; 'placed': an order that was not placed
--   2  the limit's interval, in microseconds
-- Replies
--   given-back

-- A write that is valid for a short time only: neither appended to the append-only file nor sent to replicas, where it
-- would be the larger part of what the script costs. A rewrite of the file and a full resynchronization contain it.
local function unlogged(...)
    redis.set_repl(redis.REPL_NONE)
    local reply = redis.call(...)
    redis.set_repl(redis.REPL_ALL)
    return reply
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local numbers_issued, numbers_outstanding, orders_placed = now, now, now
local limits = redis.call('GET', KEYS[1])
if limits then
    local issued, outstanding, placed = struct.unpack('>ddd', limits)
    numbers_issued = math.max(issued, now)
    numbers_outstanding = math.max(outstanding, now)
    orders_placed = math.max(placed, now)
end

if ARGV[1] == 'outstanding' then
    numbers_outstanding = numbers_outstanding - ARGV[2]
else
    orders_placed = orders_placed - ARGV[2]
end
unlogged('SET', KEYS[1], struct.pack('>ddd', numbers_issued, numbers_outstanding, orders_placed), 'PX',
    math.ceil((math.max(numbers_issued, numbers_outstanding, orders_placed) - now) / 1000) + 1)
return 'given-back'
