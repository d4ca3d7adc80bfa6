import type { Actor, ChannelFacts } from '@parley/access'
import { channelNameKey } from '@parley/api'
import { channelId, orgId, recipientId } from '@parley/core'
import { ChannelGroupIds, channelGroupColumns, channelGroupsOf, prepared, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z
  .object({
    org_id: z.int(),
    channel_id: z.int(),
    recipient_id: z.int(),
    name_key: z.string(),
    invite_only: z.boolean(),
    history_public_to_subscribers: z.boolean(),
    is_web_public: z.boolean(),
    archived: z.boolean(),
    subscribed: z.boolean(),
  })
  .extend(ChannelGroupIds.shape)
type Row = z.infer<typeof Row>

const standing = `c.org_id, c.channel_id, c.recipient_id, c.name_key, c.invite_only,
    c.history_public_to_subscribers, c.is_web_public, c.archived, ${channelGroupColumns('c')}`

const select = `SELECT ${standing}, coalesce(s.active, false) AS subscribed
  FROM streams.channels c
  LEFT JOIN streams.subscriptions s
    ON s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = $2`

const byId = prepared(`${select} WHERE c.org_id = $1 AND c.channel_id = $3::bigint`)
const byName = prepared(`${select} WHERE c.org_id = $1 AND c.name_key = ANY ($3::text[])`)

const facts = (row: Row): ChannelFacts => ({
  orgId: orgId(row.org_id),
  channelId: channelId(row.channel_id),
  recipientId: recipientId(row.recipient_id),
  inviteOnly: row.invite_only,
  historyPublicToSubscribers: row.history_public_to_subscribers,
  isWebPublic: row.is_web_public,
  archived: row.archived,
  subscribed: row.subscribed,
  groups: channelGroupsOf(row),
})

/** What decides about the channel of that id for the actor; null where there is none. */
export async function channelFactsById(tx: Tx, actor: Actor, id: number): Promise<ChannelFacts | null> {
  const [row] = await tx.query(Row, byId, [tx.org, actor.userId, id])
  return row ? facts(row) : null
}

/** The same for channels by name, in a map by `channelNameKey`; names without a channel are not in it. */
export async function channelFactsByName(
  tx: Tx,
  actor: Actor,
  names: readonly string[],
): Promise<ReadonlyMap<string, ChannelFacts>> {
  const rows = await tx.query(Row, byName, [tx.org, actor.userId, names.map(channelNameKey)])
  return new Map(rows.map((row) => [row.name_key, facts(row)]))
}

const Named = Row.extend({ nth: z.int() })
const byNames =
  prepared(`SELECT asked.nth::integer - 1 AS nth, ${standing}, coalesce(s.active, false) AS subscribed
  FROM unnest($2::integer[], $3::text[]) WITH ORDINALITY AS asked (person, key, nth)
  JOIN streams.channels c ON c.org_id = $1 AND c.name_key = asked.key
  LEFT JOIN streams.subscriptions s
    ON s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = asked.person`)

/** The same for what several people name, in their order. */
export async function channelFactsOfAll(
  tx: Tx,
  asked: readonly { readonly user: number; readonly names: readonly string[] }[],
): Promise<ReadonlyMap<string, ChannelFacts>[]> {
  const pairs = asked.flatMap(({ user, names }, i) =>
    names.map((name) => ({ i, user, key: channelNameKey(name) })),
  )
  const found = asked.map(() => new Map<string, ChannelFacts>())
  const rows = await tx.query(Named, byNames, [
    tx.org,
    pairs.map(({ user }) => user),
    pairs.map(({ key }) => key),
  ])
  for (const row of rows) {
    const pair = pairs[row.nth]
    if (pair) found[pair.i]?.set(row.name_key, facts(row))
  }
  return found
}
