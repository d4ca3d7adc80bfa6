import type { Granted, Shown } from '@parley/access'
import { Reaction, type Submessage, widgetIn } from '@parley/api'
import { prepared, readSight, type Sight, type Tx } from '@parley/db'
import { z } from 'zod'
import type { Readable } from './fetch.ts'
import type { Displayed } from './shown.ts'
import { type EditRow, readEditsOf } from './history.ts'
import { readAtBirth } from './read-at-birth.ts'
import { readSubmessages } from './submessages.ts'

/** A message with what its reader made of it. */
export const MessageRow = z.object({
  id: z.int(),
  recipientId: z.int(),
  senderId: z.int(),
  topic: z.string(),
  content: z.string(),
  rendered: z.string(),
  client: z.string(),
  /** Seconds since the Unix epoch. */
  timestamp: z.int(),
  editedAt: z.int().nullable(),
  movedAt: z.int().nullable(),
  senderEmail: z.string(),
  senderName: z.string(),
  senderAvatar: z.string(),
  realm: z.string(),
  channelId: z.int().nullable(),
  channelName: z.string().nullable(),
  userIds: z.array(z.int()).nullable(),
  channelWildcard: z.boolean(),
  topicWildcard: z.boolean(),
  starred: z.boolean(),
  mentioned: z.boolean(),
  alerted: z.boolean(),
  collapsed: z.boolean(),
  historical: z.boolean(),
  read: z.boolean(),
})
export type MessageRow = z.output<typeof MessageRow>

/** People of direct conversations as message objects name them. */
export const PersonRow = z.object({ id: z.int(), email: z.string(), name: z.string() })
export type PersonRow = z.output<typeof PersonRow>

const nobody: Sight = new Set()
/** What a message was before is for who has an account. */
const noEdits: Messages['edits'] = new Map()

const ReactionRow = z.object({ messageId: z.int(), reaction: Reaction })

/** Messages in ascending order, their reactions and what was added to polls as they came, their changes newest first, and the people of their direct conversations. */
export interface Messages {
  readonly rows: readonly MessageRow[]
  readonly reactions: ReadonlyMap<number, readonly Reaction[]>
  readonly submessages: ReadonlyMap<number, readonly Submessage[]>
  readonly edits: ReadonlyMap<number, readonly EditRow[]>
  readonly people: ReadonlyMap<number, PersonRow>
  /** Whom their reader sees. */
  readonly sight: Sight
}

/** The one message that the proof is about. */
export const readMessage = (tx: Tx, granted: Granted<'message:read'>): Promise<Messages> =>
  read(tx, granted, [granted.object.messageId])

/** The messages that a search let through. */
export const readMessages = (tx: Tx, granted: Granted<'message:list'>, ids: Readable): Promise<Messages> =>
  read(tx, granted, ids)

/** The one message that spectators are shown by this proof. */
export const readShownMessage = (tx: Tx, shown: Shown<'spectator:message'>): Promise<Messages> =>
  read(tx, shown, [shown.object.messageId])

/** Those that a search for spectators let through. */
export const readShownMessages = (
  tx: Tx,
  shown: Shown<'spectator:look'>,
  ids: Displayed,
): Promise<Messages> => read(tx, shown, ids)

async function read(
  tx: Tx,
  granted:
    | Granted<'message:read'>
    | Granted<'message:list'>
    | Shown<'spectator:message'>
    | Shown<'spectator:look'>,
  ids: readonly number[],
): Promise<Messages> {
  if (ids.length === 0)
    return {
      rows: [],
      reactions: new Map(),
      submessages: new Map(),
      edits: new Map(),
      people: new Map(),
      sight: nobody,
    }
  const rows = await tx.query(
    MessageRow,
    prepared(`SELECT m.message_id AS id, m.recipient_id AS "recipientId", m.sender_id AS "senderId", m.topic, m.content,
        m.rendered, m.client, extract(epoch FROM m.sent_at)::bigint AS timestamp,
        extract(epoch FROM m.edited_at)::bigint AS "editedAt", extract(epoch FROM m.moved_at)::bigint AS "movedAt",
        p.email AS "senderEmail", p.full_name AS "senderName", p.avatar_url AS "senderAvatar",
        (SELECT o.subdomain FROM auth.v1_organisation o WHERE o.org_id = $1) AS realm,
        rc.channel_id AS "channelId", ch.name AS "channelName", rc.user_ids AS "userIds",
        m.channel_wildcard AS "channelWildcard", $2 = ANY (m.topic_wildcard) AS "topicWildcard",
        coalesce(f.starred, false) AS starred, coalesce(f.mentioned, false) AS mentioned,
        coalesce(f.collapsed, false) AS collapsed, coalesce(f.alerted, false) AS alerted,
        NOT m.came OR coalesce(f.historical, false) AS historical,
        -- What did not come to the reader has nothing to be read.
        NOT m.came OR ${readAtBirth('$2')} OR m.saw AS read
      -- Looked up, not joined: for nine tables Postgres weighs orders longer than it then reads.
      FROM (
        SELECT m.*, coalesce((SELECT r.ranges @> m.message_id FROM messaging.received r
            WHERE r.org_id = $1 AND r.user_id = $2 AND r.recipient_id = m.recipient_id), false) AS came,
          coalesce((SELECT s.ranges @> m.message_id FROM messaging.read_state s
            WHERE s.org_id = $1 AND s.user_id = $2 AND s.recipient_id = m.recipient_id), false) AS saw
        FROM messaging.messages m
        WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[]) OFFSET 0) AS m
      JOIN messaging.recipients rc ON rc.org_id = $1 AND rc.recipient_id = m.recipient_id
      JOIN auth.v1_people p ON p.org_id = $1 AND p.user_id = m.sender_id
      LEFT JOIN streams.v1_channels ch ON ch.org_id = $1 AND ch.channel_id = rc.channel_id
      LEFT JOIN messaging.user_flags f ON f.org_id = $1 AND f.user_id = $2 AND f.message_id = m.message_id
      ORDER BY m.message_id`),
    [tx.org, 'actor' in granted ? granted.actor.userId : 0, ids],
  )
  const changed = rows.filter(({ editedAt, movedAt }) => editedAt !== null || movedAt !== null)
  const widgets = rows.filter(({ content }) => widgetIn(content) !== null)
  const [reactions, submessages, edits, people, sight] = await Promise.all([
    readReactions(tx, ids),
    readSubmessages(
      tx,
      granted,
      widgets.map(({ id }) => id),
    ),
    'actor' in granted
      ? readEditsOf(
          tx,
          granted,
          changed.map(({ id }) => id),
        )
      : noEdits,
    readPeople(tx, rows),
    'actor' in granted ? readSight(tx, granted.actor) : granted.spectator.seesWriters ? null : nobody,
  ])
  return { rows, reactions, submessages, edits, people, sight }
}

async function readReactions(tx: Tx, ids: readonly number[]): Promise<Messages['reactions']> {
  const rows = await tx.query(
    ReactionRow,
    prepared(`SELECT message_id AS "messageId", jsonb_build_object('emoji_name', emoji_name, 'emoji_code', emoji_code,
        'reaction_type', reaction_type, 'user_id', user_id) AS reaction
      FROM messaging.reactions WHERE org_id = $1 AND message_id = ANY ($2::bigint[]) ORDER BY place`),
    [tx.org, ids],
  )
  const byMessage = Map.groupBy(rows, ({ messageId }) => messageId)
  return new Map([...byMessage].map(([id, all]) => [id, all.map(({ reaction }) => reaction)]))
}

async function readPeople(tx: Tx, rows: readonly MessageRow[]): Promise<Messages['people']> {
  const inDirect = [...new Set(rows.flatMap(({ userIds }) => userIds ?? []))]
  if (inDirect.length === 0) return new Map()
  const people = await tx.query(
    PersonRow,
    prepared(`SELECT user_id AS id, email, full_name AS name FROM auth.v1_people
      WHERE org_id = $1 AND user_id = ANY ($2)`),
    [tx.org, inDirect],
  )
  return new Map(people.map((person) => [person.id, person]))
}
