import type { Reason } from '@parley/access'
import { type AppError, badRequest } from '@parley/core'

const refusals: Partial<Record<Reason, string>> = {
  'editing-disabled': 'Your organization has turned off message editing',
  'too-late': 'The time limit for editing this message has passed',
}

/** What whoever may not change the text of a message they can read is told. */
export const editRefusal = (reason: Reason): AppError =>
  badRequest(refusals[reason] ?? "You don't have permission to edit this message")
