-- Registers a new number that is counted here, because the replica's share of a limit is used up, or that replaces the
-- number of a checkout. With a checkout it does so only if the checkout has no number, or
-- the one that is to be replaced: two tabs of one checkout may request a number at the same time and get the same.
--
-- KEYS
--   1  the buyer's shared limits: three big-endian doubles, the microsecond of Redis' clock at which the bucket of
--      numbers-issued, numbers-outstanding and orders-placed will be empty
--   2  the number's state: 'i' issued, 's' the same, counted as outstanding here; after it a slash and the checkout, which
--      is empty if the request names none
--   3  the checkout's number; absent if the request names no checkout
-- ARGV
--   1  numbers-issued: interval, in microseconds
--   2  numbers-issued: depth, in microseconds
--   3  numbers-outstanding: interval, in microseconds
--   4  numbers-outstanding: depth, in microseconds
--   5  how long a number is valid, in milliseconds
--   6  how long a checkout is remembered, in milliseconds
--   7  the new number
--   8  the checkout's number that is to be replaced; empty: none
--   9  'counted' if the replica has counted the number as issued
--  10  'counted' if the replica has counted the number as outstanding
--  11  the checkout; empty: the request names none
-- Replies
--   issued
--   taken                           the number is registered already
--   held TEXT                       the checkout has this number
--   limited LIMIT MICROS            the limit is reached; one more fits after so many microseconds

local issued_interval, issued_depth = ARGV[1], ARGV[2]
local outstanding_interval, outstanding_depth = ARGV[3], ARGV[4]
local number_ttl, checkout_ttl = ARGV[5], ARGV[6]
local number, replaced, checkout = ARGV[7], ARGV[8], ARGV[11]
local is_issued_counted, is_outstanding_counted = ARGV[9] == 'counted', ARGV[10] == 'counted'

-- A write that is valid for a short time only: neither appended to the append-only file nor sent to replicas, where it
-- would be the larger part of what the script costs. A rewrite of the file and a full resynchronization contain it.
local function unlogged(...)
    redis.set_repl(redis.REPL_NONE)
    local reply = redis.call(...)
    redis.set_repl(redis.REPL_ALL)
    return reply
end

if KEYS[3] then
    local held = redis.call('GET', KEYS[3])
    if held and held ~= replaced then return 'held ' .. held end
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

local wait = numbers_issued + issued_interval - issued_depth - now
if wait > 0 and not is_issued_counted then return 'limited numbers-issued ' .. math.ceil(wait) end
wait = numbers_outstanding + outstanding_interval - outstanding_depth - now
if wait > 0 and not is_outstanding_counted then return 'limited numbers-outstanding ' .. math.ceil(wait) end

local state = is_outstanding_counted and 'i' or 's'
local before = redis.call('SET', KEYS[2], state .. '/' .. checkout, 'NX', 'GET', 'PX', number_ttl)
if before then
    if not KEYS[3] or before:sub(2) ~= '/' .. checkout then return 'taken' end
    -- Another request for this checkout has registered the number, and is about to register the checkout.
    redis.call('SET', KEYS[3], number, 'PX', checkout_ttl)
    return 'held ' .. number
end
if KEYS[3] then redis.call('SET', KEYS[3], number, 'PX', checkout_ttl) end
if is_issued_counted and is_outstanding_counted then return 'issued' end

if not is_issued_counted then numbers_issued = numbers_issued + issued_interval end
if not is_outstanding_counted then numbers_outstanding = numbers_outstanding + outstanding_interval end
unlogged('SET', KEYS[1], struct.pack('>ddd', numbers_issued, numbers_outstanding, orders_placed), 'PX',
    math.ceil((math.max(numbers_issued, numbers_outstanding, orders_placed) - now) / 1000) + 1)
return 'issued'
