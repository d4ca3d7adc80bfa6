import type { ServerResponse } from 'node:http'
import type { RequestFacts } from '@parley/api'
import type { Caller } from './exchange.ts'
import type { Pieces } from './pieces.ts'
import { Room } from './room.ts'

const megabyte = 1024 * 1024
const mostInAll = 1024 * megabyte
const mostOfOrganisation = 512 * megabyte
/** Five snapshots of ten thousand people. */
const mostOfAccount = 64 * megabyte

/**
 * Bounds the large answers that wait for their clients to read them: whoever asks and asks, and reads slowly, would fill
 * the memory of a gateway.
 */
export class Unsent {
  readonly #organisations = new Room(mostInAll, mostOfOrganisation)
  readonly #accounts = new Room(mostInAll, mostOfAccount)

  /** Counts an answer until it has left or its client has. @throws AppError UNAVAILABLE where too many wait */
  hold(pieces: Pieces, { org }: RequestFacts, caller: Caller | null, response: ServerResponse): void {
    const { socket } = response.req
    // Whoever has left already is told nothing more.
    if (response.closed || socket.destroyed) return
    const held = [
      this.#organisations.open(String(org)),
      this.#accounts.open(`${org} ${caller?.principal.user ?? ''}`),
    ]
    const free = (): void => {
      for (const one of held) one[Symbol.dispose]()
      response.off('close', free)
      socket.off('close', free)
    }
    try {
      for (const one of held) one.grow(pieces.length)
    } catch (error) {
      free()
      throw error
    }
    response.once('close', free)
    // Answers behind another one on a connection are not told that it has ended.
    socket.once('close', free)
  }
}
