import { type Account, eventQueue, expectSnapshotEqual, testNetwork } from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? 20_261_123)
/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomFrom(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const wanted = { include_subscribers: true, client_capabilities: { empty_topic_name: true } }
const rounds = 4
const changesPerRound = 25

test(`F82 a snapshot with its events is what a fresh snapshot says, after changes at random (seed ${seed})`, async () => {
  await using network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  const org = await network.organisation()
  const random = randomFrom(seed)
  const pick = <T>(list: readonly [T, ...T[]]): T => list[random(list.length)] ?? list[0]
  const people: [Account, ...Account[]] = [
    org.owner,
    await org.person('Person 1'),
    await org.person('Person 2', { gateway: 2 }),
    await org.person('Person 3'),
  ]
  // They look on; nobody deactivates them.
  const watchers = people.slice(0, 3)
  const names: [string, ...string[]] = ['Open', 'Closed', 'Hidden past', 'Late']
  const sent: number[] = []
  let joined = people.length

  const send = async (who: Account, fields: Record<string, unknown>): Promise<boolean> => {
    const { status, body } = await who.post('/messages', fields)
    if (status === 200) sent.push(z.int().parse(body['id']))
    return status === 200
  }
  const flag = async (who: Account): Promise<boolean> => {
    if (sent.length === 0) return false
    const messages = [sent[random(sent.length)], sent[random(sent.length)]]
    const change = { messages, op: pick(['add', 'add', 'remove']), flag: pick(['read', 'starred']) }
    return (await who.post('/messages/flags', change)).status === 200
  }
  const changes: [(who: Account) => Promise<boolean>, ...((who: Account) => Promise<boolean>)[]] = [
    async (who) => {
      const name = pick(names)
      const invite_only = name !== 'Open' && name !== 'Late'
      const fields = {
        subscriptions: [{ name }],
        principals: [pick(people).id, pick(people).id],
        invite_only,
        ...(name === 'Hidden past' ? { history_public_to_subscribers: false } : {}),
      }
      return (await who.post('/users/me/subscriptions', fields)).status === 200
    },
    async (who) => {
      const principals = who === org.owner ? [pick(people).id] : [who.id]
      const fields = { subscriptions: [pick(names)], principals }
      return (await who.delete('/users/me/subscriptions', fields)).status === 200
    },
    (who) =>
      send(who, {
        type: 'channel',
        to: pick(names),
        topic: pick(['', 'Tea', 'tea', 'Cake']),
        content: pick(['hello', 'hello @**all**', 'hello @**Person 1**', '@**topic** hello']),
      }),
    (who) => send(who, { type: 'direct', to: [pick(people).id], content: 'between us' }),
    (who) =>
      send(who, { type: 'direct', to: [pick(people).id, pick(people).id], content: 'among @**Person 2**' }),
    flag,
    flag,
    async () => {
      if (random(4) > 0) return false
      people.push(await org.person(`Person ${joined++}`))
      return true
    },
    async () => {
      const leaver = people[3 + random(Math.max(1, people.length - 3))]
      if (random(4) > 0 || !leaver || people.length < 5) return false
      people.splice(people.indexOf(leaver), 1)
      return (await org.owner.delete(`/users/${leaver.id}`)).status === 200
    },
  ]

  let done = 0
  for (let round = 0; round < rounds; round++) {
    const queues = await Promise.all(watchers.map((who) => eventQueue(who, wanted)))
    for (let i = 0; i < changesPerRound; i++) if (await pick(changes)(pick(people))) done++
    await network.settle()
    for (const [i, who] of watchers.entries()) {
      const queue = queues[i]
      if (!queue) continue
      const events = await queue.rest()
      const fresh = await eventQueue(who, wanted)
      expectSnapshotEqual(queue.state, events, fresh.state)
    }
  }
  // Most changes at random have to be possible, or this shows nothing.
  expect(done).toBeGreaterThan((rounds * changesPerRound) / 3)
}, 120_000)
