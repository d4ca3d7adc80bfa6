import { type Actor, listRules, systemGroups } from '@parley/access'
import { type Database, predicateSql, sightSql, type Tx } from '@parley/db'
import { type Linkifiers, mentionsIn, type RenderContext, renderContext } from '@parley/markdown'
import { z } from 'zod'
import { channelAtomsSql } from './channel-sql.ts'
import type { FindEmojiImages } from './emoji-images.ts'
import { readEmojiImages } from './own-emoji.ts'

const User = z.object({ id: z.int(), fullName: z.string() })
const Named = z.object({ id: z.int(), name: z.string() })

/** The organisation that it is said in. */
interface Where {
  /** Without a slash at the end. */
  readonly url: string
  readonly linkifiers: Linkifiers
}

/** Where it is looked up. */
export interface Reading {
  readonly database: Pick<Database, 'read'>
  readonly emojiImages: FindEmojiImages
}

/** For who has a transaction open: no second connection is needed. */
export const readingIn = (tx: Tx): Reading => ({
  database: { read: (_, fn) => fn(tx) },
  emojiImages: (_, names) => readEmojiImages({ once: tx.query.bind(tx) }, tx.org, names),
})

/**
 * What a source refers to, as far as its author may refer to it: people they see, channels they know of, and groups in
 * use and the organisation's own emoji, which everybody may name.
 */
export async function loadRenderContext(
  actor: Actor,
  source: string,
  { url: organisationUrl, linkifiers }: Where,
  { database, emojiImages }: Reading,
): Promise<RenderContext> {
  const { userIds, userNames, channelNames, groupNames, emojiNames, topics } = mentionsIn(source)
  const customEmoji = await emojiImages(actor.orgId, emojiNames)
  if ([userIds, userNames, channelNames, groupNames].every((names) => names.length === 0))
    return renderContext({ organisationUrl, linkifiers, customEmoji })
  return database.read(actor.orgId, async (tx) => {
    const [users, channels, groups] = await Promise.all([
      readUsers(tx, actor, userIds, userNames),
      readChannels(tx, actor, channelNames),
      readGroups(tx, groupNames),
    ])
    const latestMessage = await readLatest(tx, actor, channels, topics)
    return renderContext({
      organisationUrl,
      linkifiers,
      users,
      channels,
      groups,
      customEmoji,
      ...(latestMessage && { latestMessage }),
    })
  })
}

async function readUsers(tx: Tx, actor: Actor, ids: readonly number[], names: readonly string[]) {
  if (ids.length + names.length === 0) return []
  return tx.query(
    User,
    `SELECT p.user_id AS id, p.full_name AS "fullName" FROM auth.v1_people p
       WHERE p.org_id = $1 AND p.user_id = ANY ($2) AND ${sightSql(actor, 'p', '$4')}
     UNION
     SELECT p.user_id, p.full_name FROM auth.v1_people p
       WHERE p.org_id = $1 AND p.name_key = ANY ($3) AND p.is_active AND ${sightSql(actor, 'p', '$4')}`,
    [tx.org, ids.filter((id) => id <= 2_147_483_647), names, actor.userId],
  )
}

async function readChannels(tx: Tx, actor: Actor, names: readonly string[]) {
  if (names.length === 0) return []
  return tx.query(
    Named,
    `SELECT c.channel_id AS id, c.name FROM streams.v1_channels c
      WHERE c.org_id = $1 AND c.name_key = ANY ($3)
        AND ${predicateSql(listRules['channel:know'], channelAtomsSql(actor, 'c', '$2', '$4'))}`,
    [tx.org, actor.userId, names, [...actor.groups]],
  )
}

/** How far back one looks for a message that came to the author, where they do not read all of the channel. */
const looksBack = 100

/** Topics of one text that are looked up; further ones are linked by their name. */
const mostTopics = 50

/** The newest message of each topic linked to that the author may read; null where no topic is linked to. */
async function readLatest(
  tx: Tx,
  actor: Actor,
  channels: readonly z.output<typeof Named>[],
  topics: readonly { readonly channel: string; readonly topic: string }[],
): Promise<RenderContext['latestMessage'] | null> {
  const ids = new Map(channels.map(({ id, name }) => [name.toLowerCase(), id]))
  const linked = new Map<string, readonly [channel: number, topic: string]>()
  for (const { channel, topic } of topics) {
    const id = ids.get(channel)
    if (id === undefined || linked.has(keyOf(id, topic))) continue
    linked.set(keyOf(id, topic), [id, topic])
    if (linked.size === mostTopics) break
  }
  if (linked.size === 0) return null
  const may = (received: string): string =>
    predicateSql(listRules['message:read'], {
      ...channelAtomsSql(actor, 'ch', '$2', '$3'),
      direct: 'false',
      received,
    })
  const newest = (where: string, most: number): string =>
    `SELECT m.recipient_id, m.message_id FROM messaging.messages m
      WHERE m.org_id = $1 AND m.recipient_id = rc.recipient_id AND m.topic_key = lower(t.topic) AND ${where}
      ORDER BY m.message_id DESC LIMIT ${most}`
  const cameToThem = `EXISTS (SELECT FROM messaging.received r WHERE r.org_id = $1 AND r.user_id = $2
      AND r.recipient_id = m.recipient_id AND r.ranges @> m.message_id)`
  const wanted = [...linked.values()]
  const rows = await tx.query(
    z.object({ channel: z.int(), topic: z.string(), latest: z.int() }),
    `SELECT t.channel, t.topic, latest.message_id AS latest
      FROM unnest($4::integer[], $5::text[]) AS t (channel, topic)
      JOIN messaging.recipients rc ON rc.org_id = $1 AND rc.channel_id = t.channel
      JOIN streams.v1_channels ch ON ch.org_id = $1 AND ch.channel_id = t.channel
      CROSS JOIN LATERAL (
        SELECT max(m.message_id) AS message_id FROM (
          (${newest(may('false'), 1)}) UNION ALL (${newest(`NOT (${may('false')})`, looksBack)})
        ) AS m WHERE ${may(cameToThem)}
      ) AS latest
      WHERE latest.message_id IS NOT NULL`,
    [tx.org, actor.userId, [...actor.groups], wanted.map(([id]) => id), wanted.map(([, topic]) => topic)],
  )
  const found = new Map(rows.map(({ channel, topic, latest }) => [keyOf(channel, topic), latest]))
  return (channel, topic) => found.get(keyOf(channel, topic))
}

/** However it is spelled it is one topic. */
const keyOf = (channel: number, topic: string): string => `${channel} ${topic.toLowerCase()}`

async function readGroups(tx: Tx, names: readonly string[]) {
  if (names.length === 0) return []
  const made = await tx.query(
    Named,
    'SELECT group_id AS id, name FROM auth.v1_named_groups WHERE org_id = $1 AND name_key = ANY ($2)',
    [tx.org, names],
  )
  return [...systemGroups.filter(({ name }) => names.includes(name)), ...made]
}
