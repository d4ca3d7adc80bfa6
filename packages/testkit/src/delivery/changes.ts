import { z } from 'zod'
import type { Answer, ApiClient } from '../api-client.ts'
import type { Seeded } from './seeded.ts'

/** An account that acts and is acted on. */
export interface Member extends ApiClient {
  readonly id: number
}

/** Who takes part, and what they have done so far. */
export interface Cast {
  readonly owner: Member
  /** Never deactivated: they look on. */
  readonly staying: readonly [Member, ...Member[]]
  /** Makes an account; its name counts up. */
  newcomer(name: string): Promise<Member>
}

interface Play extends Cast {
  readonly random: Seeded
  readonly leaving: Member[]
  /** Who was deactivated. */
  readonly left: Member[]
  /** Who came back, without a credential. */
  readonly silent: Member[]
  readonly sent: number[]
  readonly groups: number[]
  names: number
  readonly anybody: () => Member
}

/** One kind of change: does it as `who`, and answers what the API did; null where there is nothing to do it to. */
type Change = (play: Play, who: Member) => Promise<Answer | null>

const channels = ['Open', 'Closed', 'Hidden past', 'Late'] as const
const topics = ['', 'Tea', 'tea', 'Cake'] as const
const mostNewcomers = 40

const subscribe: Change = ({ random, anybody }, who) => {
  const name = random.pick(channels)
  return who.post('/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: random.below(2) === 0 ? [who.id] : [anybody().id, anybody().id],
    invite_only: name !== 'Open' && name !== 'Late',
    ...(name === 'Hidden past' ? { history_public_to_subscribers: false } : {}),
  })
}

const unsubscribe: Change = ({ random, owner, anybody }, who) =>
  who.delete('/users/me/subscriptions', {
    subscriptions: [random.pick(channels)],
    principals: who === owner ? [anybody().id] : [who.id],
  })

/** Of these some are in it, and some are made by it. */
const comeAndGo: Change = ({ random }, who) =>
  who.patch('/users/me/subscriptions', {
    delete: random.below(3) === 0 ? [] : [random.pick(channels)],
    add: random.below(3) === 0 ? [] : [{ name: random.pick(channels) }],
  })

const createChannel: Change = async (play, who) => {
  const { random, owner, anybody } = play
  return random.pick([who, owner]).post('/channels/create', {
    name: `Made ${random.below(8)}`,
    subscribers: [[], [who.id], [anybody().id]][random.below(3)],
    invite_only: random.below(2) === 0,
    folder_id: await oneFolder(play),
    ...(random.below(3) === 0 ? { is_default_stream: true } : {}),
  })
}

const send = async (play: Play, who: Member, fields: Record<string, unknown>): Promise<Answer> => {
  const answer = await who.post('/messages', fields)
  if (answer.status === 200) play.sent.push(z.int().parse(answer.body['id']))
  return answer
}

const mention = ({ random, anybody }: Play): string =>
  random.pick(['', '@**all**', '@**topic**', `@**|${anybody().id}**`])

const sendToChannel: Change = (play, who) =>
  send(play, who, {
    type: 'channel',
    to: play.random.pick(channels),
    topic: play.random.pick(topics),
    content: `hello ${mention(play)}`,
  })

const sendDirect: Change = (play, who) => {
  const others = [play.anybody().id, play.anybody().id].slice(play.random.below(2))
  return send(play, who, { type: 'direct', to: others, content: `between us ${mention(play)}` })
}

const flag: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  return who.post('/messages/flags', {
    messages: [sent[random.below(sent.length)], sent[random.below(sent.length)]],
    op: random.pick(['add', 'add', 'remove']),
    flag: random.pick(['read', 'starred', 'collapsed']),
  })
}

const Folders = z.object({ channel_folders: z.array(z.object({ id: z.int() })) })
/** All folders there are, archived ones too. */
const foldersOf = async ({ owner }: Play): Promise<number[]> =>
  Folders.parse((await owner.get('/channel_folders', { include_archived: true })).body).channel_folders.map(
    ({ id }) => id,
  )

const oneFolder = async (play: Play): Promise<number | null> => {
  const ids = await foldersOf(play)
  return ids[play.random.below(Math.max(1, ids.length))] ?? null
}

const createFolder: Change = async ({ random, owner }, who) =>
  (random.below(3) === 0 ? who : owner).post('/channel_folders/create', {
    name: `Folder ${random.below(6)}`,
    description: `about ${random.below(9)}`,
  })

const changeFolder: Change = async (play) => {
  const { random, owner } = play
  const ids = await foldersOf(play)
  if (random.below(3) === 0)
    return owner.patch('/channel_folders', { order: ids.toSorted(() => random.below(3) - 1) })
  return owner.patch(`/channel_folders/${await oneFolder(play)}`, {
    description: `about ${random.below(9)}`,
    ...random.pick([{ is_archived: true }, { is_archived: false }, { name: `Folder ${random.below(6)}` }]),
  })
}

/** One that is there, archived or not, by whoever may do it most of the time. */
const changeChannel: Change = async (play, who) => {
  const { random, owner } = play
  const listed = await owner.get('/streams', { include_all: true, exclude_archived: false })
  const all = z.array(z.object({ stream_id: z.int(), name: z.string() })).parse(listed.body['streams'])
  if (all.length === 0) return null
  const { stream_id: id, name } = random.pick(all as [(typeof all)[0], ...typeof all])
  const by = random.below(3) === 0 ? who : owner
  const flag = (): boolean => random.below(2) === 0
  if (random.below(6) === 0) return by.delete(`/streams/${id}`)
  const changed: Record<string, unknown> = random.pick<Record<string, unknown>>([
    { new_name: name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase() },
    { description: `about ${random.below(100)}` },
    { is_private: flag() },
    { is_private: true, history_public_to_subscribers: flag() },
    { is_default_stream: flag() },
    { folder_id: await oneFolder(play) },
    { is_archived: false },
    { is_archived: false, is_private: flag(), description: 'back' },
  ])
  return by.patch(`/streams/${id}`, changed)
}

/** Permissions in one that is there. Who knows of another channel by it begins anew. */
const changePermission: Change = async (play, who) => {
  const { random, owner, anybody } = play
  const listed = await owner.get('/streams', { include_all: true })
  const all = z.array(z.object({ stream_id: z.int() })).parse(listed.body['streams'])
  if (all.length === 0) return null
  const { stream_id: id } = random.pick(all as [(typeof all)[0], ...typeof all])
  const name = random.pick([
    'can_send_message_group',
    'can_send_message_group',
    'can_remove_subscribers_group',
    'can_remove_subscribers_group',
    'can_add_subscribers_group',
    'can_administer_channel_group',
    'can_subscribe_group',
  ])
  const people = { direct_members: [owner.id, anybody().id], direct_subgroups: [random.pick([5, 6])] }
  const value = random.pick<unknown>([3, 6, 8, people, people, oneGroup(play)])
  return (random.below(3) === 0 ? who : owner).patch(`/streams/${id}`, { [name]: { new: value } })
}

const react: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  const path = `/messages/${sent[random.below(sent.length)]}/reactions`
  const emoji = { emoji_name: random.pick(['tada', 'smile']) }
  return random.below(3) === 0 ? who.delete(path, emoji) : who.post(path, emoji)
}

/** Nothing changes by it; it only passes. */
const tellOfTyping: Change = ({ random, anybody }, who) =>
  who.post('/typing', { op: random.pick(['start', 'stop']), to: [anybody().id] })

const edit: Change = async (play, who) => {
  const { random, sent } = play
  if (sent.length === 0) return null
  // Mostly one's own, which are few: the newest of all are tried first.
  const id = sent.at(-1 - random.below(Math.min(4, sent.length)))
  return who.patch(`/messages/${id}`, { content: `edited ${mention(play)}` })
}

const moveTopic: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  return who.patch(`/messages/${sent[random.below(sent.length)]}`, {
    topic: random.pick([...topics, '✔ Tea', '✔ Cake']),
    propagate_mode: random.pick(['change_one', 'change_later', 'change_all']),
  })
}

const deleteMessage: Change = async ({ random, sent }, who) => {
  if (sent.length === 0) return null
  return who.delete(`/messages/${sent[random.below(sent.length)]}`)
}

const deleteTopic: Change = async ({ random, owner }) => {
  const found = await owner.get('/get_stream_id', { stream: random.pick(channels) })
  if (found.status !== 200) return null
  const topic = random.pick(topics)
  return owner.post(`/streams/${String(found.body['stream_id'])}/delete_topic`, { topic_name: topic })
}

const markRead: Change = async ({ random, owner }, who) => {
  if (random.below(3) === 0) return who.post('/mark_all_as_read')
  const found = await owner.get('/get_stream_id', { stream: random.pick(channels) })
  const stream_id = found.body['stream_id']
  if (found.status !== 200 || random.below(2) === 0)
    return who.post('/messages/flags/narrow', {
      anchor: 'newest',
      num_before: 5,
      num_after: 0,
      narrow: random.pick([[['is', 'dm']], [['is', 'unread']], []]),
      op: random.pick(['add', 'remove']),
      flag: random.pick(['read', 'starred']),
    })
  return who.post('/mark_stream_as_read', { stream_id })
}

const draft: Change = async ({ random, anybody }, who) => {
  const text = { type: 'private', to: [anybody().id], topic: '', content: `draft ${random.below(100)}` }
  const kept = z
    .object({ drafts: z.array(z.object({ id: z.int() })) })
    .parse((await who.get('/drafts')).body).drafts
  const [first, ...others] = kept.map(({ id }) => id)
  const one = first === undefined || random.below(2) === 0 ? undefined : random.pick([first, ...others])
  if (one === undefined) return who.post('/drafts', { drafts: [text] })
  return random.below(2) === 0 ? who.patch(`/drafts/${one}`, { draft: text }) : who.delete(`/drafts/${one}`)
}

// Nothing is due while things are compared.
const farAway = 4_000_000_000

const schedule: Change = async ({ random, anybody }, who) => {
  const kept = z
    .object({ scheduled_messages: z.array(z.object({ scheduled_message_id: z.int() })) })
    .parse((await who.get('/scheduled_messages')).body).scheduled_messages
  const to = random.pick([
    { type: 'direct', to: [anybody().id] },
    { type: 'channel', to: random.below(6) + 1, topic: random.pick(topics) },
  ])
  const text = {
    ...to,
    content: `later ${random.below(100)}`,
    scheduled_delivery_timestamp: farAway + random.below(100),
  }
  const [first, ...others] = kept.map(({ scheduled_message_id: id }) => id)
  if (first === undefined || random.below(2) === 0) return who.post('/scheduled_messages', text)
  const path = `/scheduled_messages/${random.pick([first, ...others])}`
  return random.below(2) === 0 ? who.patch(path, text) : who.delete(path)
}

const remind: Change = async ({ random, sent }, who) => {
  const kept = z
    .object({ reminders: z.array(z.object({ reminder_id: z.int() })) })
    .parse((await who.get('/reminders')).body).reminders
  const [first] = kept
  if (first && random.below(3) === 0) return who.delete(`/reminders/${first.reminder_id}`)
  if (sent.length === 0) return null
  return who.post('/reminders', {
    message_id: sent[random.below(sent.length)],
    scheduled_delivery_timestamp: farAway,
    ...(random.below(2) === 0 ? { note: 'look at this' } : {}),
  })
}

const snippet: Change = ({ random }, who) =>
  who.post('/saved_snippets', { title: 'snippet', content: `text ${random.below(100)}` })

const changeAlertWords: Change = ({ random }, who) => {
  const alert_words = [random.pick(['hello', 'Between us', 'edited']), random.pick(['HELLO', 'all'])]
  return random.below(2) === 0
    ? who.delete('/users/me/alert_words', { alert_words })
    : who.post('/users/me/alert_words', { alert_words })
}

const Fields = z.object({ custom_fields: z.array(z.object({ id: z.int(), type: z.int() })) })

/** Fields of profiles: few at a time, of texts, options and people. */
const changeFields: Change = async ({ random, owner }) => {
  const fields = Fields.parse((await owner.get('/realm/profile_fields')).body).custom_fields
  const [first, ...rest] = fields
  if (!first || (fields.length < 4 && random.below(3) === 0)) {
    const option = (text: string) => ({ text, order: '1' })
    return owner.post('/realm/profile_fields', {
      name: `Field ${letters(random.below(600))}`,
      ...random.pick([
        { field_type: 1 },
        { field_type: 6 },
        { field_type: 3, field_data: { a: option('A'), b: option('B') } },
      ]),
    })
  }
  const { id, type } = random.pick([first, ...rest])
  if (random.below(6) === 0) return owner.delete(`/realm/profile_fields/${id}`)
  if (random.below(3) === 0)
    return owner.patch('/realm/profile_fields', { order: fields.map((field) => field.id).reverse() })
  return owner.patch(`/realm/profile_fields/${id}`, {
    hint: `hint ${random.below(9)}`,
    ...(type === 3 ? { field_data: { [random.pick(['a', 'b'])]: { text: 'C', order: '1' } } } : {}),
  })
}

const fillProfile: Change = async ({ random, owner, anybody }, who) => {
  const fields = Fields.parse((await owner.get('/realm/profile_fields')).body).custom_fields
  const [first, ...rest] = fields
  if (!first) return null
  const { id, type } = random.pick([first, ...rest])
  const value = type === 6 ? [anybody().id] : type === 3 ? random.pick(['a', 'b']) : `text ${random.below(9)}`
  const given = random.below(4) === 0 ? { id, value: null } : { id, value }
  return random.below(3) === 0
    ? owner.patch(`/users/${anybody().id}`, { profile_data: [given] })
    : who.patch('/users/me/profile_data', { data: [given] })
}

const changePlaygrounds: Change = async ({ random, owner }) => {
  const numbers = z.object({ realm_playgrounds: z.array(z.object({ id: z.int() })) })
  const answer = await owner.post('/register', { fetch_event_types: ['realm_playgrounds'] })
  const [first] = numbers.parse(answer.body).realm_playgrounds
  if (first && random.below(2) === 0) return owner.delete(`/realm/playgrounds/${first.id}`)
  return owner.post('/realm/playgrounds', {
    name: `Playground ${letters(random.below(600))}`,
    pygments_language: 'Rust',
    url_template: 'https://play.example/?code={code}',
  })
}

const changeViews: Change = ({ random }, who) => {
  const fragment = random.pick(['inbox', 'narrow/is/starred'])
  const path = `/navigation_views/${encodeURIComponent(fragment)}`
  const is_pinned = random.below(2) === 0
  if (random.below(3) === 0) return who.delete(path)
  return random.below(2) === 0
    ? who.patch(path, { is_pinned })
    : who.post('/navigation_views', { fragment, is_pinned })
}

/** Of a channel that one is in or not: it is refused, or ends what was set while one was. */
const oneChannel = async ({ random, owner }: Play): Promise<unknown> => {
  const found = await owner.get('/get_stream_id', { stream: random.pick(channels) })
  return found.body['stream_id']
}

const Own = z.object({ subscriptions: z.array(z.object({ stream_id: z.int() })) })
/** Mostly of a channel that one is in. */
const ownChannel: (play: Play, who: Member) => Promise<unknown> = async (play, who) => {
  const answer = await who.get('/users/me/subscriptions')
  const [first, ...rest] = answer.status === 200 ? Own.parse(answer.body).subscriptions : []
  return first && play.random.below(4) > 0 ? play.random.pick([first, ...rest]).stream_id : oneChannel(play)
}

const setSubscription: Change = async (play, who) => {
  const stream_id = await ownChannel(play, who)
  if (stream_id === undefined) return null
  const flags = ['is_muted', 'in_home_view', 'pin_to_top', 'push_notifications'] as const
  const property = play.random.pick(flags)
  return who.post('/users/me/subscriptions/properties', {
    subscription_data: [
      { stream_id, property, value: play.random.below(2) === 0 },
      { stream_id, property: 'color', value: play.random.pick(['#f00', '#00FF00']) },
    ],
  })
}

const setTopic: Change = async (play, who) => {
  const { random } = play
  const stream_id = await oneChannel(play)
  if (stream_id === undefined) return null
  const topic = random.pick(topics)
  const op = random.pick(['add', 'remove'])
  return random.below(3) === 0
    ? who.patch('/users/me/subscriptions/muted_topics', { stream_id, topic, op })
    : who.post('/user_topics', { stream_id, topic, visibility_policy: random.below(4) })
}

const mutePerson: Change = ({ random, anybody }, who) => {
  const path = `/users/me/muted_users/${anybody().id}`
  return random.below(3) === 0 ? who.delete(path) : who.post(path)
}

const setStatus: Change = async ({ random }, who) =>
  who.post('/users/me/status', {
    ...(random.below(3) === 0 ? {} : { status_text: random.pick(['', 'at lunch', 'back soon']) }),
    emoji_name: random.pick(['', 'coffee', 'tada']),
  })

const createUser: Change = async (play) => {
  if (play.names >= mostNewcomers) return null
  play.leaving.push(await play.newcomer(`Newcomer ${letters(play.names++)}`))
  return { status: 200, headers: {}, body: {} }
}

/** Of those who do not look on: queues of who gets another role begin anew. */
const oneOf = ({ random }: Play, people: readonly Member[]): Member | undefined =>
  people[random.below(Math.max(1, people.length))]

const deactivate: Change = async (play, who) => {
  const leaver = oneOf(play, play.leaving)
  if (!leaver) return null
  play.leaving.splice(play.leaving.indexOf(leaver), 1)
  play.left.push(leaver)
  return who === leaver ? leaver.delete('/users/me') : play.owner.delete(`/users/${leaver.id}`)
}

/** Without a credential they do nothing by themselves any more, but others act on them. */
const reactivate: Change = async (play) => {
  const back = oneOf(play, play.left)
  if (!back) return null
  play.left.splice(play.left.indexOf(back), 1)
  const answer = await play.owner.post(`/users/${back.id}/reactivate`)
  play.silent.push(back)
  return answer
}

const changeRole: Change = async (play) => {
  const subject = oneOf(play, [...play.leaving, ...play.silent])
  return subject
    ? play.owner.patch(`/users/${subject.id}`, { role: play.random.pick([100, 200, 300, 400, 600]) })
    : null
}

const rename: Change = async (play) =>
  play.owner.patch(`/users/${play.anybody().id}`, { full_name: `Renamed ${letters(play.random.below(600))}` })

const changeOrganisation: Change = async ({ random, owner }) =>
  owner.patch('/realm', {
    [random.pick(['name', 'description'])]: `Organisation ${random.below(1000)}`,
    [random.pick(['enable_read_receipts', 'inline_image_preview'])]: random.below(2) === 0,
    message_content_edit_limit_seconds: random.pick([600, 900, 'unlimited']),
  })

/** Permissions of the organisation, and the groups that they begin with. */
const realmPermissions = [
  ['can_create_groups', 3],
  ['can_manage_all_groups', 7],
  ['can_add_subscribers_group', 3],
  ['can_create_private_channel_group', 3],
  ['can_create_public_channel_group', 3],
  ['can_mention_many_users_group', 6],
  ['can_delete_own_message_group', 2],
  ['can_move_messages_between_topics_group', 2],
  ['direct_message_initiator_group', 2],
  ['direct_message_permission_group', 2],
] as const

/** One at a time, all others back to how they began: else ever fewer changes would be possible. */
const changeRealmPermission: Change = async (play) => {
  const { random, owner, anybody } = play
  const [name] = random.pick<(typeof realmPermissions)[number]>(realmPermissions)
  const people = { direct_members: [owner.id, anybody().id], direct_subgroups: [random.pick([5, 6])] }
  const value = random.pick<unknown>([5, people, people, oneGroup(play)])
  const first = Object.fromEntries(realmPermissions.map(([other, group]) => [other, { new: group }]))
  return owner.patch('/realm', { ...first, [name]: { new: value } })
}

const createGroup: Change = async (play, who) => {
  const answer = await who.post('/user_groups/create', {
    name: `Group ${letters(play.random.below(200))}`,
    description: '',
    members: [play.anybody().id],
    can_join_group: { direct_members: [play.anybody().id, play.anybody().id], direct_subgroups: [5] },
  })
  const made = z.object({ group_id: z.int() }).safeParse(answer.body)
  if (made.success) play.groups.push(made.data.group_id)
  return answer
}

const oneGroup = ({ random, groups }: Play): number => groups[random.below(Math.max(1, groups.length))] ?? 101

const changeMembers: Change = async (play) =>
  play.owner.post(`/user_groups/${oneGroup(play)}/members`, {
    [play.random.pick(['add', 'add', 'delete'])]: [play.anybody().id],
  })

const nestGroups: Change = async (play) =>
  play.owner.post(`/user_groups/${oneGroup(play)}/subgroups`, {
    [play.random.pick(['add', 'add', 'delete'])]: [play.random.pick([3, oneGroup(play)])],
  })

const editGroup: Change = async (play) =>
  play.owner.patch(`/user_groups/${oneGroup(play)}`, {
    description: `about ${play.random.below(9)}`,
    can_mention_group: { new: play.random.pick([2, 3, oneGroup(play)]) },
  })

const deactivateGroup: Change = async (play) => play.owner.post(`/user_groups/${oneGroup(play)}/deactivate`)

const settingsAtRandom = ({ random }: Play): Record<string, unknown> => ({
  [random.pick(['enter_sends', 'enable_sounds', 'high_contrast_mode'])]: random.below(2) === 0,
  emojiset: random.pick(['google', 'twitter', 'text']),
})

const changeOwnSettings: Change = async (play, who) => who.patch('/settings', settingsAtRandom(play))

const changeDefaults: Change = async (play) =>
  play.owner.patch('/realm/user_settings_defaults', settingsAtRandom(play))

/** Names of accounts are made into addresses, which keep letters only. */
const letters = (n: number): string => String.fromCodePoint(97 + Math.floor(n / 26), 97 + (n % 26))

/** Every kind of change that the product has, with how often it is made. A new feature adds its own here. */
const kinds: Readonly<Record<string, readonly [weight: number, change: Change]>> = {
  subscribe: [4, subscribe],
  unsubscribe: [4, unsubscribe],
  'come and go': [2, comeAndGo],
  'make a channel': [2, createChannel],
  'send to a channel': [6, sendToChannel],
  'send directly': [4, sendDirect],
  flag: [6, flag],
  react: [3, react],
  'tell of typing': [2, tellOfTyping],
  edit: [4, edit],
  'move within a channel': [3, moveTopic],
  'delete a message': [2, deleteMessage],
  'delete a topic': [1, deleteTopic],
  'change a channel': [4, changeChannel],
  'make a folder': [2, createFolder],
  'change a folder': [2, changeFolder],
  'change a permission in a channel': [2, changePermission],
  'mark many as read': [2, markRead],
  'keep a draft': [2, draft],
  'keep a snippet': [1, snippet],
  'change alert words': [2, changeAlertWords],
  'change fields of profiles': [2, changeFields],
  'fill in a profile': [2, fillProfile],
  'change playgrounds': [1, changePlaygrounds],
  'change views': [2, changeViews],
  'schedule a message': [2, schedule],
  'ask for a reminder': [2, remind],
  'set a subscription': [3, setSubscription],
  'set a topic': [3, setTopic],
  'mute a person': [2, mutePerson],
  'set a status': [2, setStatus],
  'create a user': [1, createUser],
  deactivate: [1, deactivate],
  reactivate: [1, reactivate],
  'change a role': [2, changeRole],
  rename: [1, rename],
  'change the organisation': [1, changeOrganisation],
  'change a permission of the organisation': [2, changeRealmPermission],
  'make a group': [2, createGroup],
  'change members of a group': [3, changeMembers],
  'nest groups': [2, nestGroups],
  'edit a group': [2, editGroup],
  'deactivate a group': [1, deactivateGroup],
  'change own settings': [1, changeOwnSettings],
  'change defaults of settings': [1, changeDefaults],
}

/** Changes at random by members of a cast. */
export interface Changes {
  /** Every kind there is. */
  readonly kinds: readonly string[]
  /**
   * Makes one. @returns what kind it was and whether it was possible
   * @throws Error where the product failed: refusing is no failure
   */
  next(): Promise<{ readonly kind: string; readonly done: boolean }>
}

export function changesAtRandom(cast: Cast, random: Seeded): Changes {
  const leaving: Member[] = []
  const play: Play = {
    ...cast,
    random,
    leaving,
    left: [],
    silent: [],
    sent: [],
    groups: [],
    names: 0,
    anybody: () => random.pick([...cast.staying, ...leaving]),
  }
  const [first = '', ...rest] = Object.entries(kinds).flatMap(([kind, [weight]]) =>
    Array.from({ length: weight }, () => kind),
  )
  const missing = new Set(Object.keys(kinds))
  return {
    kinds: Object.keys(kinds),
    async next() {
      // What has not been possible yet is tried more often, so that short runs know every kind too.
      const [rare, ...others] = missing
      const kind =
        rare !== undefined && random.below(3) === 0
          ? random.pick([rare, ...others])
          : random.pick([first, ...rest])
      const answer = await kinds[kind]?.[1](play, play.anybody())
      if (answer && answer.status >= 500 && answer.status !== 503)
        throw new Error(`${kind} answered ${answer.status} ${JSON.stringify(answer.body)}`)
      if (answer?.status === 200) missing.delete(kind)
      return { kind, done: answer?.status === 200 }
    },
  }
}
