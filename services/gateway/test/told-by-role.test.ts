import { role } from '@parley/access'
import {
  type Account,
  type ApiClient,
  type Organisation,
  smallPicture,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let net: TestNetwork
let org: Organisation
let people: Readonly<Record<string, Account>>
/** The member's. */
let bot: ApiClient
/** Who and what was made here, by their numbers. */
const persons = new Map<number, string>()
const channels = new Map<number, string>()
const addresses = new Map<string, string>()
beforeAll(async () => {
  net = await testNetwork()
  org = await net.organisation()
  const person = async (name: string, as: number): Promise<Account> => {
    const made = await org.person(name)
    await org.owner.ok('PATCH', `/users/${made.id}`, { role: as })
    return made
  }
  people = {
    owner: org.owner,
    administrator: await person('Ann', role.admin),
    moderator: await person('Mo', role.moderator),
    member: await person('Mem', role.member),
    guest: await person('Gus', role.guest),
  }
  for (const [name, { id, email }] of Object.entries(people)) {
    persons.set(id, name)
    addresses.set(email, name)
  }
  await furnish()
}, 120_000)
afterAll(() => net[Symbol.asyncDispose]())

/** One of everything that there may be in an organisation; the owner is not everywhere. */
async function furnish(): Promise<void> {
  const { owner } = org
  const all = Object.values(people).map(({ id }) => id)
  const made = (answer: Record<string, unknown>, name: string): number => z.int().parse(answer[name])
  const channel = async (name: string, who: Account, more: Record<string, unknown> = {}) => {
    const id = made(
      await who.ok('POST', '/channels/create', { name, description: 'd', subscribers: all, ...more }),
      'id',
    )
    channels.set(id, name)
    return id
  }
  const room = await channel('room', owner)
  const closed = await channel('closed', owner, { invite_only: true, subscribers: [owner.id] })
  await channel('other', one('administrator'), { subscribers: [one('administrator').id] })
  await owner.ok('PATCH', '/realm', { enable_spectator_access: true, moderation_request_channel_id: closed })
  await channel('square', owner, { is_web_public: true, subscribers: [owner.id] })
  await owner.ok('POST', '/messages', { type: 'channel', to: 'square', topic: 'tea', content: 'x' })
  await owner.ok('POST', '/user_groups/create', { name: 'all', description: '', members: all })
  await owner.ok('POST', '/realm/filters', { pattern: '#(?P<id>[0-9]+)', url_template: 'https://x.org/{id}' })
  await owner.ok('POST', '/realm/domains', { domain: 'x.example', allow_subdomains: true })
  await owner.ok('POST', '/realm/profile_fields', { name: 'Team', field_type: 1 })
  await owner.ok('POST', '/realm/playgrounds', {
    name: 'p',
    pygments_language: 'x',
    url_template: 'https://x.org/{code}',
  })
  await owner.ok('POST', '/channel_folders/create', { name: 'folder', description: '' })
  await owner.ok('POST', '/default_streams', { stream_id: room })
  await owner.ok('POST', '/default_stream_groups/create', {
    group_name: 'g',
    description: 'd',
    stream_names: ['square'],
  })
  await owner.upload('/realm/emoji/own', [smallPicture])
  await owner.ok('POST', '/invites/multiuse', {})
  const { user_id: botId, api_key: apiKey } = z
    .object({ user_id: z.int(), api_key: z.string() })
    .parse(await one('member').ok('POST', '/bots', { full_name: 'Bot', short_name: 'bot' }))
  persons.set(botId, 'bot')
  const email = `bot-bot@${new URL(org.url).hostname}`
  addresses.set(email, 'bot')
  bot = org.client({ email, apiKey })
  await owner.ok('PATCH', '/settings', { email_address_visibility: 4 })
  for (const who of Object.values(people)) {
    const to = { type: 'channel', to: 'room', topic: 'tea' }
    const message_id = made(await who.ok('POST', '/messages', { ...to, content: 'x' }), 'id')
    await who.ok('POST', '/messages', { type: 'direct', to: [owner.id], content: 'x' })
    await who.ok('POST', '/users/me/status', { status_text: 'here' })
    await who.ok('POST', '/users/me/presence', { status: 'active' })
    await who.ok('POST', '/users/me/alert_words', { alert_words: ['tea'] })
    await who.ok('POST', '/drafts', { drafts: [{ type: 'stream', to: [room], topic: 'x', content: 'x' }] })
    await who.ok('POST', '/saved_snippets', { title: 'x', content: 'x' })
    const scheduled_delivery_timestamp = 4_000_000_000
    await who.ok('POST', '/scheduled_messages', {
      ...to,
      to: room,
      content: 'x',
      scheduled_delivery_timestamp,
    })
    await who.ok('POST', '/reminders', { message_id, scheduled_delivery_timestamp })
    await who.ok('POST', '/user_topics', { stream_id: room, topic: 'dull', visibility_policy: 1 })
    await who.ok('POST', '/navigation_views', { fragment: 'inbox', is_pinned: true })
    if (who !== one('moderator')) await who.ok('POST', `/users/me/muted_users/${one('moderator').id}`)
  }
}

/** Names of what nobody is to be told. */
const kept = /hash|passw|secret|token|generation|vantage|sha256|rights|api_?key|credential|org_id/i
/** They are called alike, and are none of it. */
const known = new Set([
  'register.has_zoom_token: boolean',
  'register.password_max_length: number',
  'register.password_min_guesses: number',
  'register.password_min_length: number',
  'register.realm_password_auth_enabled: boolean',
  'register.server_generation: number',
])

const named = /^(?:\d+|[^@\s]+@[^@\s]+)$/
/** What numbers of people and of channels are called. */
const ofPeople =
  /(?:^|_)(?:user_ids?|sender_id|creator_id|author_id|owner_id|subscribers|members)$|^(?:direct_members|muted_users)$/
const ofChannels = /(?:^|_)(?:stream|channel)_ids?$|^default_streams$/

/** Whom or which channel a value names, by what it was made as here; null where it names none. */
function namedBy(value: unknown, key: string): string | null {
  if (typeof value === 'number' && ofPeople.test(key)) return persons.get(value) ?? 'somebody else'
  if (typeof value === 'number' && ofChannels.test(key))
    return channels.get(value) ?? (value < 0 ? 'none' : 'another')
  if (typeof value !== 'string') return null
  const own = addresses.get(value)
  if (own) return `address of ${own}`
  const [, id] = /^user(\d+)@/.exec(value) ?? []
  return id === undefined ? null : `no address of ${persons.get(Number(id)) ?? 'somebody else'}`
}
/**
 * Every field of a value by its path, with the kinds of what it holds: ids and addresses as keys are `*`, lists `[]`. People,
 * their addresses and channels stand by name, so that it shows which of them somebody is told of. Of what nobody is to be told it says whether anything is there.
 */
function fieldsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, `${at}[]`))
  if (value === '' && kept.test(at)) return [`${at}: empty`]
  const name = namedBy(value, /(\w+)(?:\[\])*$/.exec(at)?.[1] ?? '')
  if (name !== null) return [`${at}: ${name}`]
  if (typeof value !== 'object' || value === null) return [`${at}: ${value === null ? 'null' : typeof value}`]
  return Object.entries(value).flatMap(([key, inner]) =>
    fieldsOf(inner, `${at}${at === '' ? '' : '.'}${named.test(key) ? '*' : key}`),
  )
}
const shapeOf = (value: unknown): string[] => [...new Set(fieldsOf(value))].toSorted()

const capable = {
  notification_settings_null: true,
  bulk_message_deletion: true,
  user_settings_object: true,
  linkifier_url_template: true,
  user_list_incomplete: true,
  archived_channels: true,
  empty_topic_name: true,
}

const refused = (status: number, code: unknown): string => `refused (${status} ${String(code)})`

/** Everything that somebody is told by what a client asks for when it starts; null is who has no account. */
async function toldTo(who: ApiClient | null): Promise<string> {
  const asks = who ?? org.client()
  const { queue_id: _, ...state } = await asks.ok('POST', '/register', {
    include_subscribers: true,
    client_capabilities: capable,
  })
  const narrow = who ? [] : [{ operator: 'channels', operand: 'web-public' }]
  const messages = await asks.ok('GET', '/messages', {
    anchor: 'newest',
    num_before: 50,
    num_after: 0,
    narrow,
  })
  // Bots and guests are refused some of them, who has no account all: a refusal tells something too.
  const given = async (path: string, fields = {}): Promise<unknown> => {
    const { status, body } = await asks.get(path, fields)
    return status === 200 ? body : { [refused(status, body['code'])]: body }
  }
  const closed = [...channels].find(([, name]) => name === 'closed')?.[0]
  const answers = {
    register: state,
    messages,
    users: await given('/users'),
    own: await given('/users/me'),
    person: await given(`/users/${org.owner.id}`),
    channels: await given('/streams'),
    groups: await given('/user_groups'),
    invitations: await given('/invites'),
    closed: await given(`/streams/${closed}`),
    'closed, by name': await given('/get_stream_id', { stream: 'closed' }),
    'no channel': await given('/streams/999999'),
    'no channel, by name': await given('/get_stream_id', { stream: 'nothing' }),
    nobody: await given('/users/999999'),
    'no message': await given('/messages/999999'),
  }
  return `${shapeOf(answers).join('\n')}\n`
}

const one = (as: string): Account => {
  const who = people[as]
  if (!who) throw new Error(`there is no ${as}`)
  return who
}

/** Whom the page of somebody is about, by its name. */
const roles = ['owner', 'administrator', 'moderator', 'member', 'guest'] as const

async function expectTold(as: string, told: string): Promise<void> {
  const fields = told.split('\n').filter((field) => kept.test(field) && !/: (?:empty|null)$/.test(field))
  expect(fields.filter((field) => !known.has(field))).toEqual([])
  await expect(told).toMatchFileSnapshot(`./told/${as}.txt`)
}

test.each(roles)('AC-16 what is told to one who is %s is what is written down here', async (as) =>
  expectTold(as, await toldTo(one(as))),
)

test('AC-16 what is told to a bot is what is written down here', async () =>
  expectTold('bot', await toldTo(bot)))

test('AC-16 what is told to who has no account is what is written down here', async () =>
  expectTold('spectator', await toldTo(null)))

test('AC-16 who is less is told of nothing more, but for what is their own', async () => {
  const owner = new Set((await toldTo(one('owner'))).split('\n'))
  const more: string[] = []
  for (const as of roles.slice(1))
    for (const field of (await toldTo(one(as))).split('\n'))
      if (!owner.has(field) && !field.includes('refused (')) more.push(`${as}: ${field}`)
  await expect(`${more.join('\n')}\n`).toMatchFileSnapshot('./told/more-than-the-owner.txt')
})

test('AC-09 guests who see only whom they have met are told of nobody else', async () => {
  await org.owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 3 } })
  const lim = await org.person('Lim')
  await lim.ok('DELETE', '/users/me/subscriptions', { subscriptions: ['room'] })
  await org.owner.ok('PATCH', `/users/${lim.id}`, { role: role.guest })
  persons.set(lim.id, 'limited guest')
  addresses.set(lim.email, 'limited guest')
  await one('moderator').ok('POST', '/messages', { type: 'direct', to: [lim.id], content: 'x' })
  await expectTold('limited-guest', await toldTo(lim))
})
