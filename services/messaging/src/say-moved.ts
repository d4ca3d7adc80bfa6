import type { Granted } from '@parley/access'
import { say, type Tx } from '@parley/db'
import { readNewChannel, readOldChannel } from './repo/places.ts'
import type { EditAsked } from './rules/edit-plan.ts'
import { type Moved, movedNotices } from './rules/moved-text.ts'

/** From which topic to which, and what was asked about it. */
export interface Move extends Pick<Moved, 'count' | 'url'> {
  readonly before: string
  readonly after: string
  readonly asked: Pick<EditAsked, 'propagate_mode'> & {
    readonly send_notification_to_old_thread: boolean
    readonly send_notification_to_new_thread: boolean
  }
}

/** Has it said that messages went elsewhere, where that was asked for; of the same transaction as the move. */
export async function sayMoved(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  { before, after, asked, count, url }: Move,
): Promise<void> {
  const from = await readOldChannel(tx, granted)
  const to = granted.action === 'message:move-channel' ? await readNewChannel(tx, granted) : from
  const notices = movedNotices({
    by: granted.actor.userId,
    from: { channel: from, topic: before },
    to: { channel: to, topic: after },
    count,
    whole: asked.propagate_mode === 'change_all',
    notify: { old: asked.send_notification_to_old_thread, new: asked.send_notification_to_new_thread },
    url,
  })
  for (const notice of notices) await say(tx, notice)
}
