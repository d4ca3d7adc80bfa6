import { closeCode } from '@parley/api'
import { type Answer, type ApiClient, basicHeader, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Person } from '../product.ts'
import { size } from '../size.ts'
import type { Departure } from './departures.ts'
import { pollReader, queueEnded, type Reader, socketReader } from './readers.ts'
import type { ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_135)
const patience = { timeout: 30_000, interval: 20 }
const everything = { event_types: ['stream', 'message'] }
const nobody = 8
const moderators = 5
const idOf = (body: Answer['body'], key = 'id'): number => z.int().parse(body[key])

/** What rests on a group: a private channel read and written to by it alone, and others' messages moved and deleted. */
interface Estate {
  readonly vault: number
  readonly yard: number
  readonly outer: number
  readonly inner: number
  /** Gives both channels' permissions to the group, or to nobody but Bob; who deletes is the owner's to say. */
  readonly permit: (owner: ApiClient, bob: ApiClient, group: number | null) => Promise<Answer>
}

async function estate(bob: Person, ada: Person): Promise<Estate> {
  const group = async (name: string): Promise<number> =>
    idOf(
      await bob.ok('POST', '/user_groups/create', {
        name,
        description: '',
        members: [],
        can_leave_group: 2,
      }),
      'group_id',
    )
  const outer = await group('outer')
  const inner = await group('inner')
  const channel = async (name: string, others: readonly number[], invite_only: boolean): Promise<number> => {
    const wish = { name, subscribers: [bob.id, ...others], invite_only, history_public_to_subscribers: true }
    return idOf(await bob.ok('POST', '/channels/create', wish))
  }
  const vault = await channel('Vault', [], true)
  const yard = await channel('Yard', [ada.id], false)
  const permit: Estate['permit'] = async (owner, at, to) => {
    const only = { new: to ?? nobody }
    const andBob = { new: { direct_members: [bob.id], direct_subgroups: to === null ? [] : [to] } }
    const changes = await owner.patch(`/streams/${yard}`, {
      can_delete_any_message_group: only,
      can_move_messages_within_channel_group: only,
    })
    expect(changes.body).toMatchObject({ result: 'success' })
    return at.patch(`/streams/${vault}`, { can_subscribe_group: only, can_send_message_group: andBob })
  }
  return { vault, yard, outer, inner, permit }
}

/** One way in which a right comes and goes. */
interface Kind {
  readonly name: string
  readonly give: () => Promise<unknown>
  readonly take: () => Promise<Answer>
  /** What is set up for it is undone. */
  readonly undo?: () => Promise<unknown>
  /** Does reading rest on it, and not only what may be done to messages? */
  readonly reads: boolean
}

function kinds(
  ada: Person,
  bobAt: () => ApiClient,
  ownerAt: () => ApiClient,
  adaAt: () => ApiClient,
  { outer, inner, permit }: Estate,
): readonly Kind[] {
  const members = (
    at: ApiClient,
    group: number,
    change: Record<string, readonly number[]>,
  ): Promise<Answer> => at.post(`/user_groups/${group}/members`, change)
  const subgroups = (change: Record<string, readonly number[]>): Promise<Answer> =>
    bobAt().post(`/user_groups/${outer}/subgroups`, change)
  const become = (role: number): Promise<Answer> => ownerAt().patch(`/users/${ada.id}`, { role })
  const ofRealm = (group: number): Promise<Answer> =>
    ownerAt().patch('/realm', {
      can_delete_any_message_group: { new: group },
      can_move_messages_between_topics_group: { new: group },
    })
  return [
    {
      name: 'taken out of the group',
      give: () => members(bobAt(), outer, { add: [ada.id] }),
      take: () => members(bobAt(), outer, { delete: [ada.id] }),
      reads: true,
    },
    {
      name: 'left the group',
      give: () => members(bobAt(), outer, { add: [ada.id] }),
      take: () => members(adaAt(), outer, { delete: [ada.id] }),
      reads: true,
    },
    {
      name: 'taken out of a group in the group',
      give: async () => {
        await subgroups({ add: [inner] })
        await members(bobAt(), inner, { add: [ada.id] })
      },
      take: () => members(bobAt(), inner, { delete: [ada.id] }),
      undo: () => subgroups({ delete: [inner] }),
      reads: true,
    },
    {
      name: 'the group in the group taken out',
      give: async () => {
        await members(bobAt(), inner, { add: [ada.id] })
        await subgroups({ add: [inner] })
      },
      take: () => subgroups({ delete: [inner] }),
      undo: () => members(bobAt(), inner, { delete: [ada.id] }),
      reads: true,
    },
    {
      name: 'the channels permit it to nobody',
      give: () => members(bobAt(), outer, { add: [ada.id] }),
      take: () => permit(ownerAt(), bobAt(), null),
      undo: async () => {
        await members(bobAt(), outer, { delete: [ada.id] })
        await permit(ownerAt(), bobAt(), outer)
      },
      reads: true,
    },
    {
      name: 'no moderator any more',
      give: async () => {
        await subgroups({ add: [moderators] })
        await become(300)
      },
      take: () => become(400),
      undo: () => subgroups({ delete: [moderators] }),
      reads: true,
    },
    {
      name: 'the organisation permits it to administrators',
      give: async () => {
        await members(bobAt(), inner, { add: [ada.id] })
        await ofRealm(inner)
      },
      take: () => ofRealm(6),
      undo: () => members(bobAt(), inner, { delete: [ada.id] }),
      reads: false,
    },
  ]
}

/** Who holds a right by a group has it nowhere once the call that took it has answered, however it was taken. */
export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const everywhere = here.at(ada)
  const owners = here.at({ email: stage.org.owner.email, apiKey: stage.org.owner.api_key })
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  const made = await estate(bob, ada)
  const { vault, yard } = made
  await made.permit(owners[0], bob, made.outer)
  await owners[0].ok('PATCH', '/realm', { can_move_messages_between_topics_group: { new: 6 } })
  const pick = (of: readonly [ApiClient, ...ApiClient[]]): ApiClient => random.pick(of)
  const all = kinds(
    ada,
    () => pick(here.at(bob)),
    () => pick(owners),
    () => pick(everywhere),
    made,
  )

  const say = async (to: number, content: string): Promise<number> =>
    idOf(await bob.ok('POST', '/messages', { type: 'channel', to, topic: 'plans', content }))
  const describe = (description: string): Promise<unknown> =>
    bob.ok('PATCH', `/streams/${vault}`, { description })
  /** What comes of reading, writing, moving and deleting. */
  const tries = async (client: ApiClient, kept: number, moved: number): Promise<Record<string, boolean>> => {
    const newest = { anchor: 'newest', num_before: 5, num_after: 0 }
    const [one, narrowed, known, sent, move] = await Promise.all([
      client.get(`/messages/${kept}`),
      client.get('/messages', { ...newest, narrow: [['channel', vault]] }),
      client.get(`/streams/${vault}`),
      client.post('/messages', { type: 'channel', to: vault, topic: 'plans', content: 'here?' }),
      client.patch(`/messages/${moved}`, { topic: `else ${random.below(1_000_000)}` }),
    ])
    const deleted = await client.delete(`/messages/${moved}`)
    const ok = ({ status }: Answer): boolean => status === 200
    const reading = { one: ok(one), narrowed: ok(narrowed), known: ok(known), sent: ok(sent) }
    return { ...reading, move: ok(move), deleted: ok(deleted) }
  }
  const may = (reads: boolean, does: boolean): Record<string, boolean> => ({
    one: reads,
    narrowed: reads,
    known: reads,
    sent: reads,
    move: does,
    deleted: does,
  })

  const rounds = size(2 * all.length, 40 * all.length)
  const late: (Departure & { weather: Weather; kind: string })[] = []
  for (let round = 0; round < rounds; round++) {
    const kind = all[round % all.length]
    const weather = weathers[(round + Math.floor(round / all.length)) % weathers.length] ?? 'calm'
    if (!kind) break
    await kind.give()
    await using reading = new AsyncDisposableStack()
    const readers: Reader[] = await Promise.all([
      ...everywhere.map((client) => pollReader(client, everything, queueEnded)),
      ...everywhere.map((client, i) =>
        socketReader(client, { ...place, gateway: i + 1 }, everything, closeCode.queueGone),
      ),
    ])
    for (const reader of readers) reading.use(reader)
    const came = (reader: Reader, text: string): boolean => JSON.stringify(reader.events).includes(text)
    const kept = await say(vault, `kept ${round}`)
    expect([kind.name, await tries(pick(everywhere), kept, await say(yard, 'mine'))]).toEqual([
      kind.name,
      may(kind.reads, true),
    ])
    await describe(`before ${round}`)
    if (kind.reads)
      await expect.poll(() => readers.filter((r) => !came(r, `before ${round}`)).length, patience).toBe(0)

    const below = (n: number): number => random.below(n)
    const yours = await say(yard, 'yours')
    const answer = await inWeather(weather, product, ways, below, async () => {
      const taken = await kind.take()
      expect([taken.status, weather, kind.name]).toEqual([200, weather, kind.name])
      for (const client of everywhere)
        expect([kind.name, weather, await tries(client, kept, yours)]).toEqual([
          kind.name,
          weather,
          may(false, false),
        ])
      await describe(`after ${round}`)
      return taken
    })
    if (kind.reads) {
      await Promise.all(readers.map(({ revoked }) => revoked))
      await departures.upToNow(owners)
      const queues = readers.map(({ queueId }) => queueId)
      const after = departures.between(queues, departures.answeredAt(answer), Infinity)
      late.push(...after.map((one) => ({ ...one, weather, kind: kind.name })))
    }
    for (const reader of readers) expect(came(reader, `after ${round}`)).toBe(false)
    await kind.undo?.()
  }
  expect(late).toEqual([])

  // A group that something rests on cannot be put out of use, so nothing is taken that way.
  const used = await pick(here.at(bob)).post(`/user_groups/${made.outer}/deactivate`)
  expect(used.body).toMatchObject({ code: 'CANNOT_DEACTIVATE_GROUP_IN_USE' })
}
