import { parseJsonText, type Widget } from '@parley/api'
import { badRequest } from '@parley/core'
import { z } from 'zod'

const Text = z.string().max(1_000)
/** What clients name an option or task by. */
const Key = z.string().max(100)

/** What may be added, by the kind of widget (as phone and web clients write it). */
const additions = {
  poll: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('vote'), key: Key, vote: z.union([z.literal(1), z.literal(-1)]) }),
    z.strictObject({ type: z.literal('question'), question: Text }),
    z.strictObject({ type: z.literal('new_option'), idx: z.int().min(0).max(1_000), option: Text }),
  ]),
  todo: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('new_task'),
      key: z.int().min(0).max(1_000),
      task: Text,
      desc: Text,
      completed: z.boolean(),
    }),
    z.strictObject({ type: z.literal('strike'), key: Key }),
    z.strictObject({ type: z.literal('new_task_list_title'), title: Text }),
  ]),
} as const satisfies Record<Widget['widget_type'], z.ZodType>

/** What the message's sender asks is theirs to change. */
const authors: Readonly<Record<string, string>> = {
  question: "You can't edit a question unless you are the author.",
  new_task_list_title: "You can't edit the task list title unless you are the author.",
}

const Typed = z.looseObject({ type: z.string() })

/** @throws AppError BAD_REQUEST where it is no JSON */
export function parseAddition(content: string): unknown {
  try {
    return parseJsonText(content)
  } catch {
    throw badRequest('Invalid json for submessage')
  }
}

/** What is said where only the message's sender may add it; null where every reader may. */
export function authorsOnly(given: unknown): string | null {
  const typed = Typed.safeParse(given)
  return typed.success && Object.hasOwn(authors, typed.data.type) ? (authors[typed.data.type] ?? null) : null
}

/** @returns what is kept, as JSON @throws AppError BAD_REQUEST for what nobody adds to such a widget */
export function checkAddition(kind: Widget['widget_type'], given: unknown): string {
  const addition = additions[kind].safeParse(given)
  if (!addition.success) throw badRequest(`Invalid submessage for a ${kind}`)
  return JSON.stringify(addition.data)
}

/** What is there of one message already: how many, how many of the one who adds, and their bytes. */
export interface Added {
  readonly all: number
  readonly own: number
  readonly bytes: number
}

/** Whoever fetches the message gets all of it each time. */
export const mostAdded: Added = { all: 2_000, own: 200, bytes: 128_000 }

/** @throws AppError BAD_REQUEST where there is no room for one more */
export function checkRoom(there: Added, content: string): void {
  const full =
    there.all >= mostAdded.all ||
    there.own >= mostAdded.own ||
    there.bytes + Buffer.byteLength(content) > mostAdded.bytes
  if (full) throw badRequest('Too many submessages of this message')
}
