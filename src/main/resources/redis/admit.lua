-- Decides whether an order may be placed under a number: once per number, within the buyer's rate limit, and not if the
-- buyer ordered the same content a short time ago. An admitted number counts as an order placed and no longer as
-- outstanding.
--
-- KEYS
--   1  the buyer's limits: three big-endian doubles, the microsecond of Redis' clock at which the bucket of
--      numbers-issued, numbers-outstanding and orders-placed will be empty
--   2  the number's state: 'i' issued, 't' tried and refused, 'c' admitted and counted; absent: not cached
--   3  the number's resubmissions: a list of 'MICROSECONDS OUTCOME', the oldest first
--   4  the content: the numbers it was admitted under, the latest first, separated by spaces
-- ARGV
--   1  orders-placed: interval, in microseconds
--   2  orders-placed: depth, in microseconds
--   3  numbers-outstanding: interval, in microseconds
--   4  how long the same content is a possible duplicate, in milliseconds; 0: never
--   5  how long resubmissions are kept, in milliseconds
--   6  'first': the number is to be placed for the first time
--      'again': no order exists under it, although it was tried before or belongs to an idempotency key; the second is
--      never cached, and nothing is kept of it when it is refused, because the keys of a buyer are unbounded
--   7  the number
--   8  earlier numbers whose orders have ended or were never placed, separated by spaces
--   9  earlier numbers that the buyer has acknowledged, separated by spaces
-- Replies
--   admitted
--   seen-before                     only to 'first': an earlier request has tried the number
--   not-cached                      only to 'first'
--   limited orders-placed MICROS    the limit is reached; one more fits after so many microseconds
--   duplicate NUMBER MILLIS         the content was admitted under NUMBER; its claim expires after so many milliseconds

local resubmissions_ttl, is_first, number = ARGV[5], ARGV[6] == 'first', ARGV[7]

-- More than a person submits by hand.
local MAX_RESUBMISSIONS = 100

local function record(outcome)
    local at = redis.call('TIME')
    local length = redis.call('RPUSH', KEYS[3], at[1] .. string.format('%06d', at[2]) .. ' ' .. outcome)
    if length == 1 then
        redis.call('PEXPIRE', KEYS[3], resubmissions_ttl)
    elseif length > MAX_RESUBMISSIONS then
        redis.call('RPOP', KEYS[3])
    end
end

local before
if is_first then
    before = redis.call('SET', KEYS[2], 'c', 'XX', 'KEEPTTL', 'GET')
    if before ~= 'i' then
        if before == 't' then redis.call('SET', KEYS[2], 't', 'XX', 'KEEPTTL') end
        record(before and 'again' or 'late')
        return before and 'seen-before' or 'not-cached'
    end
else
    before = redis.call('GET', KEYS[2])
end
local is_counted = before == 'c'
local orders_interval, orders_depth, outstanding_interval, duplicate_window = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ended, acknowledged = ARGV[8], ARGV[9]

-- Five earlier numbers of 18 symbols, each after a space.
local MAX_EARLIER_LENGTH = 5 * 19

-- A write that is valid for a short time only: neither appended to the append-only file nor sent to replicas, where it
-- would be the larger part of what the script costs. A rewrite of the file and a full resynchronization contain it.
local function unlogged(...)
    redis.set_repl(redis.REPL_NONE)
    local reply = redis.call(...)
    redis.set_repl(redis.REPL_ALL)
    return reply
end

local function refuse(outcome, reply)
    if is_first then redis.call('SET', KEYS[2], 't', 'XX', 'KEEPTTL') end
    if before then record(outcome) end
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

if not is_counted then
    local wait = orders_placed + orders_interval - orders_depth - now
    if wait > 0 then return refuse('limited', 'limited orders-placed ' .. math.ceil(wait)) end
end

-- The first request claims the content, whether its order is committed yet or not. A number that is acknowledged beside
-- earlier ones is put before them: when its order is cancelled, the next earlier one is compared again. A request that
-- claims again is about to insert again: the claim's time starts again.
if duplicate_window ~= '0' then
    local earlier = unlogged('SET', KEYS[4], number, 'NX', 'PX', duplicate_window, 'GET')
    if earlier and string.find(earlier, number, 1, true) then
        unlogged('PEXPIRE', KEYS[4], duplicate_window)
    elseif earlier then
        local others = ''
        for other in string.gmatch(earlier, '%w+') do
            if not string.find(ended, other, 1, true) then
                if others == '' and not string.find(acknowledged, other, 1, true) then
                    return refuse('lookalike', 'duplicate ' .. other .. ' ' .. redis.call('PTTL', KEYS[4]))
                end
                if #others < MAX_EARLIER_LENGTH then others = others .. ' ' .. other end
            end
        end
        unlogged('SET', KEYS[4], number .. others, 'PX', duplicate_window)
    end
end

if not is_counted then
    orders_placed = orders_placed + orders_interval
    if before then
        numbers_outstanding = numbers_outstanding - outstanding_interval
        if not is_first then redis.call('SET', KEYS[2], 'c', 'XX', 'KEEPTTL') end
    end
    unlogged('SET', KEYS[1], struct.pack('>ddd', numbers_issued, numbers_outstanding, orders_placed), 'PX',
        math.ceil((math.max(numbers_issued, numbers_outstanding, orders_placed) - now) / 1000) + 1)
end
return 'admitted'
