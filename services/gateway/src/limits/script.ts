import type { Outcome } from './gcra.ts'
import type { Counter } from './limit-keys.ts'

/**
 * The rule of gcra.ts for several keys at once, on the clock of Redis, in microseconds. A refused request counts on
 * none of them, and so does one that only asks (ARGV[1] is 0). Answers per key: allowed (1 or 0), remaining, retry
 * and reset in milliseconds.
 */
export const limitScript = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local counts = ARGV[1] == '1'
local from, nexts = {}, {}
for i, key in ipairs(KEYS) do
  local period = tonumber(ARGV[2 * i + 1]) * 1000
  local tat = tonumber(redis.call('GET', key) or now)
  if tat < now then tat = now end
  from[i] = tat
  nexts[i] = tat + period / tonumber(ARGV[2 * i])
  if nexts[i] - period > now then counts = false end
end
local out = {}
for i, key in ipairs(KEYS) do
  local count = tonumber(ARGV[2 * i])
  local period = tonumber(ARGV[2 * i + 1]) * 1000
  local refused = nexts[i] - period > now
  local tat = counts and nexts[i] or from[i]
  if counts then redis.call('SET', key, string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1) end
  out[#out + 1] = refused and 0 or 1
  out[#out + 1] = refused and 0 or math.floor((period - (tat - now)) / (period / count) + 0.000001)
  out[#out + 1] = refused and math.ceil((nexts[i] - period - now) / 1000) or 0
  out[#out + 1] = math.ceil((tat - now) / 1000)
end
return out
`

/** Starts the counts of its keys anew. */
export const forgetScript = `return redis.call('DEL', unpack(KEYS))`

/** KEYS and ARGV of the script. */
export const scriptArguments = (
  counters: readonly Counter[],
  counts: boolean,
): { keys: string[]; args: number[] } => ({
  keys: counters.map((c) => c.key),
  args: [Number(counts), ...counters.flatMap((c) => [c.rate.count, c.rate.periodMs])],
})

/** Reads the script's answer. @throws TypeError where it has another form */
export function scriptOutcomes(answer: unknown, counters: readonly Counter[]): Outcome[] {
  if (!Array.isArray(answer) || answer.length !== counters.length * 4)
    throw new TypeError('limit script answer')
  const numbers = answer.map(Number)
  return counters.map((_, i) => {
    const [ok = 0, remaining = 0, retryMs = 0, resetMs = 0] = numbers.slice(4 * i, 4 * i + 4)
    return { ok: ok === 1, remaining, retryMs, resetMs }
  })
}
