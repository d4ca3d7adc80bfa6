import { role } from '@parley/access'
import { type Account, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let net: TestNetwork
let org: Organisation
let people: Readonly<Record<string, Account>>
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
  await furnish()
})
afterAll(() => net[Symbol.asyncDispose]())

/** One of everything that there may be in an organisation; the owner is not everywhere. */
async function furnish(): Promise<void> {
  const { owner } = org
  const all = Object.values(people).map(({ id }) => id)
  const subscribe = (name: string, principals: readonly number[], more: Record<string, unknown> = {}) =>
    owner.ok('POST', '/users/me/subscriptions', {
      subscriptions: [{ name, description: 'd' }],
      principals,
      ...more,
    })
  await subscribe('room', all)
  await subscribe('secret', [owner.id], { invite_only: true })
  await one('administrator').ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'other' }] })
  await owner.ok('POST', '/user_groups/create', { name: 'all', description: '', members: all })
  await owner.ok('POST', '/realm/filters', { pattern: '#(?P<id>[0-9]+)', url_template: 'https://x.org/{id}' })
  await owner.ok('POST', '/realm/domains', { domain: 'x.example', allow_subdomains: true })
  await owner.ok('POST', '/realm/profile_fields', { name: 'Team', field_type: 1 })
  await owner.ok('POST', '/invites/multiuse', {})
  await owner.ok('POST', '/bots', { full_name: 'Bot', short_name: 'bot' })
  await owner.ok('PATCH', '/settings', { email_address_visibility: 4 })
  for (const who of Object.values(people)) {
    const to = { type: 'channel', to: 'room', topic: 'tea' }
    await who.ok('POST', '/messages', { ...to, content: 'x' })
    await who.ok('POST', '/messages', { type: 'direct', to: [owner.id], content: 'x' })
    await who.ok('POST', '/users/me/status', { status_text: 'here' })
    await who.ok('POST', '/users/me/presence', { status: 'active' })
    await who.ok('POST', '/users/me/alert_words', { alert_words: ['tea'] })
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
/**
 * Every field of a value by its path, with the kinds of what it holds: ids and addresses as keys are `*`, lists `[]`. Of
 * what nobody is to be told it says whether anything is there.
 */
function fieldsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, `${at}[]`))
  if (value === '' && kept.test(at)) return [`${at}: empty`]
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

/** Everything that somebody is told by what a client asks for when it starts. */
async function toldTo(who: Account): Promise<string> {
  const { queue_id: _, ...state } = await who.ok('POST', '/register', {
    include_subscribers: true,
    client_capabilities: capable,
  })
  const messages = await who.ok('GET', '/messages', { anchor: 'newest', num_before: 50, num_after: 0 })
  const groups = await who.get('/user_groups', {})
  const answers = {
    register: state,
    messages,
    users: await who.ok('GET', '/users', {}),
    own: await who.ok('GET', '/users/me', {}),
    person: await who.ok('GET', `/users/${org.owner.id}`, {}),
    channels: await who.ok('GET', '/streams', {}),
    // Guests are refused.
    groups: groups.status === 200 ? groups.body : {},
  }
  return `${shapeOf(answers).join('\n')}\n`
}

const one = (as: string): Account => {
  const who = people[as]
  if (!who) throw new Error(`there is no ${as}`)
  return who
}

test.each(['owner', 'administrator', 'moderator', 'member', 'guest'])(
  'AC-16 what is told to one who is %s is what is written down here',
  async (as) => {
    const told = await toldTo(one(as))
    const fields = told.split('\n').filter((field) => kept.test(field) && !/: (?:empty|null)$/.test(field))
    expect(fields.filter((field) => !known.has(field))).toEqual([])
    await expect(told).toMatchFileSnapshot(`./told/${as}.txt`)
  },
)

test('AC-16 who is less is told of no field more', async () => {
  const fieldsOfOne = async (as: string): Promise<Set<string>> =>
    new Set((await toldTo(one(as))).split('\n').map((field) => field.replace(/: \w+$/, '')))
  const owner = await fieldsOfOne('owner')
  for (const as of ['administrator', 'moderator', 'member', 'guest'])
    expect([as, ...(await fieldsOfOne(as))].filter((field) => field !== as && !owner.has(field))).toEqual([])
})
