#!lua
-- Decides whether an order may be placed under a number where plain commands do not suffice: the replica's share of the
-- limit is used up, the number was tried before, or the buyer ordered the same content a short time ago. Of one number,
-- one request is admitted for the first time.
--
-- Because of the first line Redis refuses the script from its start on while its memory is full. Otherwise it would refuse
-- the first write, and 'not-cached' would be the reply for a number that could not be stored.
--
-- KEYS
--   1  the buyer's shared limits: three big-endian doubles, the microsecond of Redis' clock at which the bucket of
--      numbers-issued, numbers-outstanding and orders-placed will be empty
--   2  the number's state: 'i' issued, 't' tried and refused, the same as 's' and 'u' if it is counted as outstanding
--      here, 'c' admitted and counted as an order; absent: not cached. After it a slash and the checkout that the number was
--      issued for, which is empty if it was issued for none; without a slash the checkout is unknown
--   3  the content: the numbers it was admitted under, the latest first, separated by spaces
-- ARGV
--   1  orders-placed: interval, in microseconds
--   2  orders-placed: depth, in microseconds
--   3  numbers-outstanding: interval, in microseconds
--   4  how long the same content is a possible duplicate, in milliseconds; 0: never
--   5  'first': the number is to be placed for the first time, and counted here
--      'again': no order exists under it, although it was tried before or belongs to an idempotency key; the second is
--      never cached
--      'counted': the same, and the replica has counted it
--      't', 'u': the replica has counted it and has set the state to 'c'; this is its state again if it is refused
--   6  the number
--   7  earlier numbers whose orders have ended or were never placed, separated by spaces
--   8  earlier numbers that the buyer has acknowledged, separated by spaces
--   9  the checkout that the request names; empty: none
-- Replies
--   The number's state before, with its checkout ('-': not cached), a space, and:
--   admitted
--   seen-before                     only to 'first': an earlier request has tried the number
--   not-cached                      only to 'first'
--   other-checkout                  only to 'first': the number was issued for another checkout than the named one
--   limited orders-placed MICROS    the limit is reached; one more fits after so many microseconds
--   duplicate NUMBER MILLIS         the content was admitted under NUMBER; its claim expires after so many milliseconds

local attempt, number, named = ARGV[5], ARGV[6], ARGV[9]
local is_first, restored = attempt == 'first', (attempt == 't' or attempt == 'u') and attempt

local REFUSED = { i = 't', s = 'u', t = 't', u = 'u' }

local cached = redis.call('GET', KEYS[2])
local before, belonging
if cached then before, belonging = string.sub(cached, 1, 1), string.sub(cached, 2) end

local function reply(outcome)
    return (cached or '-') .. ' ' .. outcome
end

local function set(state)
    redis.call('SET', KEYS[2], state .. belonging, 'XX', 'KEEPTTL')
end

if is_first then
    if not cached then return reply('not-cached') end
    if before == 'c' or REFUSED[before] == before then return reply('seen-before') end
    if named ~= '' then
        if belonging == '' then belonging = '/' .. named end
        if belonging ~= '/' .. named then
            set(REFUSED[before])
            return reply('other-checkout')
        end
    end
    set('c')
end
local is_counted = before == 'c' or attempt == 'counted'
local orders_interval, orders_depth, outstanding_interval, duplicate_window = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ended, acknowledged = ARGV[7], ARGV[8]

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

local function refuse(outcome)
    local state = restored or is_first and REFUSED[before]
    if cached and state then set(state) end
    return reply(outcome)
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
    if wait > 0 then return refuse('limited orders-placed ' .. math.ceil(wait)) end
end

-- The first request claims the content, whether its order is committed yet or not. A number that is acknowledged beside
-- earlier ones is put before them: when its order is cancelled, the next earlier one is compared again. A request that
-- claims again is about to insert again: the claim's time starts again.
if duplicate_window ~= '0' then
    local earlier = redis.call('SET', KEYS[3], number, 'NX', 'PX', duplicate_window, 'GET')
    if earlier and string.find(earlier, number, 1, true) then
        redis.call('PEXPIRE', KEYS[3], duplicate_window)
    elseif earlier then
        local others = ''
        for other in string.gmatch(earlier, '%w+') do
            if not string.find(ended, other, 1, true) then
                if others == '' and not string.find(acknowledged, other, 1, true) then
                    return refuse('duplicate ' .. other .. ' ' .. redis.call('PTTL', KEYS[3]))
                end
                if #others < MAX_EARLIER_LENGTH then others = others .. ' ' .. other end
            end
        end
        redis.call('SET', KEYS[3], number .. others, 'PX', duplicate_window)
    end
end

if not is_counted then
    orders_placed = orders_placed + orders_interval
    if REFUSED[before] == 'u' then numbers_outstanding = numbers_outstanding - outstanding_interval end
    if cached and not is_first then set('c') end
    unlogged('SET', KEYS[1], struct.pack('>ddd', numbers_issued, numbers_outstanding, orders_placed), 'PX',
        math.ceil((math.max(numbers_issued, numbers_outstanding, orders_placed) - now) / 1000) + 1)
end
return reply('admitted')
