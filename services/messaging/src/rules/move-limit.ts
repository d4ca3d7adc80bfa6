import { AppError } from '@parley/core'
import type { Candidate } from '../repo/edits.ts'

/** Seconds that a limit is stretched by for who began in time. */
const grace = 20

/**
 * Moving a whole topic asks that all of it may be moved.
 * @param messages ascending
 * @throws AppError MOVE_MESSAGES_TIME_LIMIT_EXCEEDED where some are older than the limit
 */
export function refuseOlder(messages: readonly Candidate[], now: number, limit: number | null): void {
  if (limit === null) return
  const first = messages.find(({ sentAt }) => now - sentAt <= limit + grace)
  const allowed = first ? messages.filter(({ id }) => id >= first.id).length : 0
  if (allowed === messages.length) return
  const total = messages.length
  throw new AppError(
    'MOVE_MESSAGES_TIME_LIMIT_EXCEEDED',
    `You only have permission to move the ${allowed}/${total} most recent messages in this topic.`,
    {
      data: {
        first_message_id_allowed_to_move: first?.id ?? null,
        total_messages_in_topic: total,
        total_messages_allowed_to_move: allowed,
      },
    },
  )
}
