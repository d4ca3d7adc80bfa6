import { everybodys, onDecided } from '@parley/access'
import { type Operation, operations } from '@parley/api'
import { type Account, type Answer, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  noteOnSpan,
  recordSpans,
  type RecordedSpan,
  type RecordedSpans,
} from '../../../packages/kit/test/spans.ts'

// The gateway's own operations answer without a call, by the same runner.
const asked = operations.filter((o) => o.access !== 'public' && o.service !== 'gateway')

let spans: RecordedSpans
let deaf: () => void
let net: TestNetwork
let org: Organisation
let ada: Account
let ids: Readonly<Record<string, number>>
beforeAll(async () => {
  spans = recordSpans()
  deaf = onDecided((decided) => {
    noteOnSpan('decided', { 'parley.action': z.object({ action: z.string() }).parse(decided).action })
  })
  net = await testNetwork()
  org = await net.organisation()
  ada = await org.person('Ada')
  const int = (answer: Record<string, unknown>, name: string) => z.int().parse(answer[name])
  const both = [ada.id, org.owner.id]
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'room' }],
    principals: both,
  })
  await ada.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'other' }] })
  const members = { name: 'readers', description: '', members: both }
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'secret' }],
    invite_only: true,
  })
  const moderated = await org.owner.ok('GET', '/get_stream_id', { stream: 'secret' })
  await org.owner.ok('PATCH', '/realm', {
    enable_read_receipts: true,
    moderation_request_channel_id: int(moderated, 'stream_id'),
  })
  const place = { type: 'channel', to: 'room', topic: 'tea' }
  ids = {
    stream_id: int(await org.owner.ok('GET', '/get_stream_id', { stream: 'room' }), 'stream_id'),
    message_id: int(await org.owner.ok('POST', '/messages', { ...place, content: 'x' }), 'id'),
    poll: int(await org.owner.ok('POST', '/messages', { ...place, content: '/poll Tea?\ngreen' }), 'id'),
    other: (await org.person('Other')).id,
    bot_id: int(await ada.ok('POST', '/bots', { full_name: 'Bot', short_name: 'bot' }), 'user_id'),
    user_group_id: int(await org.owner.ok('POST', '/user_groups/create', members), 'group_id'),
  }
})
afterAll(async () => {
  await net[Symbol.asyncDispose]()
  deaf()
  await spans.stop()
})

/** Values that an operation takes, where its parameters' names do not say them. */
const own: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'add-code-playground': { url_template: 'https://x.org/{code}' },
  'add-navigation-view': { name: undefined },
  'change-default-channel-group-channels': { op: 'remove' },
  'edit-navigation-view': { name: undefined },
  'get-messages': { message_ids: undefined },
  'mute-topic': { stream: undefined },
  'remove-profile-data': { data: [1] },
  unsubscribe: { subscriptions: ['room'] },
  'update-subscriptions': { add: [{ name: 'room' }] },
  'update-user-group': { name: 'newer' },
}

/** Ids of what was made here, where it is not the first of its kind. */
const made: Readonly<Record<string, number>> = {
  'delete-reminder': 3,
  'resend-email-invite': 2,
  'revoke-email-invite': 2,
}

const pathOf = ({ id, path }: Operation): string =>
  path
    .replace('/api/v1', '')
    .replace('{domain}', 'x.example')
    .replace('{fragment}', 'inbox')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      String(made[id] ?? ids[name] ?? (name.includes('user') ? ada.id : 1)),
    )

/** Values that most operations take, by the parameter's name. */
function fieldsOf({ params, path, id }: Operation): Record<string, unknown> {
  const draft = { type: 'stream', to: [ids['stream_id']], topic: 'x', content: 'x' }
  const values: Record<string, unknown> = {
    stream: 'room',
    stream_id: ids['stream_id'],
    type: 'channel',
    to: [ids['stream_id']],
    topic: 'tea',
    topic_name: 'tea',
    content: id === 'add-submessage' ? '{"type":"vote","key":"canned,0","vote":1}' : 'x',
    draft,
    drafts: [draft],
    title: 'x',
    alert_words: ['x'],
    message_id: id === 'add-submessage' ? ids['poll'] : ids['message_id'],
    messages: [ids['message_id']],
    message_ids: [ids['message_id']],
    msg_ids: [ids['message_id']],
    msg_type: 'widget',
    emoji_name: 'tada',
    op: path.endsWith('/typing') ? 'start' : 'add',
    flag: 'read',
    visibility_policy: 1,
    subscription_data: [{ stream_id: ids['stream_id'], property: 'pin_to_top', value: true }],
    property: 'pin_to_top',
    value: true,
    narrow: [],
    anchor: 'newest',
    num_before: 1,
    num_after: 1,
    subscriptions: [{ name: 'room' }],
    scheduled_delivery_timestamp: 4_000_000_000,
    status: 'active',
    status_text: 'x',
    report_type: 'spam',
    field_type: 1,
    name: 'new',
    short_name: 'new',
    full_name: 'New',
    email: 'new@x.example',
    password: 'correct horse battery staple',
    description: 'new',
    new_description: 'newer',
    group_name: 'new',
    stream_names: ['other'],
    members: [ada.id],
    subscribers: [ada.id],
    fragment: 'inbox',
    is_pinned: true,
    add: [ids['other']],
    pattern: '#(?P<id>[0-9]+)',
    url_template: 'https://x.org/{id}',
    pygments_language: 'x',
    ordered_linkifier_ids: [1],
    order: [1],
    invitee_emails: 'invited@x.example',
    stream_ids: [],
    domain: 'x.example',
    allow_subdomains: true,
    data: [{ id: 1, value: 'x' }],
    night: true,
    welcome_message_custom_text: 'x',
    ...own[id],
  }
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => Object.hasOwn(params, name) && value !== undefined),
  )
}

const methods = { GET: 'get', POST: 'post', PATCH: 'patch', PUT: 'put', DELETE: 'delete' } as const
const call = (who: Account, operation: Operation): Promise<Answer> =>
  who[methods[operation.method]](pathOf(operation), fieldsOf(operation))

const Decision = z.object({ name: z.string(), attributes: z.record(z.string(), z.unknown()).default({}) })
/** What answers nothing here: it takes a file, a bot, or what is not there. */
const unanswered: readonly string[] = [
  'deactivate-custom-emoji',
  'end-session',
  'get-bot-storage',
  'remove-bot-storage',
  'update-bot-storage',
  'upload-avatar',
  'upload-custom-emoji',
  'upload-realm-icon',
  'upload-realm-logo',
]

/** What everybody may ask for, and nothing else is decided for: lists, whose rows a predicate decides, and what is one's own. */
const decidedByLists: readonly string[] = [
  'add-alert-words',
  'add-navigation-view',
  'check-messages-match-narrow',
  'create-drafts',
  'create-saved-snippet',
  'delete-draft',
  'delete-reminder',
  'delete-saved-snippet',
  'delete-scheduled-message',
  'edit-draft',
  'edit-navigation-view',
  'edit-saved-snippet',
  'get-alert-words',
  'get-avatar',
  'get-avatar-medium',
  'get-channel-folders',
  'get-custom-emoji',
  'get-custom-profile-fields',
  'get-drafts',
  'get-linkifiers',
  'get-messages',
  'get-navigation-views',
  'get-own-user',
  'get-presence',
  'get-realm-domains',
  'get-reminders',
  'get-saved-snippets',
  'get-scheduled-messages',
  'get-user-channels',
  'get-user-presence',
  'get-user-status',
  'get-users',
  'list-channels',
  'list-subscriptions',
  'mark-all-as-read',
  'mute-user',
  'remove-alert-words',
  'remove-navigation-view',
  'render-message',
  'unmute-user',
  'update-message-flags',
  'update-message-flags-for-narrow',
  'update-subscription-setting',
  'update-subscription-settings',
]

/** The rules that were asked for a call. */
const decisionsOf = ({ events }: RecordedSpan, kind: 'decision' | 'decided'): unknown[] =>
  events
    .map((event) => Decision.parse(event))
    .filter(({ name }) => name === kind)
    .map(({ attributes }) => attributes['parley.action'])

/** When an operation is asked: what others need first, and what takes it away later. */
const turns: readonly RegExp[] = [
  /^(add|create|send|upload|subscribe|mute|update-presence)/,
  /^(?!.*(remove|delete|deactivate|archive|unsubscribe|revoke|regenerate|end-session))/,
  /^(?!delete-(message|topic)|remove-custom|archive|deactivate)/,
  /^(?!archive|deactivate-(user|realm)$)/,
  /^(?!deactivate-(user|realm)$)/,
  /^(?!deactivate-realm$)/,
]
const turnOf = ({ id }: Operation): number => {
  const turn = turns.findIndex((ids) => ids.test(id))
  return turn === -1 ? turns.length : turn
}
const inTurn = asked.toSorted((a, b) => turnOf(a) - turnOf(b))
/** After these one cannot ask any more. */
const last = new Set(['regenerate-api-key', 'deactivate-own-user'])

test('AC-01 whatever is answered was decided once, by the rule of its operation', async () => {
  const answered = new Set<string>()
  const undecided: unknown[] = []
  const further = new Set<string>()
  for (const operation of inTurn) {
    // What the bot is still to say is said in no organisation that has ended.
    if (operation.id === 'deactivate-realm') await net.settle()
    for (const who of last.has(operation.id) ? [await org.person(operation.id)] : [ada, org.owner]) {
      spans.clear()
      const { status } = await call(who, operation)
      expect([operation.id, status >= 500]).toEqual([operation.id, false])
      if (status >= 400) continue
      answered.add(operation.id)
      const served = spans
        .all()
        .filter(({ name, attributes }) => name === operation.id && attributes['parley.caller'] === 'gateway')
      // Where rights moved meanwhile it was decided again.
      const decided = served.map((span) => decisionsOf(span, 'decision'))
      const fits =
        decided.length > 0 && decided.every((by) => new Set(by).size === 1 && by[0] === operation.access)
      for (const span of served)
        for (const action of decisionsOf(span, 'decided'))
          if (action !== operation.access) further.add(operation.id)
      if (!fits) undecided.push([operation.id, decided])
    }
  }
  expect(undecided).toEqual([])
  expect(
    asked
      .map(({ id }) => id)
      .filter((id) => !answered.has(id))
      .toSorted(),
  ).toEqual([...unanswered].toSorted())
  const alone = asked.filter(
    ({ id, access }) =>
      (everybodys as readonly string[]).includes(access) && answered.has(id) && !further.has(id),
  )
  expect(alone.map(({ id }) => id).toSorted()).toEqual([...decidedByLists].toSorted())
}, 120_000)

test('AC-01 what asks no rule of a service is written down', () => {
  const ids = (of: readonly Operation[]): string[] => of.map(({ id }) => id).toSorted()
  expect(ids(operations.filter(({ access }) => access === 'public'))).toEqual([
    'ask-to-join',
    'confirm-email',
    'create-session',
    'fetch-api-key',
    'get-openapi',
    'get-realm-icon',
    'get-realm-logo',
    'get-server-settings',
    'join',
  ])
  expect(
    ids(operations.filter(({ access, service }) => access !== 'public' && service === 'gateway')),
  ).toEqual(['delete-queue', 'events-ws', 'get-events', 'register-queue'])
})
