import type { MessagePolicy } from '@parley/access'
import { prepared, type Tx } from '@parley/db'
import { maxMessageLength, maxTopicLength } from '@parley/markdown'
import { z } from 'zod'

/** How the organisation deals with messages that were sent (Zulip API: realm settings). */
export interface MessageSettings extends MessagePolicy {
  /** Which former states of messages are shown. */
  readonly historyVisibility: 'all' | 'moves' | 'none'
  /** Is it shown who has read a message? */
  readonly readReceiptsShown: boolean
  /** Most code points of a message and of a topic. */
  readonly longest: { readonly content: number; readonly topic: number }
}

const day = 86_400

const defaults: MessageSettings = {
  allowEditing: true,
  editLimit: 600,
  deleteLimit: 600,
  moveWithinLimit: 7 * day,
  moveBetweenLimit: 7 * day,
  historyVisibility: 'all',
  readReceiptsShown: false,
  longest: { content: maxMessageLength, topic: maxTopicLength },
}

const limit = (initial: number) => z.int().nullable().default(initial)
const Kept = z.object({
  settings: z.object({
    allow_message_editing: z.boolean().default(defaults.allowEditing),
    message_content_edit_limit_seconds: limit(600),
    message_content_delete_limit_seconds: limit(600),
    move_messages_within_stream_limit_seconds: limit(7 * day),
    move_messages_between_streams_limit_seconds: limit(7 * day),
    message_edit_history_visibility_policy: z
      .enum(['all', 'moves', 'none'])
      .default(defaults.historyVisibility),
    enable_read_receipts: z.boolean().default(defaults.readReceiptsShown),
    max_message_length: z.int().default(maxMessageLength),
    max_topic_length: z.int().default(maxTopicLength),
  }),
})

/** The organisation's settings; what it never set is as it was at first. */
export async function readMessageSettings(tx: Tx): Promise<MessageSettings> {
  const [row] = await tx.query(Kept, prepared('SELECT settings FROM auth.v1_settings WHERE org_id = $1'), [
    tx.org,
  ])
  if (!row) return defaults
  const { settings } = row
  return {
    allowEditing: settings.allow_message_editing,
    editLimit: settings.message_content_edit_limit_seconds,
    deleteLimit: settings.message_content_delete_limit_seconds,
    moveWithinLimit: settings.move_messages_within_stream_limit_seconds,
    moveBetweenLimit: settings.move_messages_between_streams_limit_seconds,
    historyVisibility: settings.message_edit_history_visibility_policy,
    readReceiptsShown: settings.enable_read_receipts,
    longest: { content: settings.max_message_length, topic: settings.max_topic_length },
  }
}
