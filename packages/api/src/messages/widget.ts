import { z } from 'zod'

/** What hangs on a message beside its text (Zulip API: submessages). Ids are message ids' kind: rising, never used twice. */
export const Submessage = z.object({
  id: z.int(),
  message_id: z.int(),
  sender_id: z.int(),
  msg_type: z.string(),
  /** A JSON text. */
  content: z.string(),
})
export type Submessage = z.infer<typeof Submessage>

/** What clients make of a message whose text begins with `/poll` or `/todo`. */
export type Widget =
  | {
      readonly widget_type: 'poll'
      readonly extra_data: { readonly question: string; readonly options: readonly string[] }
    }
  | {
      readonly widget_type: 'todo'
      readonly extra_data: {
        readonly task_list_title: string
        readonly tasks: readonly { readonly task: string; readonly desc: string }[]
      }
    }

const command = /^\/(poll|todo)(?=\s|$)/

/** The widget that a message's text makes; its first line is the question or title, each other one an option or `task: description`. */
export function widgetIn(content: string): Widget | null {
  const kind = command.exec(content)?.[1]
  if (kind === undefined) return null
  const [first = '', ...others] = content.slice(kind.length + 1).split(/\r?\n/)
  const title = first.trim()
  const items = others.map((line) => line.trim().replace(/^[-*]?\s*/, '')).filter((item) => item !== '')
  if (kind === 'poll') return { widget_type: 'poll', extra_data: { question: title, options: items } }
  return { widget_type: 'todo', extra_data: { task_list_title: title, tasks: items.map(taskIn) } }
}

function taskIn(item: string): { task: string; desc: string } {
  const [task = '', ...desc] = item.split(': ')
  return { task: task.trim(), desc: desc.join(': ').trim() }
}

/**
 * The submessages of a message: first its own, which its text makes and which has the message's id, then what readers
 * added. A text that was changed makes none, for widgets are not changed and nothing becomes one later.
 */
export function submessagesOf(
  message: {
    readonly id: number
    readonly senderId: number
    readonly content: string
    readonly edited: boolean
  },
  added: readonly Submessage[],
): Submessage[] {
  const widget = message.edited ? null : widgetIn(message.content)
  if (!widget) return []
  const { id, senderId } = message
  const own = {
    id,
    message_id: id,
    sender_id: senderId,
    msg_type: 'widget',
    content: JSON.stringify(widget),
  }
  return [own, ...added]
}
