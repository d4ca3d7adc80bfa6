import type { ChannelFacts, Granted } from '@parley/access'
import { userId } from '@parley/core'
import { only, type Tx } from '@parley/db'
import type { MessageAudience } from '@parley/events'
import { z } from 'zod'
import { idsInRanges, rangesOfIds } from '../rules/id-ranges.ts'
import type { Told } from '../rules/told.ts'

/** The channel that the proof is about, and for a direct message which one it is. */
export function placeOf({ object }: Parameters<typeof readAudiences>[1]): {
  readonly channel: ChannelFacts | null
  readonly message: number
} {
  if ('inviteOnly' in object) return { channel: object, message: 0 }
  const { channel, messageId } = 'message' in object ? object.message : object
  return { channel, message: messageId }
}

/**
 * Who is told of a change of the message that the proof is about (permissions §2): the people of a direct conversation;
 * of a channel its subscribers, beside them of a public one members whom it came to and who left; where history is kept
 * from who was not there, only those whom it came to. Asked behind the head, so that nobody comes or goes meanwhile.
 */
export async function readAudience(
  tx: Tx,
  granted: Granted<'message:react'> | Granted<'message:answer'>,
): Promise<MessageAudience> {
  const { object } = granted
  const { messageId } = 'message' in object ? object.message : object
  return only(await readAudiences(tx, granted, [messageId])).audience
}

/** The same for several messages of that one's channel. @param ids ascending */
export async function readAudiences(
  tx: Tx,
  granted:
    | Granted<'message:react'>
    | Granted<'message:answer'>
    | Granted<'message:change'>
    | Granted<'message:edit'>
    | Granted<'message:delete'>
    | Granted<'channel:delete-topic'>
    | Granted<'message:expire'>,
  ids: readonly number[],
): Promise<Told[]> {
  const { channel, message } = placeOf(granted)
  if (!channel)
    return [{ audience: { channel: null, users: await peopleOf(tx, message), within: false }, ids }]
  const { channelId } = channel
  if (channel.inviteOnly && channel.historyPublicToSubscribers)
    return [{ audience: { channel: channelId, users: [], within: false }, ids }]
  const groups = await holders(tx, channel, ids)
  // It happens all the same, and the log says so: who changes what they once received need not be there, nor anybody who did.
  if (channel.inviteOnly && groups.length === 0)
    return [{ audience: { channel: channelId, users: [], within: true }, ids }]
  if (channel.inviteOnly)
    return groups.map(({ users, held }) => ({
      audience: { channel: channelId, users: users.map(userId), within: true },
      ids: idsInRanges(ids, held),
    }))
  const users = [...new Set(groups.flatMap((group) => group.users))].sort((a, b) => a - b)
  return [{ audience: { channel: channelId, users: users.map(userId), within: false }, ids }]
}

async function peopleOf(tx: Tx, message: number) {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    `SELECT unnest(rc.user_ids) AS id FROM messaging.messages m
      JOIN messaging.recipients rc ON rc.org_id = m.org_id AND rc.recipient_id = m.recipient_id
      WHERE m.org_id = $1 AND m.message_id = $2`,
    [tx.org, message],
  )
  return rows.map(({ id }) => userId(id))
}

const Group = z.object({ users: z.array(z.int()), held: z.string() })

/**
 * Active people whom any of the messages came to, with what of them did: of a private channel those who are in it, who
 * receive without an end; of a public one members who are not.
 */
const holders = (
  tx: Tx,
  { recipientId, inviteOnly }: ChannelFacts,
  ids: readonly number[],
): Promise<z.output<typeof Group>[]> =>
  tx.query(
    Group,
    `SELECT array_agg(h.user_id ORDER BY h.user_id) AS users, h.held::text AS held
      FROM (
        SELECT r.user_id, r.ranges * $3::int8multirange AS held
        FROM messaging.received r
        JOIN auth.v1_actors a ON a.org_id = r.org_id AND a.user_id = r.user_id AND a.is_active
        WHERE r.org_id = $1 AND r.recipient_id = $2
          AND ${inviteOnly ? 'upper_inf(r.ranges)' : 'NOT upper_inf(r.ranges) AND a.role < 600'}
      ) AS h
      WHERE NOT isempty(h.held)
      GROUP BY h.held ORDER BY 1`,
    [tx.org, recipientId, rangesOfIds(ids)],
  )
