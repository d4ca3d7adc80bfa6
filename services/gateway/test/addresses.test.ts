import { role } from '@parley/access'
import {
  type Account,
  contractAvailable,
  eventFaults,
  eventQueue,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let viewers: Record<'owner' | 'moderator' | 'member' | 'guest', Account>
let ben: Account
const hidden = (): string => `user${ben.id}@parley.invalid`
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
  const made = async (name: string, as: number): Promise<Account> => {
    const person = await org.person(name, { gateway: 2 })
    await org.owner.ok('PATCH', `/users/${person.id}`, { role: as })
    return person
  }
  viewers = {
    owner: org.owner,
    moderator: await made('Mo', role.moderator),
    member: await org.person('Ann'),
    guest: await made('Gus', role.guest),
  }
  ben = await org.person('Ben')
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())
const show = (visibility: number): Promise<unknown> =>
  ben.ok('PATCH', '/settings', { email_address_visibility: visibility })
beforeEach(() => show(1))

const Seen = z.object({ email: z.string(), delivery_email: z.string().nullable() })
const seenBy = async (who: Account) =>
  z.object({ user: Seen }).parse(await who.ok('GET', `/users/${ben.id}`)).user
const Updated = z.looseObject({ person: z.looseObject({ user_id: z.int() }) })

test.each([
  [1, ['owner', 'moderator', 'member', 'guest']],
  [2, ['owner', 'moderator', 'member']],
  [5, ['owner', 'moderator']],
  [3, ['owner']],
  [4, []],
])('an address of visibility %i is seen by %j, and by oneself', async (visibility, sees) => {
  await show(visibility)
  const email = visibility === 1 ? ben.email : hidden()
  for (const [name, who] of Object.entries(viewers)) {
    const delivery_email = new Set<string>(sees).has(name) ? ben.email : null
    expect([name, await seenBy(who)]).toEqual([name, { email, delivery_email }])
    const { state } = await eventQueue(who, { event_types: ['realm_user'] })
    const listed = z.array(Seen.extend({ user_id: z.int() })).parse(state['realm_users'])
    expect(listed.find((one) => one.user_id === ben.id)).toEqual({ user_id: ben.id, email, delivery_email })
  }
  expect(await ben.ok('GET', '/users/me')).toMatchObject({ email, delivery_email: ben.email })
})

test('who saw it and does not any longer is told so, who comes to see it learns it, and nobody else hears of it', async () => {
  const queues = Object.entries({ ...viewers, ben })
  const watching = await Promise.all(
    queues.map(async ([name, who]) => ({
      name,
      queue: await eventQueue(who, { event_types: ['realm_user'] }),
    })),
  )
  const told = async (visibility: number) => {
    await show(visibility)
    await network.settle()
    const heard: Record<string, unknown[]> = {}
    for (const { name, queue } of watching) {
      const events = await queue.rest()
      expect(contractAvailable() ? events.flatMap(eventFaults) : []).toEqual([])
      heard[name] = events.map((event) => Updated.parse(event).person)
    }
    return heard
  }
  const user_id = ben.id
  const gone = { user_id, delivery_email: null }
  const come = { user_id, delivery_email: ben.email }
  const other = { user_id, new_email: hidden() }
  expect(await told(5)).toEqual({
    owner: [other],
    moderator: [other],
    member: [gone, other],
    guest: [gone, other],
    ben: [other],
  })
  expect(await told(2)).toEqual({ owner: [], moderator: [], member: [come], guest: [], ben: [] })
  expect(await told(4)).toEqual({ owner: [gone], moderator: [gone], member: [gone], guest: [], ben: [] })
})

test('a hidden address opens nothing, what stands for it does, and messages show that', async () => {
  const { member: ann } = viewers
  await show(4)
  const dm = (operand: string) =>
    ann.get('/messages', {
      anchor: 'newest',
      num_before: 5,
      num_after: 0,
      narrow: [{ operator: 'dm', operand }],
    })
  expect((await ann.post('/messages', { type: 'direct', to: [ben.email], content: 'x' })).status).toBe(400)
  expect((await ann.get(`/users/${encodeURIComponent(ben.email)}`)).status).toBe(400)
  expect((await dm(ben.email)).status).toBe(400)
  await ann.ok('POST', '/messages', { type: 'direct', to: [hidden()], content: 'hello' })
  const queue = await eventQueue(ann, { event_types: ['message'] })
  await ben.ok('POST', '/messages', { type: 'direct', to: [ann.id], content: 'who are you?' })
  await network.settle()
  const events = await queue.rest()
  const found = await dm(hidden())
  for (const what of [events, found.body]) {
    expect(JSON.stringify(what)).toContain(hidden())
    expect(JSON.stringify(what)).not.toContain(ben.email)
  }
  expect(z.array(z.unknown()).parse(found.body['messages'])).toHaveLength(2)
  // The account signs in by its own address all the same.
  expect((await ben.get('/users/me')).status).toBe(200)
})

test('new accounts begin with what the organisation says, and the bots of people are shown', async () => {
  await org.owner.ok('PATCH', '/realm/user_settings_defaults', { email_address_visibility: 3 })
  const queue = await eventQueue(viewers.member, { event_types: ['realm_user'] })
  const kim = await org.person('Kim')
  await network.settle()
  const shown = { user_id: kim.id, email: `user${kim.id}@parley.invalid`, delivery_email: null }
  expect((await queue.rest()).map((event) => Updated.parse(event).person)).toMatchObject([shown])
  const { state } = await eventQueue(kim, { event_types: ['user_settings'] })
  expect(state['user_settings']).toMatchObject({ email_address_visibility: 3 })
  const bot = await kim.ok('POST', '/bots', { full_name: 'Robbie', short_name: 'robbie' })
  const { user } = z
    .object({ user: Seen })
    .parse(await viewers.guest.ok('GET', `/users/${String(bot['user_id'])}`))
  expect(user.email).toBe(user.delivery_email)
  await org.owner.ok('PATCH', '/realm/user_settings_defaults', { email_address_visibility: 1 })
})
