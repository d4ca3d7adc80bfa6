import { channelAtoms, decide, holdsOfRealm, isAdmin, listRules } from '@parley/access'
import { FetchedMessage } from '@parley/api'
import { predicateSql, readActor } from '@parley/db'
import { userId } from '@parley/core'
import { size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readChannelFacts } from '../src/facts/channel-facts.ts'
import { channelAtomsSql } from '../src/facts/channel-sql.ts'
import { readMessageFacts } from '../src/facts/message-facts.ts'
import { Values } from '../src/repo/spans.ts'
import { build, type Built, someOrganisation } from './random-organisation.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

const runs = size(5, 100)

const noLimits = { editLimit: null, deleteLimit: null, moveWithinLimit: null, moveBetweenLimit: null }

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

test('the channels that a list lets a message be moved to are those that the rule for one lets, for everybody', async () => {
  const policy = { ...noLimits, allowEditing: true }
  await fc.assert(
    fc.asyncProperty(someOrganisation, async (given) => {
      const { place, at, users, channels, ids } = await build(database, given)
      await using _ = at
      for (const user of users)
        await at.ctx.database.read(place.org, async (tx) => {
          const { actor } = await readActor(tx, userId(user))
          if (!actor) return
          const targets = await Promise.all(channels.map(({ id }) => readChannelFacts(tx, actor, id)))
          const values = new Values()
          const [org, own, groups] = [values.add(tx.org), values.add(user), values.groupsOf(actor)]
          const rows = await tx.query(
            z.object({ id: z.int() }),
            `SELECT c.channel_id AS id FROM streams.v1_channels c WHERE c.org_id = ${org} AND
              ${predicateSql(listRules['message:move-channel'], channelAtomsSql(actor, 'c', own, groups))}`,
            values.list,
          )
          const listed = rows.map(({ id }) => id)
          for (const id of ids) {
            const message = await readMessageFacts(tx, actor, id)
            if (!message) continue
            const leaving = decide('message:change', actor, message).ok && message.channel !== null
            const may =
              leaving &&
              (holdsOfRealm(actor, 'can_move_messages_between_channels_group') ||
                isAdmin(actor) ||
                channelAtoms(actor, message.channel).can_administer_channel_group ||
                channelAtoms(actor, message.channel).can_move_messages_out_of_channel_group)
            const allowed = targets.flatMap((target) =>
              target && decide('message:move-channel', actor, { message, age: 0, policy, target }).ok
                ? [Number(target.channelId)]
                : [],
            )
            expect(allowed.sort((x, y) => x - y)).toEqual(may ? [...listed].sort((x, y) => x - y) : [])
          }
        })
    }),
    { numRuns: runs },
  )
})

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
