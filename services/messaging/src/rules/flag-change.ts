import { badRequest } from '@parley/core'

export type EditableFlag = 'read' | 'starred' | 'collapsed'

/** A change of one flag of one's own messages. */
export interface FlagChange {
  readonly op: 'add' | 'remove'
  readonly flag: EditableFlag
}

const editable: readonly string[] = ['read', 'starred', 'collapsed'] satisfies EditableFlag[]
const fixed: readonly string[] = [
  'mentioned',
  'stream_wildcard_mentioned',
  'topic_wildcard_mentioned',
  'wildcard_mentioned',
  'has_alert_word',
  'historical',
]

const isEditable = (flag: string): flag is EditableFlag => editable.includes(flag)

/** @throws AppError BAD_REQUEST, in the words of Zulip's API; what is no known word is not repeated */
export function parseFlagChange(op: string, flag: string): FlagChange {
  if (op !== 'add' && op !== 'remove') throw badRequest(`Invalid message flag operation: '${wordOf(op)}'`)
  if (fixed.includes(flag)) throw badRequest(`Flag not editable: '${flag}'`)
  if (!isEditable(flag)) throw badRequest(`Invalid flag: '${wordOf(flag)}'`)
  return { op, flag }
}

const wordOf = (text: string): string => (/^\w{1,30}$/.test(text) ? text : '')
