-- Appends events to a stream. Stops at the first that Redis refuses: no later event of an order is appended without its
-- earlier one.
--
-- KEYS
--   1  the stream
-- ARGV
--   1  approximate number of entries that the stream keeps
--   2… six for each event: number, buyer, sequence, kind, at, detail
-- Replies
--   how many events were appended

for i = 2, #ARGV, 6 do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'number', ARGV[i], 'buyer', ARGV[i + 1],
        'sequence', ARGV[i + 2], 'kind', ARGV[i + 3], 'at', ARGV[i + 4], 'detail', ARGV[i + 5])
end
return (#ARGV - 1) / 6
