-- Deletes a voided number. It is no longer outstanding, unless it was admitted and therefore uncounted before.
--
-- KEYS
--   1  the buyer's limits: three big-endian doubles, the microsecond of Redis' clock at which the bucket of
--      numbers-issued, numbers-outstanding and orders-placed will be empty
--   2  the number's state; 'c': admitted
-- ARGV
--   1  numbers-outstanding: interval, in microseconds
-- Replies
--   unregistered
--   not-outstanding                 the number was admitted, or is not cached

-- A write that is valid for a short time only: neither appended to the append-only file nor sent to replicas, where it
-- would be the larger part of what the script costs. A rewrite of the file and a full resynchronization contain it.
local function unlogged(...)
    redis.set_repl(redis.REPL_NONE)
    local reply = redis.call(...)
    redis.set_repl(redis.REPL_ALL)
    return reply
end

local before = redis.call('GETDEL', KEYS[2])
if not before or before == 'c' then return 'not-outstanding' end

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

numbers_outstanding = numbers_outstanding - ARGV[1]
unlogged('SET', KEYS[1], struct.pack('>ddd', numbers_issued, numbers_outstanding, orders_placed), 'PX',
    math.ceil((math.max(numbers_issued, numbers_outstanding, orders_placed) - now) / 1000) + 1)
return 'unregistered'
