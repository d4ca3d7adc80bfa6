import {
  type ApiClient,
  eventQueue,
  expectSnapshotEqual,
  seeded,
  seedOf,
  size,
  testNetwork,
  unlessAnew,
} from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const seed = seedOf(1)
const rounds = size(12, 400)
const stepsPerRound = 12
const wanted = {
  include_subscribers: true,
  client_capabilities: { empty_topic_name: true, bulk_message_deletion: true, linkifier_url_template: true },
}

test(
  `a snapshot with its events is a fresh one for bots that are mentioned where they are not, whatever becomes of that (seed ${seed})`,
  async () => {
    await using network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
    const org = await network.organisation()
    const { owner } = org
    const random = seeded(seed)
    const names = ['one', 'two'] as const
    const ids = new Map<string, number>()
    for (const name of names) {
      await owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }] })
      ids.set(name, z.int().parse((await owner.ok('GET', '/get_stream_id', { stream: name }))['stream_id']))
    }
    const Made = z.object({ user_id: z.int(), api_key: z.string() })
    const bots = new Map<number, ApiClient>()
    for (const short_name of ['ari', 'bea']) {
      const { user_id: id, api_key: apiKey } = Made.parse(
        await owner.ok('POST', '/bots', { full_name: 'Robbie', short_name }),
      )
      const email = `${short_name}-bot@${new URL(org.url).hostname}`
      bots.set(id, org.client({ email, apiKey, gateway: bots.size + 1 }))
    }
    const [first = 0, second = 0] = bots.keys()
    const sent: number[] = []

    const place = () => random.pick(names)
    const content = () =>
      random.pick(['nobody', `@**|${first}**`, `@**|${second}**`, `@**|${first}** @**|${second}** @**all**`])
    const message = () => sent.at(-1 - random.below(Math.min(4, sent.length)))
    const someBot = () => random.pick([first, second])
    const say = async (where = place(), text = content()) => {
      const to = { type: 'channel', to: where, topic: random.pick(['tea', 'cake']) }
      const { body } = await owner.post('/messages', { ...to, content: text })
      const { data } = z.object({ id: z.int() }).safeParse(body)
      if (data) sent.push(data.id)
    }
    const change = (fields: Record<string, unknown>) => owner.patch(`/messages/${message()}`, fields)
    const flag = () =>
      bots.get(someBot())?.post('/messages/flags', {
        messages: [message()],
        op: random.pick(['add', 'remove']),
        flag: random.pick(['read', 'starred']),
      })
    const isPrivate = (closed: boolean, where = place()) =>
      owner.patch(`/streams/${ids.get(where)}`, {
        is_private: closed,
        ...(closed && { history_public_to_subscribers: random.below(2) === 0 }),
      })
    // Chance alone seldom closes a channel on what nobody has read: what becomes of that is what this law is about.
    const closeOnUnread = async () => {
      const where = place()
      await isPrivate(false, where)
      await say(where, `@**|${first}** @**|${second}**`)
      return isPrivate(true, where)
    }
    const membership = () => ({ subscriptions: [{ name: place() }], principals: [someBot()] })
    const steps: readonly (() => Promise<unknown> | undefined)[] = [
      ...Array.from({ length: 8 }, () => () => say()),
      () => change({ content: content() }),
      () => change({ topic: random.pick(['tea', 'cake', 'milk']), propagate_mode: 'change_all' }),
      () =>
        change({ stream_id: ids.get(place()), propagate_mode: random.pick(['change_one', 'change_all']) }),
      () => owner.post(`/messages/${message()}/reactions`, { emoji_name: 'tada' }),
      () => owner.delete(`/messages/${message()}`),
      flag,
      flag,
      () => isPrivate(true),
      () => isPrivate(false),
      () => isPrivate(false),
      closeOnUnread,
      closeOnUnread,
      () => owner.post('/users/me/subscriptions', membership()),
      () => bots.get(someBot())?.post(`/users/me/muted_users/${owner.id}`),
      () => bots.get(someBot())?.delete(`/users/me/muted_users/${owner.id}`),
      () => bots.get(someBot())?.delete(`/users/me/muted_users/${owner.id}`),
    ]
    let compared = 0
    let mentions = 0
    for (let round = 0; round < rounds; round++) {
      // Before the round: who is in a channel as it opens, and has left when they ask, has it as it was in that client's eyes.
      for (const name of names)
        await owner.delete('/users/me/subscriptions', { subscriptions: [name], principals: [someBot()] })
      const watching = await Promise.all(
        [...bots.values()].map(async (who) => ({ who, queue: await eventQueue(who, wanted) })),
      )
      for (let step = 0; step < stepsPerRound; step++) await steps[random.below(steps.length)]?.()
      await network.settle()
      for (const { who, queue } of watching) {
        const events = await unlessAnew(queue.rest())
        if (!events) continue
        compared++
        mentions += events.filter(({ type }) => type === 'message').length
        const fresh = await eventQueue(who, wanted)
        try {
          expectSnapshotEqual(queue.state, events, fresh.state)
        } catch (cause) {
          throw new Error(`round ${round}, seed ${seed}: ${JSON.stringify(events)}`, { cause })
        }
      }
    }
    // Few begin anew, and something is told though channels are closed again and again, or this shows nothing.
    expect(compared).toBeGreaterThan(rounds)
    expect(mentions).toBeGreaterThan(rounds / 6)
  },
  size(120_000, 900_000),
)
