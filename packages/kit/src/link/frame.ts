import { AppError, type ErrorCode, errorStatus } from '@parley/core'
import { z } from 'zod'
import { type Lent, owned, part } from '../memory/pool.ts'

// One WebSocket text message is one frame. Keys are short because every call carries them. An answer may stand apart, in a
// line of its own behind its frame: whoever hands it on has not to read it.

const id = z.int().min(1)
/** A token the first time, with the slot it is kept in; afterwards the slot alone. */
const TokenRef = z.union([z.int().min(0), z.tuple([z.int().min(0), z.string().max(4096)])])

const callParts = {
  id,
  /** Operation or call id. */
  op: z.string().min(1).max(100),
  /** What is left until the deadline, milliseconds; smaller with every hop. */
  ms: z.int().min(0).max(3_600_000),
  /** Request id. */
  req: z.string().min(1).max(64),
  /** W3C traceparent, where the caller traces. */
  tp: z.string().max(64).optional(),
  /** The caller takes answers that stand apart. */
  apart: z.literal(true).optional(),
  in: z.unknown(),
}

/** From the calling side: a call for a public operation, an internal call, or the end of interest in one. */
export const CallerFrame = z.discriminatedUnion('t', [
  z.object({ t: z.literal('op'), ...callParts, tok: TokenRef.optional() }),
  z.object({ t: z.literal('call'), ...callParts }),
  z.object({ t: z.literal('cancel'), id }),
])
export type CallerFrame = z.infer<typeof CallerFrame>
export type CallFrame = Extract<CallerFrame, { t: 'op' | 'call' }>

const codes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]

/** From the serving side. `busy`: not begun, try elsewhere. `drain`: send nothing more here. `renew`: connect anew first. */
export const ServerFrame = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ok'), id, out: z.unknown().optional(), ign: z.array(z.string()).optional() }),
  z.object({
    t: z.literal('err'),
    id,
    code: z.enum(codes),
    msg: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
    re: z.literal(true).optional(),
  }),
  z.object({ t: z.literal('busy'), id }),
  z.object({ t: z.literal('drain') }),
  z.object({ t: z.literal('renew') }),
])
export type ServerFrame = z.infer<typeof ServerFrame>
export type OkFrame = Extract<ServerFrame, { t: 'ok' }>
export type ErrorFrame = Extract<ServerFrame, { t: 'err' }>

export const encode = (frame: CallerFrame | ServerFrame): Buffer => Buffer.from(JSON.stringify(frame))

const newline = 0x0a

/** A frame of the serving side, and the JSON of its answer; empty where there is none. */
export interface Received {
  readonly frame: ServerFrame
  readonly json: Lent
}

/**
 * Of a message that is released with the answer that stands in it, and otherwise here.
 * @returns null for what is no frame of the serving side
 */
export function receive(message: Lent): Received | null {
  const { bytes } = message
  const end = bytes.indexOf(newline)
  const frame = decode<ServerFrame>(ServerFrame, bytes.toString('utf8', 0, end === -1 ? bytes.length : end))
  if (frame !== null && end !== -1) return { frame, json: part(message, end + 1) }
  message.release()
  if (frame === null) return null
  const within = frame.t === 'ok' && frame.out !== undefined ? JSON.stringify(frame.out) : ''
  return { frame, json: owned(Buffer.from(within)) }
}

/** @returns null for what is no frame of this side */
export function decode<F>(schema: z.ZodType<F>, bytes: string): F | null {
  try {
    return schema.safeParse(JSON.parse(bytes)).data ?? null
  } catch {
    return null
  }
}

/** An error as it crosses the link: the cause stays behind. */
export const errorFrame = (id: number, error: AppError): ErrorFrame => ({
  t: 'err',
  id,
  code: error.code,
  msg: error.message,
  ...(Object.keys(error.data).length > 0 ? { data: error.data } : {}),
  ...(error.retryable ? { re: true as const } : {}),
})

export const errorOf = (frame: ErrorFrame): AppError =>
  new AppError(frame.code, frame.msg, { data: frame.data ?? {}, retryable: frame.re === true })
