import type { Outcome } from './gcra.ts'
import type { Counter } from './limit-keys.ts'

/** The counters of one request; only asked where it does not count. */
export interface Count {
  readonly counters: readonly Counter[]
  readonly counts: boolean
}

/**
 * The rule of gcra.ts for several requests one after the other, on the clock of Redis, in microseconds. A refused request
 * counts on none of its keys, and so does one that only asks. ARGV holds for each request whether it counts, how many
 * keys it has, and their counts and periods. Answers per key: allowed (1 or 0), remaining, retry and reset in milliseconds.
 */
export const limitScript = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local out = {}
local key, arg = 0, 1
while arg <= #ARGV do
  local counts, size = ARGV[arg] == '1', tonumber(ARGV[arg + 1])
  local from, nexts, count, period = {}, {}, {}, {}
  for i = 1, size do
    count[i] = tonumber(ARGV[arg + 2 * i])
    period[i] = tonumber(ARGV[arg + 2 * i + 1]) * 1000
    local tat = tonumber(redis.call('GET', KEYS[key + i]) or now)
    if tat < now then tat = now end
    from[i] = tat
    nexts[i] = tat + period[i] / count[i]
    if nexts[i] - period[i] > now then counts = false end
  end
  for i = 1, size do
    local refused = nexts[i] - period[i] > now
    local tat = counts and nexts[i] or from[i]
    if counts then
      redis.call('SET', KEYS[key + i], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1)
    end
    out[#out + 1] = refused and 0 or 1
    out[#out + 1] = refused and 0 or math.floor((period[i] - (tat - now)) / (period[i] / count[i]) + 0.000001)
    out[#out + 1] = refused and math.ceil((nexts[i] - period[i] - now) / 1000) or 0
    out[#out + 1] = math.ceil((tat - now) / 1000)
  end
  key = key + size
  arg = arg + 2 + 2 * size
end
return out
`

/** Starts the counts of its keys anew. */
export const forgetScript = `return redis.call('DEL', unpack(KEYS))`

/** KEYS and ARGV of the script. */
export const scriptArguments = (asked: readonly Count[]): { keys: string[]; args: number[] } => ({
  keys: asked.flatMap(({ counters }) => counters.map((c) => c.key)),
  args: asked.flatMap(({ counters, counts }) => [
    Number(counts),
    counters.length,
    ...counters.flatMap((c) => [c.rate.count, c.rate.periodMs]),
  ]),
})

/** Reads the script's answer: of each request the outcomes of its counters. @throws TypeError where it has another form */
export function scriptOutcomes(answer: unknown, asked: readonly Count[]): Outcome[][] {
  const size = asked.reduce((sum, { counters }) => sum + counters.length, 0)
  if (!Array.isArray(answer) || answer.length !== size * 4) throw new TypeError('limit script answer')
  let at = 0
  return asked.map(({ counters }) =>
    counters.map(() => {
      const [ok, remaining, retryMs, resetMs] = [0, 1, 2, 3].map((i) => Number(answer[at + i]))
      at += 4
      return { ok: ok === 1, remaining: remaining ?? 0, retryMs: retryMs ?? 0, resetMs: resetMs ?? 0 }
    }),
  )
}
