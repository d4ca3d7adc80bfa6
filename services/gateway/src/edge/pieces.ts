import { Readable } from 'node:stream'
import type { ServerResponse } from 'node:http'
import type { Lent } from '@parley/kit'

/** What a socket is given at a time: other work gets its turn between, and what a slow reader leaves is not kept twice. */
export const socketBytes = 256 * 1024

/** From here on a body is sent in slices, and counted while it waits for its reader. */
export const leastLarge = 65_536

/** A large body that lies in several places, some of them in memory that will hold other answers. */
export class Pieces {
  /** To be read until they are released. */
  readonly all: readonly Buffer[]
  /** Bytes in all. */
  readonly length: number
  readonly #held: readonly Lent[]

  /** @param held what `all` lies in, released with it */
  constructor(all: readonly Buffer[], held: readonly Lent[]) {
    this.all = all
    this.length = all.reduce((sum, piece) => sum + piece.length, 0)
    this.#held = held
  }

  /** Only for who knows that nothing reads of them any more. */
  release(): void {
    for (const lent of this.#held) lent.release()
  }

  /** The bytes in their order, so many at a time. */
  stream(atATime: number): Readable {
    return Readable.from(slices(this.all, atATime), { objectMode: false, highWaterMark: 1 })
  }
}

/** A body from `leastLarge` bytes on as pieces, so that what has left of it can be seen; null for a smaller one. */
export function largeOf(body: string | Buffer | Pieces): Pieces | null {
  if (body instanceof Pieces) return body
  // Letters of UTF-16 take three bytes at most.
  if (typeof body === 'string' && body.length * 3 < leastLarge) return null
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return bytes.length < leastLarge ? null : new Pieces([bytes], [])
}

function* slices(pieces: readonly Buffer[], atATime: number): Generator<Buffer, void, undefined> {
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += atATime) yield piece.subarray(at, at + atATime)
}

/**
 * Releases pieces when the whole answer has been handed to the kernel. Where its connection ends before, what still reads
 * of them is not known, and they are let go of.
 */
export function releaseWhenSent(pieces: Pieces, response: ServerResponse): void {
  const { socket } = response.req
  // Before the server's own listener, which lets go of the connection. It is told too where writing failed.
  response.prependOnceListener('finish', () => {
    if (!socket.destroyed && socket.errored === null) pieces.release()
  })
}
