import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Clock, unavailable } from '@parley/core'
import { network } from '../limits/limit-keys.ts'
import type { Caller } from './exchange.ts'

const megabyte = 1024 * 1024

interface UnsentBounds {
  readonly inAll: number
  readonly ofOrganisation: number
  readonly ofPerson: number
  /** Whoever has so much waiting is not served until some of it has left. */
  readonly refusedFrom: number
  /** The same where nobody is signed in, by their address. */
  readonly refusedStrangersFrom: number
}
/** Five snapshots of ten thousand people, and as many again that were asked for while there was room. */
const ordinary: UnsentBounds = {
  inAll: 1024 * megabyte,
  ofOrganisation: 512 * megabyte,
  ofPerson: 128 * megabyte,
  refusedFrom: 64 * megabyte,
  refusedStrangersFrom: 16 * megabyte,
}
/** The least that a reader takes in `patienceMs`. It is seen a slice at a time, or what a kernel keeps, so not sooner. */
const leastBytes = 65_536
const patienceMs = 60_000

/** Bytes that wait for a person (with all their bots), an organisation, or in all. */
interface Share {
  readonly key: string
  readonly most: number
  bytes: number
}

interface Answer {
  readonly bytes: number
  /** Of all strangers where nobody is signed in. */
  readonly person: Share
  readonly organisation: Share
  /** Of one address of strangers: it is counted only, so that who takes nothing is refused more before others are cut. */
  readonly address: Share | null
}

/** A connection with large answers that have not left. */
interface Connection {
  readonly socket: Socket
  readonly answers: Set<Answer>
  readonly onClose: () => void
  /** What had left when its reader last had taken enough, and when that was, on the monotonic clock. */
  taken: number
  takenAt: number
}

/**
 * Bounds the large answers that wait for their clients to read them: whoever asks and asks, and reads slowly, would fill
 * the memory of a gateway. Who is too slow loses the connection; where there is no room, the slowest of whoever holds
 * most does. An answer that is there is never refused: what it tells of was done.
 */
export class Unsent {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #bounds: UnsentBounds
  readonly #connections = new Map<Socket, Connection>()
  readonly #shares = new Map<string, Share>()
  readonly #all: Share
  #ended = 0

  constructor(clock: Pick<Clock, 'monotonic'>, bounds = ordinary) {
    this.#clock = clock
    this.#bounds = bounds
    this.#all = { key: '', most: bounds.inAll, bytes: 0 }
  }

  /** Bytes that wait now. */
  get bytes(): number {
    return this.#all.bytes
  }

  /** Connections ended so far. */
  get ended(): number {
    return this.#ended
  }

  /** Before anything is done for them. @throws AppError UNAVAILABLE where too much waits for them already */
  check(org: number, caller: Caller | null, ip: string): void {
    if (this.#shares.size === 0) return
    const { refusedFrom, refusedStrangersFrom } = this.#bounds
    const [key, most] = caller
      ? [personOf(org, caller), refusedFrom]
      : [addressOf(org, ip), refusedStrangersFrom]
    if ((this.#shares.get(key)?.bytes ?? 0) >= most) throw unavailable()
  }

  /** Counts an answer of so many bytes until it has left or its client has. */
  hold(bytes: number, org: number, caller: Caller | null, response: ServerResponse): void {
    const { socket } = response.req
    // Whoever has left already is told nothing more.
    if (response.closed || socket.destroyed) return
    const connection = this.#connections.get(socket) ?? this.#open(socket)
    const answer = {
      bytes,
      person: this.#share(personOf(org, caller), this.#bounds.ofPerson),
      organisation: this.#share(String(org), this.#bounds.ofOrganisation),
      address: caller ? null : this.#share(addressOf(org, socket.remoteAddress ?? ''), Infinity),
    }
    connection.answers.add(answer)
    for (const share of this.#sharesOf(answer)) share.bytes += bytes
    response.once('close', () => this.#free(connection, answer))
    for (const share of this.#sharesOf(answer))
      while (share.bytes > share.most) {
        const slowest = this.#slowest(share, connection)
        if (slowest) this.#end(slowest)
        else break
      }
  }

  /** Ends the connections of those who read too slowly. To be called every second or so. */
  look(): void {
    if (this.#connections.size === 0) return
    const now = this.#clock.monotonic()
    for (const connection of this.#connections.values())
      if (now - progress(connection, now) >= patienceMs) this.#end(connection)
  }

  /** Of whoever holds most of it, in the organisation that does: the connection of which least was taken lately. */
  #slowest(share: Share, newest: Connection): Connection | null {
    const now = this.#clock.monotonic()
    let found: { connection: Connection; answer: Answer; at: number } | null = null
    for (const connection of this.#connections.values()) {
      if (connection === newest) continue
      const at = progress(connection, now)
      for (const answer of connection.answers) {
        if (!this.#sharesOf(answer).includes(share)) continue
        const more = found
          ? answer.organisation.bytes - found.answer.organisation.bytes ||
            answer.person.bytes - found.answer.person.bytes ||
            found.at - at
          : 1
        if (more > 0) found = { connection, answer, at }
      }
    }
    // One answer is sent however large it is; many that were asked for on one connection are not.
    return found?.connection ?? (newest.answers.size > 1 ? newest : null)
  }

  /** Counts are right at once; the socket tells later that it has closed. */
  #end(connection: Connection): void {
    for (const answer of connection.answers) this.#free(connection, answer)
    connection.socket.destroy()
    this.#ended++
  }

  #open(socket: Socket): Connection {
    const connection: Connection = {
      socket,
      answers: new Set(),
      // Not every version of Node tells answers behind another one that their connection has ended.
      onClose: () => {
        for (const answer of connection.answers) this.#free(connection, answer)
      },
      taken: takenOf(socket),
      takenAt: this.#clock.monotonic(),
    }
    this.#connections.set(socket, connection)
    socket.once('close', connection.onClose)
    return connection
  }

  /** A second time it does nothing. */
  #free(connection: Connection, answer: Answer): void {
    if (!connection.answers.delete(answer)) return
    for (const share of this.#sharesOf(answer)) {
      share.bytes -= answer.bytes
      if (share.bytes === 0) this.#shares.delete(share.key)
    }
    if (connection.answers.size > 0) return
    connection.socket.off('close', connection.onClose)
    this.#connections.delete(connection.socket)
  }

  #share(key: string, most: number): Share {
    const known = this.#shares.get(key)
    if (known) return known
    const share = { key, most, bytes: 0 }
    this.#shares.set(key, share)
    return share
  }

  #sharesOf({ person, organisation, address }: Answer): readonly Share[] {
    return [person, organisation, this.#all, ...(address ? [address] : [])]
  }
}

/** Whoever has many bots is one person. */
const personOf = (org: number, caller: Caller | null): string =>
  `${org} ${caller ? (caller.botOwner ?? caller.principal.user) : ''}`

const addressOf = (org: number, ip: string): string => `${org} from ${network(ip)}`

/** Bytes that the kernel has taken for the client. */
const takenOf = (socket: Socket): number => socket.bytesWritten - socket.writableLength

/** @returns when its reader last had taken enough */
function progress(connection: Connection, now: number): number {
  const taken = takenOf(connection.socket)
  if (taken - connection.taken >= leastBytes) {
    connection.taken = taken
    connection.takenAt = now
  }
  return connection.takenAt
}
