import { authorize, type Granted } from '@parley/access'
import { messagingSnapshot, type SnapshotRequest } from '@parley/api'
import { AppError, orgId, userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { answer } from '@parley/kit'
import type { Context } from '../context.ts'
import { toldPresence } from '../presence/told.ts'
import { presentReminder, presentScheduled } from '../present/scheduled.ts'
import { presentUnread } from '../present/unread.ts'
import { readAlertWords } from '../repo/alert-words.ts'
import { readDrafts } from '../repo/drafts.ts'
import { readScheduled } from '../repo/scheduled.ts'
import { readSnippets } from '../repo/snippets.ts'
import { readStatuses } from '../repo/statuses.ts'
import { readConversations, readMaxMessageId, readStarred, readUnread } from '../repo/snapshot.ts'

type Section = (
  tx: Tx,
  granted: Granted<'message:list'>,
  request: SnapshotRequest,
  ctx: Context,
) => Promise<Readonly<Record<string, unknown>>>

/** Who was there lately: of this moment, whatever the others read. */
async function presence(
  tx: Tx,
  granted: Granted<'message:list'>,
  { slimPresence: slim }: SnapshotRequest,
  ctx: Context,
): Promise<Readonly<Record<string, unknown>>> {
  const told = await toldPresence(tx, granted, ctx)
  return {
    presences: slim ? told.slim() : told.legacy(),
    presence_last_update_id: told.last,
    server_timestamp: told.at,
  }
}

/** What messaging answers, by the event types that ask for it (all of them must be wanted). */
const sections: readonly (readonly [types: readonly string[], Section])[] = [
  [['message'], async (tx, granted) => ({ max_message_id: await readMaxMessageId(tx, granted) })],
  [
    ['message', 'update_message_flags'],
    async (tx, granted, { capabilities }) => ({
      unread_msgs: presentUnread(
        await readUnread(tx, granted),
        granted.actor.userId,
        capabilities.empty_topic_name,
      ),
    }),
  ],
  [['starred_messages'], async (tx, granted) => ({ starred_messages: await readStarred(tx, granted) })],
  [
    ['recent_private_conversations'],
    async (tx, granted) => ({
      recent_private_conversations: (await readConversations(tx, granted)).map(({ userIds, newest }) => ({
        max_message_id: newest,
        user_ids: userIds.filter((id) => id !== granted.actor.userId),
      })),
    }),
  ],
  [['alert_words'], async (tx, granted) => ({ alert_words: await readAlertWords(tx, granted) })],
  [['drafts'], async (tx, granted) => ({ drafts: await readDrafts(tx, granted) })],
  [['presence'], presence],
  [['user_status'], async (tx, granted) => ({ user_status: await readStatuses(tx, granted) })],
  [
    ['scheduled_messages'],
    async (tx, granted) => ({
      scheduled_messages: (await readScheduled(tx, granted, 'messages')).map(presentScheduled),
    }),
  ],
  [
    ['reminders'],
    async (tx, granted) => ({
      reminders: (await readScheduled(tx, granted, 'reminders')).map(presentReminder),
    }),
  ],
  [['saved_snippets'], async (tx, granted) => ({ saved_snippets: await readSnippets(tx, granted) })],
]

export default answer<typeof messagingSnapshot, Context>(messagingSnapshot, async ({ input, ctx }) => {
  const wanted = input.types === null ? null : new Set(input.types)
  return ctx.database.at(orgId(input.org), input.snapshot, async (tx) => {
    const { actor, rights } = await readActor(tx, userId(input.user))
    const verdict = actor && authorize('message:list', actor, null, rights)
    if (!verdict?.ok) throw new AppError('UNAUTHORIZED', 'Account is deactivated')
    const parts = await Promise.all(
      sections
        .filter(([types]) => wanted === null || types.every((type) => wanted.has(type)))
        .map(([, section]) => section(tx, verdict.granted, input, ctx)),
    )
    return Object.assign({}, ...parts) as Record<string, unknown>
  })
})
