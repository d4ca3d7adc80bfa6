/**
 * Notes that a person is there: when they were active and there before, and are now, where that is news; `0` where it was
 * noted a moment ago. Forgets some of who was not
 * there for long.
 * KEYS: when each was there; the order of news. ARGV: person, now (s), active?, now (ms), what a moment is (s), kept for (s)
 */
export const noteScript = `
local active, there = 0, 0
local was = redis.call('HGET', KEYS[1], ARGV[1])
if was then
  local a, t = string.match(was, '^(%d+) (%d+)$')
  active, there = tonumber(a), tonumber(t)
end
local now, moment, kept = tonumber(ARGV[2]), tonumber(ARGV[5]), tonumber(ARGV[6])
local next = ARGV[3] == '1' and math.max(active, now) or active
if was and now - there < moment and next - active < moment then return 0 end
local top = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local id = math.max(tonumber(ARGV[4]), top and tonumber(top) + 1 or 0)
local noted = string.format('%.0f %.0f', next, math.max(there, now))
redis.call('HSET', KEYS[1], ARGV[1], noted)
redis.call('ZADD', KEYS[2], string.format('%.0f', id), ARGV[1])
local before = string.format('%.0f', tonumber(ARGV[4]) - kept * 1000)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', before, 'LIMIT', 0, 10)) do
  redis.call('HDEL', KEYS[1], gone)
  redis.call('ZREM', KEYS[2], gone)
end
redis.call('EXPIRE', KEYS[1], kept)
redis.call('EXPIRE', KEYS[2], kept)
return string.format('%.0f %.0f ', active, there) .. noted`

/**
 * The number of the newest news, then the number, person, last active and last there of each news after a number, at most
 * so many, the oldest first.
 * KEYS: as above. ARGV: the number, how many at most
 */
export const readScript = `
local top = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local found = { top or '-1' }
local news = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #news, 2 do
  found[#found + 1] = news[i + 1] .. ' ' .. news[i] .. ' ' .. (redis.call('HGET', KEYS[1], news[i]) or '0 0')
end
return found`
