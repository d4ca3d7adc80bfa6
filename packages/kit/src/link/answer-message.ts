import { leastPooled, type Lent, type Pool } from '../memory/pool.ts'
import { type TextPieces, Written } from '../written.ts'
import type { ServerFrame } from './frame.ts'

/** The message of a frame with an answer that stands apart; JSON has no line breaks of its own. */
export function answerMessage(frame: ServerFrame, out: unknown): AnswerMessage {
  const pieces = [`${JSON.stringify(frame)}\n`, ...jsonOf(out)]
  return { pieces, length: pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0) }
}

interface AnswerMessage {
  readonly pieces: TextPieces
  /** Bytes of all. */
  readonly length: number
}

function jsonOf(out: unknown): TextPieces {
  if (out instanceof Written) return out.pieces
  return out === undefined ? [] : [JSON.stringify(out)]
}

/** Large ones are put together in memory that is used again, with the WebSocket's own head (adr 0053). */
export const isLarge = ({ length }: AnswerMessage): boolean => length >= leastPooled

export function together({ pieces, length }: AnswerMessage): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  write(bytes, 0, pieces)
  return bytes
}

/** Of a WebSocket frame of a server with more than 65,535 bytes (RFC 6455, section 5.2). */
const headBytes = 10

/** A large message as the socket takes it: one text, whole, with its length in eight bytes and no mask. */
export function largeFrame({ pieces, length }: AnswerMessage, pool: Pool): Lent {
  const frame = pool.take(headBytes + length)
  const { bytes } = frame
  bytes[0] = 0x81
  bytes[1] = 127
  bytes.writeBigUInt64BE(BigInt(length), 2)
  write(bytes, headBytes, pieces)
  return frame
}

/** @throws RangeError where they are not what was counted: what was there before may be another's */
function write(bytes: Buffer, start: number, pieces: TextPieces): void {
  let at = start
  for (const piece of pieces) at += typeof piece === 'string' ? bytes.write(piece, at) : piece.copy(bytes, at)
  if (at !== bytes.length) throw new RangeError('not as many bytes as were counted')
}
