import { ownersSetRealmGroups, permissionSettings, realmGroupSettings, role } from '@parley/access'
import { Capabilities } from '@parley/api'
import { userId } from '@parley/core'
import { declarations } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let other: Made
let owner: Made
let admin: Made
let ada: Made
let guest: Made
let named = 0
beforeAll(async () => {
  h = await harness()
  other = await h.organisation('other')
})
afterAll(() => h[Symbol.asyncDispose]())
beforeEach(async () => {
  owner = await h.organisation(`acme${++named}`)
  admin = await h.account(owner.org, `admin${named}`, role.admin)
  ada = await h.account(owner.org, `ada${named}`, role.member)
  guest = await h.account(owner.org, `guest${named}`, role.guest)
})

const give = (as: Made, given: Record<string, unknown>) =>
  h.ask(
    'update-realm',
    as,
    Object.fromEntries(Object.entries(given).map(([name, change]) => [name, JSON.stringify(change)])),
  )
const group = async (as: Made, name: string, members: readonly Made[] = []): Promise<number> =>
  z.object({ group_id: z.int() }).parse(
    await h.ask('create-user-group', as, {
      name,
      description: '',
      members: JSON.stringify(members.map(({ user }) => user)),
    }),
  ).group_id
const at = (id: number) => ({ user_group_id: String(id) })
const naming = (...people: readonly Made[]) => ({
  direct_members: people.map(({ user }) => user),
  direct_subgroups: [],
})
const told = (org: number) => h.told(org, ['realm'])
const logged = async (work: () => Promise<unknown>) => {
  const before = (await h.log(owner.org)).length
  await work()
  return (await h.log(owner.org)).slice(before)
}
/** What a member is told, held against the contract. */
const shapes = (log: Awaited<ReturnType<typeof logged>>) =>
  log.flatMap((event) => {
    const viewer = {
      userId: userId(ada.user),
      role: role.member,
      capabilities: Capabilities.parse({}),
      applyMarkdown: true,
      slimPresence: true,
      sees: null,
      queueId: 'q',
    }
    const shape = declarations.find((d) => d.type === event.type)?.shape(event.body, viewer)
    if (shape && contractAvailable()) expect(eventFaults({ id: Number(event.seq), ...shape })).toEqual([])
    return shape ? [shape] : []
  })
const refused = (msg: string, code = 'BAD_REQUEST') => `400 ${code} ${msg}`
const insufficient = refused('Insufficient permission')

test('each permission is given to another group, told to everybody, and audited by group ids', async () => {
  for (const name of realmGroupSettings) {
    // No other group of a role is allowed everywhere, nor people in place.
    const { require_system_group: ofRole, allowed_system_groups: roles } = permissionSettings.realm[name]
    const members = roles.includes('role:members') ? 3 : 6
    const value = ofRole ? members : naming(owner, ada)
    const log = await logged(() => give(owner, { [name]: { new: value } }))
    expect(shapes(log)[0]).toEqual({
      type: 'realm',
      op: 'update_dict',
      property: 'default',
      data: { [name]: value },
    })
    const [audited] = log
    expect(audited).toMatchObject({ type: 'organisation.permissions-changed', body: { by: owner.user } })
    expect(audited?.body).toHaveProperty(['permissions', name])
    expect(h.barriers.at(-1)).toEqual([owner.org, Number(log.at(-1)?.seq)])
    expect(await told(owner.org)).toMatchObject({ [`realm_${name}`]: value })
  }
  expect(await told(other.org)).toMatchObject({ realm_can_create_groups: 3, realm_can_manage_all_groups: 7 })
})

test('RO-04 administrators give permissions away, and owners those that are theirs', async () => {
  for (const name of realmGroupSettings) {
    const now = (await told(owner.org))[`realm_${name}`]
    const same = { [name]: { new: now } }
    expect(await refusalOf(give(admin, same))).toBe(
      ownersSetRealmGroups.includes(name)
        ? refused('Must be an organization owner', 'UNAUTHORIZED_PRINCIPAL')
        : 'not refused',
    )
    for (const who of [ada, guest])
      expect(await refusalOf(give(who, same))).toBe(
        refused('Must be an organization administrator', 'UNAUTHORIZED_PRINCIPAL'),
      )
  }
})

test('what is so already changes nothing; another value than the client believes is refused, with all of the request', async () => {
  const name = 'can_mention_many_users_group'
  expect(await logged(() => give(admin, { [name]: { new: 6, old: 6 } }))).toEqual([])
  await give(admin, { [name]: { new: { direct_members: [], direct_subgroups: [3] }, old: 6 } })
  expect(await told(owner.org)).toMatchObject({ [`realm_${name}`]: 3, realm_wildcard_mention_policy: 2 })
  const both = { can_resolve_topics_group: { new: 3 }, [name]: { new: 2, old: 6 } }
  expect(await refusalOf(give(admin, both))).toMatch(/^400 EXPECTATION_MISMATCH/)
  expect(await refusalOf(give(admin, { ...both, [name]: { new: 1 } }))).toBe(
    refused(`'${name}' setting cannot be set to 'role:internet' group.`),
  )
  expect(await told(owner.org)).toMatchObject({ realm_can_resolve_topics_group: 2 })
})

test('a value that a permission does not allow, or that names nobody of here, is refused', async () => {
  const theirs = await group(other, `theirs ${named}`)
  for (const [name, value, msg, code] of [
    ['can_create_groups', 8, "'can_create_groups' setting cannot be set to 'role:nobody' group."],
    ['can_create_groups', naming(), "'can_create_groups' setting cannot be set to 'role:nobody' group."],
    ['can_create_groups', 2, "'can_create_groups' setting cannot be set to 'role:everyone' group."],
    [
      'can_create_web_public_channel_group',
      3,
      "'can_create_web_public_channel_group' setting cannot be set to 'role:members' group.",
    ],
    [
      'can_create_web_public_channel_group',
      naming(owner),
      "'can_create_web_public_channel_group' must be a system user group.",
      'SYSTEM_GROUP_REQUIRED',
    ],
    ['can_resolve_topics_group', theirs, 'Invalid user group'],
    ['can_resolve_topics_group', naming(other), `Invalid user ID: ${other.user}`],
  ] as const)
    expect(await refusalOf(give(owner, { [name]: { new: value } }))).toBe(refused(msg, code))
  expect(await refusalOf(give(owner, { can_create_groups: 3 }))).toMatch(/REQUEST_VARIABLE_INVALID/)
  expect(
    await give(owner, { can_create_web_public_channel_group: { new: 8 } }).catch((error: unknown) => error),
  ).toEqual({})
  expect(await told(owner.org)).toMatchObject({ realm_create_web_public_stream_policy: 6 })
})

test('who makes groups is whom the organisation lets, at once and until it does not; guests never', async () => {
  await group(ada, 'first')
  await give(owner, { can_create_groups: { new: naming(admin, guest) } })
  expect(await refusalOf(group(ada, 'second'))).toBe(insufficient)
  await group(admin, 'second')
  expect(await refusalOf(group(guest, 'third'))).toBe(insufficient)
  expect(await refusalOf(group(owner, 'third'))).toBe(insufficient)
  await give(owner, { can_create_groups: { new: 3 } })
  await group(ada, 'third')
})

test('who manages all groups changes and ends those of others', async () => {
  const crew = await group(owner, 'crew')
  const rename = (as: Made, name: string) => h.ask('update-user-group', as, { name }, at(crew))
  const join = (as: Made) =>
    h.ask('update-user-group-members', as, { add: JSON.stringify([as.user]) }, at(crew))
  expect(await refusalOf(rename(ada, 'mine'))).toBe(insufficient)
  await give(owner, { can_manage_all_groups: { new: naming(ada, guest) } })
  await rename(ada, 'hers')
  await join(ada)
  expect(await refusalOf(rename(admin, 'mine'))).toBe(insufficient)
  expect(await refusalOf(rename(guest, 'mine'))).toBe(refused('Not allowed for guest users'))
  await give(owner, { can_manage_all_groups: { new: 7 } })
  expect(await refusalOf(rename(ada, 'mine'))).toBe(insufficient)
  expect(await refusalOf(h.ask('deactivate-user-group', ada, {}, at(crew)))).toBe(insufficient)
})

test('a group that has a permission of the organisation stays in use, named in place or not', async () => {
  const crew = await group(owner, 'crew', [ada])
  const end = () => h.ask('deactivate-user-group', owner, {}, at(crew)).catch((error: unknown) => error)
  const inUse = (...settings: string[]) => ({
    code: 'CANNOT_DEACTIVATE_GROUP_IN_USE',
    data: { objections: [{ type: 'realm', settings }] },
  })
  await give(owner, {
    can_create_groups: { new: crew },
    can_resolve_topics_group: { new: { direct_members: [guest.user], direct_subgroups: [crew] } },
  })
  expect(await end()).toMatchObject(inUse('can_create_groups', 'can_resolve_topics_group'))
  // Who is in it through the group has it.
  await group(ada, 'hers')
  await give(owner, { can_create_groups: { new: 3 } })
  expect(await end()).toMatchObject(inUse('can_resolve_topics_group'))
  await give(owner, { can_resolve_topics_group: { new: 2 } })
  expect(await end()).toEqual({})
})

test('changes at the same time, of permissions and of the rest, are all kept', async () => {
  await Promise.all([
    give(owner, { can_resolve_topics_group: { new: 3 } }),
    give(owner, { direct_message_initiator_group: { new: 5 } }),
    h.ask('update-realm', owner, { description: 'Tools', giphy_rating: '0' }),
    give(owner, { can_create_groups: { new: naming(ada) } }),
  ])
  expect(await told(owner.org)).toMatchObject({
    realm_can_resolve_topics_group: 3,
    realm_direct_message_initiator_group: 5,
    realm_can_create_groups: naming(ada),
    realm_description: 'Tools',
    realm_giphy_rating: 0,
  })
})

test('older clients are told what they read instead', async () => {
  const log = await logged(() =>
    give(owner, {
      can_create_private_channel_group: { new: 5 },
      can_create_public_channel_group: { new: 6 },
      can_mention_many_users_group: { new: naming(ada) },
    }),
  )
  const legacy = shapes(log).filter((shape) => shape['op'] === 'update')
  expect(legacy.map(({ property, value }) => [property, value])).toEqual([
    ['create_private_stream_policy', 4],
    ['create_public_stream_policy', 2],
    ['wildcard_mention_policy', 1],
  ])
  expect(await told(owner.org)).toMatchObject({
    realm_create_private_stream_policy: 4,
    realm_create_public_stream_policy: 2,
    realm_create_web_public_stream_policy: 7,
    realm_wildcard_mention_policy: 1,
  })
})
