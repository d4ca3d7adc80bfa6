import { createHash } from 'node:crypto'
import type { Organisation as Place, TestNetwork } from '@parley/testkit'
import { type Organisation, type Person, roles } from '../../../../packages/access/test/law/organisation.ts'
import { channelName, emailOf, ids, keyOf, known, topicOf } from './names.ts'

/** The same organisation at another time, in seconds: the law knows ages only. */
export function movedTo(now: number, o: Organisation): Organisation {
  const by = now - o.now
  const people = [...o.people].map(([id, p]): [number, Person] => [id, { ...p, joined: p.joined + by }])
  const messages = [...o.messages].map(([id, m]) => [id, { ...m, sentAt: m.sentAt + by }] as const)
  return { ...o, now, people: new Map(people), messages: new Map(messages) }
}

const groupIds = <N extends string>(given: Readonly<Record<N, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries<number>(given).map(([name, id]) => [name, ids.group(id)]))

/**
 * Writes what the law describes into the tables of an organisation, as nobody's acts: the product has had no say. Its first
 * owner, who is nobody of the law's, ends; whatever was remembered of it is out of date.
 */
export async function write({ database }: TestNetwork, place: Place, o: Organisation): Promise<void> {
  const org = place.id
  const insert = async (table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> => {
    const columns = Object.keys(rows[0] ?? {}).join(', ')
    if (rows.length > 0)
      await database.superuser(
        `INSERT INTO ${table} (org_id, ${columns})
         SELECT $1, ${columns} FROM jsonb_populate_recordset(NULL::${table}, $2) ORDER BY 2`,
        [org, JSON.stringify(rows)],
      )
  }
  const at = (seconds: number): string => new Date(seconds * 1000).toISOString()
  const made = { created_at: at(o.now) }
  const people = [...o.people.values()]
  const channels = [...o.channels.values()]

  await insert('auth.settings', [
    {
      settings: {
        waiting_period_threshold: o.realm.waitingDays,
        enable_spectator_access: o.realm.spectators,
        emails_restricted_to_domains: o.realm.emailsRestricted,
        disallow_disposable_email_addresses: o.realm.disposableRefused,
        avatar_changes_disabled: o.realm.avatarsFixed,
        allow_message_editing: o.realm.allowEditing,
        message_content_edit_limit_seconds: o.realm.editLimit,
        message_content_delete_limit_seconds: o.realm.deleteLimit,
        move_messages_within_stream_limit_seconds: o.realm.moveWithinLimit,
        move_messages_between_streams_limit_seconds: o.realm.moveBetweenLimit,
      },
      permissions: groupIds(o.realm.permissions),
    },
  ])
  await insert(
    'auth.users',
    people.map(({ id, role, active, joined, bot, createsUsers }) => ({
      user_id: ids.person(id),
      email: emailOf(id),
      delivery_email: emailOf(id),
      email_address_visibility: 1,
      full_name: `Person ${id}`,
      role,
      is_bot: bot !== null,
      bot_type: bot?.type ?? null,
      bot_owner_id: bot && ids.person(bot.owner),
      is_active: active,
      date_joined: at(joined),
      timezone: '',
      avatar_version: 1,
      can_create_users: createsUsers,
      generation: 1,
      vantage: 1,
    })),
  )
  await insert(
    'auth.api_keys',
    people.map(({ id }) => {
      const digest = createHash('sha256').update(keyOf(id)).digest('hex')
      return { key_id: ids.person(id), user_id: ids.person(id), sha256: `\\x${digest}`, ...made }
    }),
  )
  await insert(
    'auth.domains',
    o.realm.domains.map(({ domain, subdomains }, i) => ({
      domain: known(domain),
      domain_id: i + 1,
      allow_subdomains: subdomains,
    })),
  )
  await insert(
    'auth.invitations',
    people.flatMap(({ id }) =>
      Object.values(roles).map((role) => ({
        invitation_id: ids.invitation(id, role),
        kind: 'mail',
        inviter_id: ids.person(id),
        email: `of${id}as${role}@invited.example`,
        role,
        channels: [],
        groups: [],
        with_defaults: false,
        notify: false,
        invited_at: at(o.now - 2 * 86_400),
        mailed: [],
      })),
    ),
  )
  const groups = [...o.groups.values()]
  await insert(
    'auth.user_groups',
    groups.map(({ id, deactivated, permissions }) => ({
      group_id: ids.group(id),
      name: `group ${id}`,
      description: '',
      deactivated,
      ...made,
      ...groupIds(permissions),
    })),
  )
  const within = (id: number): { group_id: number } => ({ group_id: ids.group(id) })
  await insert(
    'auth.user_group_members',
    groups.flatMap(({ id, members }) => members.map((m) => ({ ...within(id), user_id: ids.person(m) }))),
  )
  await insert(
    'auth.user_group_subgroups',
    groups.flatMap(({ id, subgroups }) =>
      subgroups.map((sub) => ({ ...within(id), subgroup_id: ids.group(sub) })),
    ),
  )

  await insert(
    'messaging.recipients',
    channels.map(({ id }) => ({ recipient_id: ids.channel(id), channel_id: ids.channel(id) })),
  )
  const ofChannel = await database.superuser(
    `SELECT column_name AS name, column_default AS by_default FROM information_schema.columns
      WHERE table_schema = 'streams' AND table_name = 'channels' AND column_default ~ '^[0-9]+$'`,
  )
  const byDefault = Object.fromEntries(
    ofChannel.map((row): [string, number] => [String(row['name']), Number(row['by_default'])]),
  )
  await insert(
    'streams.channels',
    channels.map(({ id, ...channel }) => ({
      channel_id: ids.channel(id),
      recipient_id: ids.channel(id),
      name: channelName(id),
      name_key: channelName(id),
      description: '',
      rendered_description: '',
      invite_only: channel.private,
      history_public_to_subscribers: channel.sharedHistory,
      is_web_public: channel.webPublic,
      archived: channel.archived,
      is_default: false,
      ...made,
      ...byDefault,
      ...groupIds(channel.permissions),
    })),
  )
  await insert(
    'streams.subscriptions',
    channels.flatMap(({ id, subscribers }) =>
      [...subscribers].map((person) => ({
        channel_id: ids.channel(id),
        user_id: ids.person(person),
        active: true,
        color: '#76ce90',
        is_muted: false,
        pin_to_top: false,
        changed_at: at(o.now),
      })),
    ),
  )

  const conversations = new Map<string, number>()
  const conversation = (rows: ReadonlySet<number>): number => {
    const key = [...rows].sort((a, b) => a - b).join()
    const known = conversations.get(key) ?? 5000 + conversations.size
    conversations.set(key, known)
    return known
  }
  const messages = [...o.messages.values()].map((m) => ({
    ...m,
    recipient: m.channel === null ? conversation(m.rows) : ids.channel(m.channel),
  }))
  await insert(
    'messaging.recipients',
    [...conversations].map(([key, recipient]) => ({
      recipient_id: recipient,
      user_ids: key.split(',').map((id) => ids.person(Number(id))),
    })),
  )
  await insert(
    'messaging.messages',
    messages.map(({ id, recipient, sender, sentAt, channel }) => ({
      message_id: ids.message(id),
      recipient_id: recipient,
      sender_id: ids.person(sender),
      // One each, so that moving one moves no other.
      topic: channel === null ? '' : topicOf(id),
      content: 'x',
      rendered: '<p>x</p>',
      client: 'website',
      sent_at: at(sentAt),
      sender_read: true,
      channel_wildcard: false,
      topic_wildcard: [],
    })),
  )
  const received = new Map<string, string[]>()
  const came = (person: number, recipient: number, range: string): void => {
    const key = `${ids.person(person)} ${recipient}`
    received.set(key, [...(received.get(key) ?? []), range])
  }
  for (const { id, recipient, rows } of messages)
    for (const person of rows) came(person, recipient, `[${ids.message(id)},${ids.message(id + 1)})`)
  // Who is in a channel gets what comes.
  for (const { id, subscribers } of channels)
    for (const person of subscribers) came(person, ids.channel(id), '[8000,)')
  await insert(
    'messaging.received',
    [...received].map(([key, ranges]) => {
      const [user_id = '', recipient_id = ''] = key.split(' ')
      return { user_id: Number(user_id), recipient_id: Number(recipient_id), ranges: `{${ranges.join()}}` }
    }),
  )
  for (const sequence of [
    'auth.user_ids',
    'auth.key_ids',
    'auth.group_ids',
    'streams.channel_ids',
    'messaging.recipient_ids',
    'messaging.message_ids',
  ])
    await database.superuser(`SELECT setval('${sequence}', 9000)`)
  await database.superuser(
    'UPDATE auth.users SET role = 400, is_active = false, generation = 2 WHERE org_id = $1 AND user_id = $2',
    [org, place.owner.id],
  )
  await database.superuser('UPDATE events.head SET rights = seq WHERE org_id = $1', [org])
}
