import type { Granted } from '@parley/access'
import { userId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** In channels of more people nobody is told who types (Zulip API: set-typing-status). */
const mostInChannel = 100

/** Does the actor tell others of typing, to people or in channels? */
export async function tellsOfTyping(
  tx: Tx,
  { actor }: Granted<'message:send'> | Granted<'message:edit'>,
  where: 'direct' | 'channels',
): Promise<boolean> {
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    `SELECT user_id FROM auth.v1_typing
      WHERE org_id = $1 AND user_id = $2 AND NOT ${where === 'direct' ? 'sends_direct' : 'sends_in_channels'}`,
    [tx.org, actor.userId],
  )
  return rows.length === 0
}

const Told = z.object({ user_id: z.int(), wants: z.boolean() })
const wants = `NOT EXISTS (SELECT FROM auth.v1_typing t
  WHERE t.org_id = a.org_id AND t.user_id = a.user_id AND NOT t.receives) AS wants`

const thoseWhoWant = (rows: readonly z.output<typeof Told>[]): UserId[] =>
  rows.filter((row) => row.wants).map((row) => userId(row.user_id))

/** Of the people of a conversation those in use who want to be told of typing. */
export async function readTypingPeople(
  tx: Tx,
  _: Granted<'message:send'> | Granted<'message:edit'>,
  people: readonly number[],
): Promise<UserId[]> {
  const rows = await tx.query(
    Told,
    `SELECT a.user_id, ${wants} FROM auth.v1_actors a
      WHERE a.org_id = $1 AND a.user_id = ANY ($2::integer[]) AND a.is_active ORDER BY a.user_id`,
    [tx.org, people],
  )
  return thoseWhoWant(rows)
}

/** Of the people in the proof's channel the same; nobody where they are too many, or where it is about no channel. */
export async function readTypingSubscribers(
  tx: Tx,
  { object }: Granted<'message:send'> | Granted<'message:edit'>,
): Promise<UserId[]> {
  const channel = 'kind' in object ? object.kind === 'channel' && object.channel : object.message.channel
  const rows = await tx.query(
    Told,
    `SELECT a.user_id, ${wants} FROM streams.v1_subscriptions s
      JOIN auth.v1_actors a ON a.org_id = s.org_id AND a.user_id = s.user_id AND a.is_active
      WHERE s.org_id = $1 AND s.channel_id = $2 LIMIT $3`,
    [tx.org, channel ? channel.channelId : 0, mostInChannel + 1],
  )
  return rows.length > mostInChannel ? [] : thoseWhoWant(rows)
}

const Place = z.object({ topic: z.string(), people: z.array(z.int()).nullable() })

/** Where the message that the proof is about is now: the people of its conversation, or its topic; null where it is gone. */
export async function readPlace(
  tx: Tx,
  { object }: Granted<'message:edit'>,
): Promise<z.output<typeof Place> | null> {
  const [row] = await tx.query(
    Place,
    `SELECT m.topic, rc.user_ids AS people FROM messaging.messages m
      JOIN messaging.recipients rc ON rc.org_id = m.org_id AND rc.recipient_id = m.recipient_id
      WHERE m.org_id = $1 AND m.message_id = $2`,
    [tx.org, object.message.messageId],
  )
  return row ?? null
}
