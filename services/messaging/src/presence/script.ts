/**
 * Notes that a person is there: `1` where that is news, `0` where it was noted a moment ago.
 * KEYS: when each was there; the order of news. ARGV: person, now (s), active?, now (ms), what a moment is (s), kept for (s)
 */
export const noteScript = `
local active, there = 0, 0
local was = redis.call('HGET', KEYS[1], ARGV[1])
if was then
  local a, t = string.match(was, '^(%d+) (%d+)$')
  active, there = tonumber(a), tonumber(t)
end
local now, moment = tonumber(ARGV[2]), tonumber(ARGV[5])
local next = ARGV[3] == '1' and math.max(active, now) or active
if was and now - there < moment and next - active < moment then return 0 end
local top = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local id = math.max(tonumber(ARGV[4]), top and tonumber(top) + 1 or 0)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f', next, math.max(there, now)))
redis.call('ZADD', KEYS[2], string.format('%.0f', id), ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[6])
return 1`

/**
 * The number of the newest news, then person, last active, last there for each person with news after a number.
 * KEYS: as above. ARGV: the number
 */
export const readScript = `
local top = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local found = { top or '-1' }
for _, person in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf')) do
  found[#found + 1] = person .. ' ' .. (redis.call('HGET', KEYS[1], person) or '0 0')
end
return found`

/** When one person was there; nothing where that is not known. KEYS: when each was there. ARGV: person */
export const oneScript = `return redis.call('HGET', KEYS[1], ARGV[1])`
