import { type Clock, systemClock } from '@parley/core'
import { seeded, seedOf, size, testNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { library } from '../../../../packages/access/test/law/adapter.ts'
import { someQuestion } from '../../../../packages/access/test/law/questions.ts'
import { someOrganisation } from '../../../../packages/access/test/law/random.ts'
import { recordSpans, type RecordedSpan, type RecordedSpans } from '../../../../packages/kit/test/spans.ts'
import { asked, type Request } from './asked.ts'
import { closeLog } from './closed-log.ts'
import { told } from './hear.ts'
import { emailOf, keyOf } from './names.ts'
import { movedTo, write } from './written.ts'

const usualSeed = 20_261_128
const seed = seedOf(usualSeed)
const questions = size(400, 4_000)

/** What is hidden from somebody in an organisation of that seed. */
const hiding = [
  'bot:end',
  'bot:manage',
  'channel:change',
  'channel:delete-topic',
  'channel:find',
  'channel:read',
  'channel:send',
  'channel:unsubscribe',
  'channel:view',
  'group:change-members',
  'group:edit',
  'invitation:manage',
  'message:delete',
  'message:edit',
  'message:move-channel',
  'message:move-topic',
  'message:react',
  'message:read',
  'message:resolve',
  'user:deactivate',
  'user:see',
  'user:set-role',
]

let spans: RecordedSpans
beforeAll(() => {
  spans = recordSpans()
})
afterAll(() => spans.stop())

/** The gateway asks these again from time to time, before it looks at what a request names. */
const fromTimeToTime = new Set(['auth.authenticate', 'auth.find-organisation'])

/** What was done for a request of the gateway's, in order: calls over links, and statements by their texts' digests. */
function workOf(all: readonly RecordedSpan[]): string[] {
  const served = all.filter(
    ({ name, attributes }) => attributes['parley.caller'] === 'gateway' && !fromTimeToTime.has(name),
  )
  const traces = new Set(served.map(({ traceId }) => traceId))
  return all
    .filter(({ traceId }) => traces.has(traceId))
    .map(({ name, kind, attributes }) => JSON.stringify([kind, name, attributes['parley.statement']]))
}

test(`AC-12 what is hidden costs the calls and statements that what never was costs (seed ${seed})`, async () => {
  const random = seeded(seed)
  const now = Math.floor(Date.now() / 1000)
  const clock: Clock = { now: () => now * 1000, monotonic: () => systemClock.monotonic() }
  await using net = await testNetwork({ clock })
  const place = await net.organisation()
  const o = movedTo(now, someOrganisation(random))
  await write(net, place, o)
  await closeLog(net, place)
  const decide = library(o)
  const work = async (by: number, { method, path, fields = {} }: Request) => {
    const client = place.client({ email: emailOf(by), apiKey: keyOf(by) })
    // Asked before: what is remembered of either is remembered of both.
    await client[method](path, fields)
    spans.clear()
    const answer = told(await client[method](path, fields))
    return { answer, steps: workOf(spans.all()) }
  }

  const compared = new Map<string, number>()
  const differ: unknown[] = []
  for (let i = 0; i < questions; i++) {
    const q = Array.from({ length: 200 }, () => someQuestion(random, o))
      .filter((one) => {
        const decision = decide(one)
        return !decision.ok && decision.kind === 'hide'
      })
      .sort((a, b) => (compared.get(a.act) ?? 0) - (compared.get(b.act) ?? 0))[0]
    if (!q || !o.people.get(q.by)?.active) continue
    const way = asked(o, q, () => false)
    if (typeof way === 'string') continue
    for (const door of way.doors)
      for (const { request, named, instead } of way.twins) {
        if (request.method !== door.method) continue
        const [hidden, missing] = [await work(q.by, door), await work(q.by, request)]
        // Of what a question names something else may be what is hidden.
        if (hidden.answer !== missing.answer.replaceAll(String(instead), String(named))) continue
        compared.set(q.act, (compared.get(q.act) ?? 0) + 1)
        if (hidden.steps.join('\n') !== missing.steps.join('\n')) differ.push({ q, door, hidden, missing })
      }
  }
  expect(differ.slice(0, 5)).toEqual([])
  // Something was hidden of each kind that can be, or agreement would mean little.
  const kinds = new Set([...compared.keys()].map((act) => act.split(':')[0]))
  const each = ['bot', 'channel', 'group', 'invitation', 'message', 'user']
  expect(each.filter((kind) => !kinds.has(kind))).toEqual([])
  // And of each act, where the seed is the usual one.
  if (seed !== usualSeed) return
  expect(hiding.filter((act) => !compared.has(act))).toEqual([])
}, 3_600_000)
