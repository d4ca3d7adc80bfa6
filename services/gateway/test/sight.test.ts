import { decide, realmGroupsWith, role, systemGroupsOf } from '@parley/access'
import { groupId, userId } from '@parley/core'
import {
  type Account,
  type Answer,
  contentsOf,
  contractAvailable,
  eventFaults,
  eventQueue,
  expectSnapshotEqual,
  type Organisation,
  type QueueEvent,
  saying,
  seeded,
  seedOf,
  size,
  testNetwork,
  type TestNetwork,
  unlessAnew,
} from '@parley/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let owner: Account
let ann: Account
let ben: Account
let gus: Account
let here: number

const limit = (group: number): Promise<Answer> =>
  owner.patch('/realm', { can_access_all_users_group: { new: group } })
const join = (who: Account, name: string): Promise<unknown> =>
  who.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }] })
const leave = (who: Account, name: string): Promise<unknown> =>
  who.ok('DELETE', '/users/me/subscriptions', { subscriptions: [name] })
const write = (who: Account, content: string): Promise<unknown> =>
  who.ok('POST', '/messages', { type: 'channel', to: 'here', topic: 'tea', content })
const tell = (who: Account, to: readonly number[], content: string): Promise<Answer> =>
  who.post('/messages', { type: 'direct', to, content })
const guest = async (name: string): Promise<Account> => {
  const made = await org.person(name, { gateway: 2 })
  await owner.ok('PATCH', `/users/${made.id}`, { role: role.guest })
  return made
}

const Listed = z.looseObject({ user_id: z.int(), full_name: z.string(), email: z.string() })
const membersOf = async (who: Account) => z.array(Listed).parse((await who.ok('GET', '/users'))['members'])
const nameOf = async (who: Account, of: Account): Promise<string | undefined> =>
  (await membersOf(who)).find(({ user_id }) => user_id === of.id)?.full_name
const of = (events: readonly QueueEvent[], type: string): QueueEvent[] =>
  events.filter((event) => event.type === type)
const faultsOf = (events: readonly QueueEvent[]): unknown[] =>
  contractAvailable() ? events.flatMap(eventFaults) : []
const isAnew = async (taken: Promise<QueueEvent[]>): Promise<boolean> => (await unlessAnew(taken)) === null

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Ann')
  ben = await org.person('Ben')
  gus = await guest('Gus')
  await owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'here' }],
    principals: [ann.id, gus.id],
  })
  await join(ben, 'elsewhere')
  here = z.int().parse((await ann.ok('GET', '/get_stream_id', { stream: 'here' }))['stream_id'])
  await ben.ok('POST', '/users/me/status', { status_text: 'away' })
  await ben.ok('POST', '/users/me/presence', { status: 'active' })
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())

describe('where guests see only whom they have met', () => {
  test('it is given to everybody or to members, and no other', async () => {
    expect((await limit(5)).status).toBe(400)
    const before = await eventQueue(gus)
    expect(await nameOf(gus, ben)).toBe('Ben')
    expect((await limit(3)).status).toBe(200)
    expect(await isAnew(before.rest())).toBe(true)
    const { state } = await eventQueue(gus)
    expect(state['realm_can_access_all_users_group']).toBe(3)
  })

  test('AC-09 lists have a placeholder for others, or nobody', async () => {
    const unknown = (await membersOf(gus)).find(({ user_id }) => user_id === ben.id)
    expect(unknown).toMatchObject({
      full_name: 'Unknown user',
      role: role.member,
      date_joined: '1970-01-01T00:00:00.000+00:00',
    })
    expect(unknown?.email).not.toContain('ben')
    expect(await nameOf(gus, ann)).toBe('Ann')
    expect(await nameOf(gus, gus)).toBe('Gus')
    expect(await nameOf(ann, ben)).toBe('Ben')
    expect((await gus.get(`/users/${ben.id}`)).body).toMatchObject({ msg: 'Insufficient permission' })
    expect((await gus.get(`/users/${ann.id}`)).status).toBe(200)
    expect((await gus.get('/users/999999')).body).toMatchObject({ msg: 'No such user' })

    const whole = (await eventQueue(gus)).state
    const Users = z.array(Listed)
    const names = (state: Record<string, unknown>) =>
      Users.parse(state['realm_users']).map(({ full_name }) => full_name)
    // The owner shares nothing with him but is unknown, too.
    expect(names(whole).filter((name) => name === 'Unknown user')).toHaveLength(2)
    const less = (await eventQueue(gus, { client_capabilities: { user_list_incomplete: true } })).state
    expect(names(less)).toEqual(['Ann', 'Gus'])
    expect(JSON.stringify([whole, less])).not.toContain('Ben')
    const groups = z.array(z.object({ members: z.array(z.int()) })).parse(whole['realm_user_groups'])
    expect(groups.flatMap(({ members }) => members)).not.toContain(ben.id)
    expect(whole['user_status']).toEqual({})
  })

  test('a bot that is made later is known at once, and so is what becomes of it', async () => {
    const queue = await eventQueue(gus)
    const there = await eventQueue(gus)
    const made = await ben.ok('POST', '/bots', { full_name: 'Robbie', short_name: 'robbie' })
    const id = z.int().parse(made['user_id'])
    await ben.ok('PATCH', `/bots/${id}`, { full_name: 'Robert' })
    await owner.ok('PATCH', `/users/${id}`, { full_name: 'Rob' })
    await ben.ok('DELETE', `/bots/${id}`)
    for (const one of [queue, there]) {
      const told = of(await one.rest(), 'realm_user').map(({ op, person }) => [op, person])
      expect(told).toMatchObject([
        ['add', { user_id: id, full_name: 'Robbie', is_bot: true, bot_owner_id: ben.id }],
        ['update', { user_id: id, full_name: 'Robert' }],
        ['update', { user_id: id, full_name: 'Rob' }],
        ['update', { user_id: id, is_active: false }],
      ])
    }
  })

  test('whom they do not see is nobody to them, by id or address', async () => {
    const nobody = 999_999
    const pairs: readonly (readonly [string, (id: number, email: string) => Promise<Answer>])[] = [
      ['a message by id', (id) => tell(gus, [id], 'psst')],
      [
        'a message by address',
        (_, email) => gus.post('/messages', { type: 'direct', to: [email], content: 'x' }),
      ],
      ['typing', (id) => gus.post('/typing', { op: 'start', type: 'direct', to: [id] })],
      [
        'a draft',
        (id) => gus.post('/drafts', { drafts: [{ type: 'private', to: [id], topic: '', content: 'x' }] }),
      ],
      [
        'a message sent later',
        (id) =>
          gus.post('/scheduled_messages', {
            type: 'direct',
            to: [id],
            content: 'x',
            scheduled_delivery_timestamp: 4_000_000_000,
          }),
      ],
      ['presence by id', (id) => gus.get(`/users/${id}/presence`)],
      ['presence by address', (_, email) => gus.get(`/users/${email}/presence`)],
      ['a status', (id) => gus.get(`/users/${id}/status`)],
      ['channels', (id) => gus.get(`/users/${id}/channels`)],
      ['a subscription', (id) => gus.get(`/users/${id}/subscriptions/${here}`)],
      ['muting', (id) => gus.post(`/users/me/muted_users/${id}`)],
      [
        'leaving for another',
        (_, email) => gus.delete('/users/me/subscriptions', { subscriptions: ['here'], principals: [email] }),
      ],
      ...['sender', 'dm', 'dm-including'].flatMap((operator) => [
        [`${operator} by id`, (id: number) => narrowed(operator, id)] as const,
        [`${operator} by address`, (_: number, email: string) => narrowed(operator, email)] as const,
      ]),
    ]
    const narrowed = (operator: string, operand: number | string): Promise<Answer> =>
      gus.get('/messages', {
        narrow: [
          { operator, operand: operator === 'dm' && typeof operand === 'number' ? [operand] : operand },
        ],
        anchor: 'newest',
        num_before: 1,
        num_after: 0,
      })
    for (const [what, ask] of pairs) {
      const [unseen, unknown, seen] = [
        await ask(ben.id, ben.email),
        await ask(nobody, 'nobody@example.com'),
        await ask(ann.id, ann.email),
      ]
      const said = ({ status, body }: Answer, id: number, email: string): string =>
        `${what}: ${status} ` +
        JSON.stringify(body)
          .replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'ID')
          .replaceAll(email, 'EMAIL')
      expect(said(unseen, ben.id, ben.email)).toBe(said(unknown, nobody, 'nobody@example.com'))
      expect(unseen.status).toBe(400)
      expect(said(seen, ann.id, ann.email)).not.toBe(said(unseen, ben.id, ben.email))
    }
    const render = async (content: string) =>
      (await gus.ok('POST', '/messages/render', { content }))['rendered']
    expect(await render('@**Ann**')).toContain('user-mention')
    expect(await render(`@**Ben** @**|${ben.id}**`)).not.toContain('user-mention')
    expect(JSON.stringify((await gus.ok('GET', '/realm/presence'))['presences'])).not.toContain('ben')
    expect(JSON.stringify((await ann.ok('GET', '/realm/presence'))['presences'])).toContain('ben')
  })

  test('what others say and do is told without who they are', async () => {
    const queue = await eventQueue(gus, { slim_presence: true })
    const less = await eventQueue(gus, { client_capabilities: { user_list_incomplete: true } })
    await write(ben, 'from outside')
    const told = of(await queue.until(saying('from outside')), 'message')
    const [message] = z
      .array(z.looseObject({ id: z.int(), sender_id: z.int() }))
      .parse(told.map((event) => event['message']))
    const unknown = { sender_full_name: 'Unknown user', sender_email: `user${ben.id}@unknown.invalid` }
    expect(message).toMatchObject({ sender_id: ben.id, ...unknown })
    expect((await gus.ok('GET', `/messages/${message?.id}`))['message']).toMatchObject(unknown)
    const emoji = { emoji_name: 'tada' }
    await ben.ok('POST', `/messages/${message?.id}/reactions`, emoji)
    await owner.ok('PATCH', `/users/${ben.id}`, { full_name: 'Ben Other' })
    await ben.ok('POST', '/users/me/status', { status_text: 'back' })
    await ben.ok('POST', '/users/me/presence', { status: 'idle' })
    await ben.ok('POST', '/typing', { op: 'start', type: 'direct', to: [gus.id] })
    await owner.ok('PATCH', `/users/${ben.id}`, { role: role.moderator })
    const newcomer = await org.person('Nora')
    await owner.ok('PATCH', `/users/${ann.id}`, { full_name: 'Ann Other' })
    await network.settle()
    const events = await queue.rest()
    expect(faultsOf(events)).toEqual([])
    expect(JSON.stringify([events, told])).not.toMatch(/Ben|ben@|Nora/v)
    expect(of(events, 'reaction')).toMatchObject([
      { user: { user_id: ben.id, full_name: 'Unknown user' }, ...emoji },
    ])
    const people = of(events, 'realm_user').map(({ op, person }) => ({
      op,
      ...z.looseObject({}).parse(person),
    }))
    expect(people).toMatchObject([
      { op: 'add', user_id: newcomer.id, full_name: 'Unknown user' },
      { op: 'update', user_id: ann.id, full_name: 'Ann Other' },
    ])
    expect([...of(events, 'user_status'), ...of(events, 'presence'), ...of(events, 'typing')]).toEqual([])
    expect(of(await less.rest(), 'realm_user')).toHaveLength(1)
  })

  test('who is met is seen, and who is met no more is not, from the answer on', async () => {
    const before = await eventQueue(gus)
    const patient = isAnew(before.until(() => false))
    await join(ben, 'here')
    expect(await patient).toBe(true)
    expect(await nameOf(gus, ben)).toBe('Ben Other')
    const met = await eventQueue(gus)
    await write(ben, 'from inside')
    const [said] = of(await met.until(saying('from inside')), 'message')
    expect(said?.['message']).toMatchObject({ sender_full_name: 'Ben Other' })
    await join(ben, 'another')
    expect(await isAnew(met.rest())).toBe(false)

    const last = isAnew(met.until(() => false))
    await leave(ben, 'here')
    expect(await nameOf(gus, ben)).toBe('Unknown user')
    expect(await last).toBe(true)
    const after = await eventQueue(gus)
    await owner.ok('PATCH', `/users/${ben.id}`, { full_name: 'Ben' })
    await write(ben, 'outside again')
    expect(JSON.stringify(await after.until(saying('outside again')))).not.toContain('Ben')
    const messages = await gus.ok('GET', '/messages', { anchor: 'newest', num_before: 9, num_after: 0 })
    expect(JSON.stringify(messages)).not.toContain('Ben')
  })

  test('a channel out of use is no place to meet', async () => {
    await join(ben, 'here')
    expect(await nameOf(gus, ben)).toBe('Ben')
    await owner.ok('PATCH', `/streams/${here}`, { is_archived: true })
    expect(await nameOf(gus, ben)).toBe('Unknown user')
    await owner.ok('PATCH', `/streams/${here}`, { is_archived: false })
    expect(await nameOf(gus, ben)).toBe('Ben')
    await leave(ben, 'here')
  })

  test('a conversation is one, by whomever it is begun', async () => {
    const lou = await guest('Lou')
    const queue = await eventQueue(gus)
    expect((await tell(ben, [gus.id, lou.id], 'hello you two')).status).toBe(200)
    expect(await isAnew(queue.until(saying('hello you two')))).toBe(true)
    expect([await nameOf(gus, ben), await nameOf(gus, lou), await nameOf(lou, ben)]).toEqual([
      'Ben',
      'Lou',
      'Ben',
    ])
    const met = await eventQueue(gus)
    expect((await tell(gus, [ben.id], 'hello back')).status).toBe(200)
    expect(contentsOf(await met.until(saying('hello back')))).toEqual(['hello back'])
    await network.settle()
    expect(await isAnew(met.rest())).toBe(false)
  })

  test('who comes into channels as they are made is met there', async () => {
    await owner.ok('PATCH', `/streams/${here}`, { is_default_stream: true })
    const queue = await eventQueue(gus)
    const mia = await org.person('Mia')
    expect(await isAnew(queue.rest())).toBe(true)
    expect(await nameOf(gus, mia)).toBe('Mia')
    await owner.ok('PATCH', `/streams/${here}`, { is_default_stream: false })
  })

  test('who goes out of use unseen is in no list any more, and who comes back is again', async () => {
    const una = await org.person('Una')
    const { group_id: group } = z.looseObject({ group_id: z.int() }).parse(
      await owner.ok('POST', '/user_groups/create', {
        name: 'named',
        description: '',
        members: [],
        can_mention_group: { direct_members: [una.id, owner.id], direct_subgroups: [] },
      }),
    )
    const mentioning = async () => {
      const { state } = await eventQueue(gus, { fetch_event_types: ['realm_user_groups'] })
      const groups = z.array(z.looseObject({ id: z.int() })).parse(state['realm_user_groups'])
      return groups.find(({ id }) => id === group)?.['can_mention_group']
    }
    const queue = await eventQueue(gus)
    await owner.ok('DELETE', `/users/${una.id}`)
    expect(await isAnew(queue.rest())).toBe(true)
    expect(await mentioning()).toMatchObject({ direct_members: [owner.id] })
    const gone = await eventQueue(gus)
    await owner.ok('POST', `/users/${una.id}/reactivate`)
    expect(await isAnew(gone.rest())).toBe(true)
    expect(await mentioning()).toMatchObject({ direct_members: [una.id, owner.id].sort((a, b) => a - b) })
    expect(await nameOf(gus, una)).toBe('Unknown user')
  })

  test('groups are told with the members that are seen', async () => {
    const zoe = await org.person('Zoe')
    const queue = await eventQueue(gus)
    const { group_id: group } = z.looseObject({ group_id: z.int() }).parse(
      await owner.ok('POST', '/user_groups/create', {
        name: 'made',
        description: '',
        members: [owner.id, gus.id],
      }),
    )
    await owner.ok('POST', `/user_groups/${group}/members`, {
      add: [ben.id, zoe.id],
      delete: [owner.id, gus.id],
    })
    await network.settle()
    const told = of(await queue.rest(), 'user_group')
    expect(faultsOf(told)).toEqual([])
    expect(told).toMatchObject([
      { op: 'add', group: { members: [gus.id] } },
      { op: 'add_members', user_ids: [ben.id] },
      { op: 'remove_members', user_ids: [gus.id] },
    ])
  })

  const seed = seedOf(8)
  test(
    `a snapshot with its events stays what a fresh one says, and lists what the rule says (seed ${seed})`,
    async () => {
      const random = seeded(seed)
      const guests: [Account, ...Account[]] = [gus, await guest('Kim')]
      const others: [Account, ...Account[]] = [owner, ann, ben, ...guests]
      const names = ['here', 'elsewhere', 'another'] as const
      const bots: number[] = []
      let compared = 0
      for (let round = 0; round < size(24, 240); round++) {
        const wanted = {
          include_subscribers: true,
          client_capabilities: {
            empty_topic_name: true,
            bulk_message_deletion: true,
            user_list_incomplete: round % 2 === 0,
          },
        }
        const queues = await Promise.all(guests.map((who) => eventQueue(who, wanted)))
        const who = random.pick(others)
        const name = random.pick(names)
        const bot = bots.at(-1)
        switch (random.below(11)) {
          case 0:
          case 1:
            await owner.ok('POST', '/users/me/subscriptions', {
              subscriptions: [{ name }],
              principals: [who.id, random.pick(others).id],
            })
            break
          case 2:
            await owner.ok('DELETE', '/users/me/subscriptions', {
              subscriptions: [name],
              principals: [who.id],
            })
            break
          case 3:
            await tell(who, [random.pick(others).id], 'between us')
            break
          case 4:
            await owner.ok('PATCH', `/users/${who.id}`, { full_name: `Named ${'abcdefgh'.at(round % 8)}` })
            break
          case 5:
            await who.ok('POST', '/users/me/status', { status_text: `round ${round}` })
            break
          case 6:
            await owner.ok('PATCH', `/users/${ben.id}`, { role: random.pick([300, 400]) })
            break
          case 7:
          case 8: {
            const made = await ben.ok('POST', '/bots', { full_name: 'Robbie', short_name: `round${round}` })
            const id = z.int().parse(made['user_id'])
            bots.push(id)
            await owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }], principals: [id] })
            await ben.ok('PATCH', `/bots/${id}`, { full_name: 'Robert', role: random.pick([400, 600]) })
            break
          }
          case 9:
            if (bot !== undefined) await owner.ok('DELETE', `/bots/${bot}`)
            bots.pop()
            break
          default:
            await write(owner, 'said')
        }
        await network.settle()
        for (const [i, looking] of guests.entries()) {
          const queue = queues[i]
          const events = queue && (await unlessAnew(queue.rest()))
          if (!queue || !events) continue
          compared++
          expectSnapshotEqual(queue.state, events, (await eventQueue(looking, wanted)).state)
        }
        for (const looking of guests) await expectRuled(looking)
      }
      expect(compared).toBeGreaterThan(9)
    },
    size(90_000, 900_000),
  )

  test('given back to everybody, everybody is seen', async () => {
    const queue = await eventQueue(gus)
    expect((await limit(2)).status).toBe(200)
    expect(await isAnew(queue.rest())).toBe(true)
    expect((await membersOf(gus)).map(({ full_name }) => full_name)).not.toContain('Unknown user')
  })
})

const Row = z.object({ id: z.int(), bot: z.boolean(), met: z.boolean() })

/** Everybody is listed as the rule decides one by one, on facts read from the tables apart from what the product asks. */
async function expectRuled(looking: Account): Promise<void> {
  const rows = z.array(Row).parse(
    await network.database.superuser(
      `SELECT u.user_id AS id, u.is_bot AS bot,
         EXISTS (SELECT FROM streams.channels c WHERE c.org_id = u.org_id AND NOT c.archived
           AND 2 = (SELECT count(*) FROM streams.subscriptions s WHERE s.org_id = c.org_id
             AND s.channel_id = c.channel_id AND s.active AND s.user_id IN (u.user_id, $2)))
         OR EXISTS (SELECT FROM messaging.recipients r WHERE r.org_id = u.org_id
           AND r.user_ids @> ARRAY[u.user_id, $2::integer]) AS met
       FROM auth.users u WHERE u.org_id = $1 ORDER BY u.user_id`,
      [org.id, looking.id],
    ),
  )
  const actor = {
    orgId: org.id,
    userId: userId(looking.id),
    role: role.guest,
    isActive: true,
    isBot: false,
    botOwnerId: null,
    generation: 1,
    groups: systemGroupsOf(role.guest),
    realmGroups: realmGroupsWith({ can_access_all_users_group: groupId(3) }),
  }
  const seen = rows
    .filter(
      ({ id, bot: isBot, met }) =>
        decide('user:see', actor, { orgId: org.id, userId: userId(id), isBot, met }).ok,
    )
    .map(({ id }) => id)
  const listed = (await membersOf(looking)).filter(({ full_name }) => full_name !== 'Unknown user')
  expect(listed.map(({ user_id }) => user_id)).toEqual(seen)
}
