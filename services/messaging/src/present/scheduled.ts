import type { Reminder, ScheduledMessage } from '@parley/api'
import type { ScheduledRow } from '../repo/scheduled.ts'

const common = ({ content, rendered, at, failed }: ScheduledRow) => ({
  content,
  rendered_content: rendered,
  scheduled_delivery_timestamp: at,
  failed,
})

/** Oneself is named only where nobody else is. */
const others = ({ people, user }: ScheduledRow): number[] => {
  const rest = (people ?? []).filter((id) => id !== user)
  return rest.length > 0 ? rest : [user]
}

/** A scheduled message as its writer sees it. */
export const presentScheduled = (row: ScheduledRow): ScheduledMessage => ({
  scheduled_message_id: row.id,
  ...(row.channel === null
    ? { type: 'private' as const, to: others(row) }
    : { type: 'stream' as const, to: row.channel, topic: row.topic }),
  ...common(row),
})

/** A reminder as its writer sees it. */
export const presentReminder = (row: ScheduledRow): Reminder => ({
  reminder_id: row.id,
  type: 'private',
  to: others(row),
  ...common(row),
  reminder_target_message_id: row.about ?? 0,
})
