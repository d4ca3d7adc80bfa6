import { decide } from '@parley/access'
import { FetchedMessage } from '@parley/api'
import { readActor } from '@parley/db'
import { userId } from '@parley/core'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readMessageFacts } from '../src/facts/message-facts.ts'
import { build, type Built, someOrganisation } from './random-organisation.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

const runs = process.env['PARLEY_TEST_LONG'] === '1' ? 100 : 5

const Fetched = z.object({
  messages: z.array(FetchedMessage),
  found_oldest: z.boolean().optional(),
  found_newest: z.boolean().optional(),
})

test('the predicate of a list lets through what the rule for one message allows, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(someOrganisation, async (given) => {
      const { place, at, users, channels, ids } = await build(database, given)
      await using _ = at
      for (const user of users) {
        const allowed = await at.ctx.database.read(place.org, async (tx) => {
          const { actor } = await readActor(tx, userId(user))
          const readable = new Map<number, number | null>()
          for (const id of ids) {
            const facts = actor && (await readMessageFacts(tx, actor, id))
            if (actor && facts && decide('message:read', actor, facts).ok)
              readable.set(id, facts.channel?.channelId ?? null)
          }
          return readable
        })
        const named = Fetched.parse(await at.ask(user, 'get-messages', { message_ids: ids }))
        expect(named.messages.map(({ id }) => id)).toEqual([...allowed.keys()])
        for (const channel of channels) {
          const inIt = [...allowed].filter(([, of]) => of === channel.id).map(([id]) => id)
          const narrow = [['channel', channel.id]]
          const answer = await at
            .ask(user, 'get-messages', { narrow, anchor: 'oldest', num_before: 0, num_after: 1000 })
            .catch(() => ({ messages: [] }))
          expect(Fetched.parse(answer).messages.map(({ id }) => id)).toEqual(inIt)
        }
        const everything = { anchor: 'oldest', num_before: 0, num_after: 1000 }
        const feed = Fetched.parse(await at.ask(user, 'get-messages', everything))
        expect(feed.messages.map(({ id }) => id).filter((id) => !allowed.has(id))).toEqual([])
      }
    }),
    { numRuns: runs },
  )
})

const narrows = (built: Built): unknown[] => [
  [],
  ...built.channels.flatMap(({ id }) => [
    [['channel', id]],
    [
      ['channel', id],
      ['topic', 'T0'],
    ],
  ]),
  [['is', 'dm']],
  [['is', 'unread']],
  [['is', 'starred']],
  [['topic', 't1']],
  ...built.users.flatMap((id) => [[['sender', id]], [['dm', [id]]]]),
  [{ operator: 'is', operand: 'unread', negated: true }],
  [{ operator: 'topic', operand: 't0', negated: true }],
]

test('fetched in pages, from either end, a narrow is the same as fetched whole', async () => {
  await fc.assert(
    fc.asyncProperty(someOrganisation, fc.integer({ min: 1, max: 4 }), async (given, size) => {
      const built = await build(database, given)
      const { at, users } = built
      await using _ = at
      const user = users[1] ?? 0
      for (const narrow of narrows(built)) {
        const get = async (fields: Record<string, unknown>) =>
          Fetched.parse(
            await at
              .ask(user, 'get-messages', { narrow, num_before: 0, num_after: 0, ...fields })
              .catch(() => ({ messages: [], found_oldest: true, found_newest: true })),
          )
        const whole = (await get({ anchor: 'oldest', num_after: 1000 })).messages.map(({ id }) => id)
        expect(whole).toEqual([...new Set(whole)].sort((a, b) => a - b))

        const up: number[] = []
        for (let anchor = '0', end = false; !end; anchor = String(up.at(-1) ?? 0)) {
          const page = await get({ anchor, num_after: size, include_anchor: false })
          up.push(...page.messages.map(({ id }) => id))
          end = page.found_newest === true
        }
        expect(up).toEqual(whole)

        const down: number[] = []
        for (let anchor = 'newest', end = false; !end; anchor = String(down[0] ?? 0)) {
          const page = await get({ anchor, num_before: size, include_anchor: false })
          down.unshift(...page.messages.map(({ id }) => id))
          end = page.found_oldest === true
        }
        expect(down).toEqual(whole)
      }
    }),
    { numRuns: runs },
  )
})
