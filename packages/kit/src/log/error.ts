import { AppError } from '@parley/core'
import type { LogRecord } from './fields.ts'

const frame = /^ {4}at (?:[\w.<>$# []+\]? )?\(?((?:file:\/\/|node:|\/)[\w./@+%~-]+:\d+:\d+)\)?$/

/**
 * What may be logged of a thrown value: its kind, its code and where it was thrown. Never its message: a
 * database quotes rows in it, a parser quotes the text.
 */
export function describeError(error: unknown): LogRecord {
  const thrown = rootOf(error)
  if (!(thrown instanceof Error)) return { error_name: typeof thrown }
  const code = 'code' in thrown ? thrown.code : undefined
  return {
    error_name: /^\w{1,60}$/.test(thrown.name) ? thrown.name : 'Error',
    error_code: typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : undefined,
    error_at: placeOf(thrown),
  }
}

/** An AppError wraps what went wrong; the innermost cause is what a reader of the log wants. */
function rootOf(error: unknown): unknown {
  let inner = error
  for (let depth = 0; depth < 5 && inner instanceof AppError && inner.cause !== undefined; depth++)
    inner = inner.cause
  return inner
}

/** The first frames of the stack; the message before them is cut off by length, since it may hold line breaks. */
function placeOf(error: Error): string | undefined {
  const stack = error.stack ?? ''
  const head = stack.indexOf(error.message)
  const frames = (head < 0 ? stack : stack.slice(head + error.message.length)).split('\n')
  const places = frames.flatMap((line) => frame.exec(line)?.[1] ?? [])
  return places
    .slice(0, 3)
    .map((place) => place.split('/').slice(-3).join('/'))
    .join(' < ')
}
