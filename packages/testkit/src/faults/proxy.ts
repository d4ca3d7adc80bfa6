import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** `calls`: from who connected to the target; `answers`: back. */
export type Direction = 'calls' | 'answers'

/**
 * A bad line, as TCP shows it to those who talk over it: bytes come late, and unevenly so; a packet that is lost holds up what
 * follows until it was sent again; and only so much fits through a second.
 */
export interface Weather {
  readonly delayMs: number
  /** Packets come so much earlier or later than that, at most. */
  readonly jitterMs: number
  /** Of packets of 1,460 bytes, from 0 to 1. */
  readonly lost: number
  /** In each direction, for all connections together. */
  readonly bytesPerSecond: number
  /** From 0 to below 1. */
  readonly random: () => number
}

/** A TCP network in between that can be cut, stalled and slowed down; TLS goes through it untouched. */
export interface Proxy extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number }
  /** Connections made so far. */
  readonly made: number
  /** Connections open now. */
  readonly open: number
  /** Connections that `cut` broke or turned away so far. */
  readonly broken: number
  /** Bytes that came while they were held or stranded, so far. */
  readonly held: number
  /** Packets lost to the weather so far. */
  readonly lost: number
  /** Breaks every connection; new ones pass. */
  break(): void
  /** Breaks every connection and turns new ones away, until `heal`. */
  cut(): void
  /** Passes nothing on, without a word, until `heal`, which passes on what waited: a partition, as TCP sees it. */
  hold(...directions: readonly Direction[]): void
  /** Reads nothing, so that whoever writes finds the buffers of its kernel full before long, until `heal`. */
  stall(...directions: readonly Direction[]): void
  heal(): void
  /** The connections that are open now pass nothing on for ever, without a word; new ones pass: the other end was replaced. */
  strand(): void
  /** From now on every byte of these directions (both unless named) comes so many milliseconds late. */
  delay(ms: number, ...directions: readonly Direction[]): void
  /** From now on the line is this bad; null: it is good again. */
  weather(weather: Weather | null): void
}

const packetBytes = 1460
// Linux sends again after so long at the least.
const leastResendMs = 200

// What waits in one direction; beyond it the sender is not read any more.
const mostWaiting = 8 * 1024 * 1024

interface Lane {
  release(): void
  /** Reads no more where its direction is stalled. */
  stall(): void
  strand(): void
}

/** Hears every chunk that comes, before it is passed on; connections are numbered from 1. */
export type Tap = (chunk: Buffer, direction: Direction, connection: number) => void

/**
 * Listens on a free port of 127.0.0.1; `target` is asked again for each connection. Dispose it to break all.
 * @param tap what listens in, if anything
 */
export async function startProxy(
  target: () => { readonly host: string; readonly port: number },
  tap?: Tap,
): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const lanes = new Set<Lane>()
  const holding = new Set<Direction>()
  const stalled = new Set<Direction>()
  const late: Record<Direction, number> = { calls: 0, answers: 0 }
  let made = 0
  let broken = 0
  let held = 0
  let lost = 0
  let turningAway = false
  let line: Weather | null = null
  /** When the line has carried what came so far. */
  const free: Record<Direction, number> = { calls: 0, answers: 0 }
  const carriedAt = (direction: Direction, bytes: number): number => {
    const now = performance.now()
    if (line === null) return now + late[direction]
    const { delayMs, jitterMs, bytesPerSecond, random } = line
    free[direction] = Math.max(now, free[direction]) + (1000 * bytes) / bytesPerSecond
    let resentMs = 0
    for (let packets = Math.ceil(bytes / packetBytes); packets > 0; packets--)
      if (random() < line.lost) {
        lost++
        resentMs += Math.max(leastResendMs, 2 * delayMs)
      }
    return free[direction] + delayMs + jitterMs * (2 * random() - 1) + resentMs
  }

  const lane = (direction: Direction, connection: number, from: Socket, to: Socket): void => {
    const waiting: { readonly chunk: Buffer; readonly dueMs: number }[] = []
    let bytes = 0
    let lastDueMs = 0
    let timer: NodeJS.Timeout | undefined
    const stranded = new AbortController()
    const flow = (): void => {
      clearTimeout(timer)
      timer = undefined
      while (!stranded.signal.aborted && !holding.has(direction)) {
        const [next] = waiting
        if (!next) break
        const leftMs = next.dueMs - performance.now()
        if (leftMs > 0) {
          timer = setTimeout(flow, leftMs)
          return
        }
        waiting.shift()
        bytes -= next.chunk.length
        if (!to.write(next.chunk)) {
          to.once('drain', flow)
          from.pause()
          return
        }
      }
      if (bytes < mostWaiting && !stalled.has(direction)) from.resume()
    }
    const self = {
      release: flow,
      stall: () => {
        if (stalled.has(direction)) from.pause()
      },
      strand: () => stranded.abort(),
    }
    lanes.add(self)
    from.on('data', (chunk: Buffer) => {
      tap?.(chunk, direction, connection)
      if (stranded.signal.aborted || holding.has(direction)) held += chunk.length
      if (stranded.signal.aborted) return
      // In order, whatever was lost.
      lastDueMs = Math.max(lastDueMs, carriedAt(direction, chunk.length))
      waiting.push({ chunk, dueMs: lastDueMs })
      bytes += chunk.length
      if (bytes >= mostWaiting) from.pause()
      if (timer === undefined) flow()
    })
    self.stall()
    from.on('error', () => to.destroy())
    from.on('close', () => {
      clearTimeout(timer)
      lanes.delete(self)
      // What has come is passed on before the end is, unless the network holds it.
      if (waiting.length === 0 || stranded.signal.aborted || holding.has(direction)) to.destroy()
      else {
        for (const { chunk } of waiting) to.write(chunk)
        to.end()
      }
    })
  }

  const server = createServer({ noDelay: true }, (near) => {
    made++
    if (turningAway) {
      broken++
      near.resetAndDestroy()
      return
    }
    const far = connect({ ...target(), noDelay: true })
    const pair = [near, far] as const
    pairs.add(pair)
    near.once('close', () => pairs.delete(pair))
    lane('calls', made, near, far)
    lane('answers', made, far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (typeof bound !== 'object' || !bound) throw new TypeError('the proxy has no port')

  const breakAll = (): void => {
    broken += pairs.size
    for (const [near, far] of pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }
  return {
    address: { host: '127.0.0.1', port: bound.port },
    get made() {
      return made
    },
    get open() {
      return pairs.size
    },
    get broken() {
      return broken
    },
    get held() {
      return held
    },
    get lost() {
      return lost
    },
    break: breakAll,
    cut() {
      turningAway = true
      breakAll()
    },
    hold(...directions) {
      for (const direction of directions.length > 0 ? directions : (['calls', 'answers'] as const))
        holding.add(direction)
    },
    stall(...directions) {
      for (const direction of directions.length > 0 ? directions : (['calls', 'answers'] as const))
        stalled.add(direction)
      for (const each of lanes) each.stall()
    },
    heal() {
      turningAway = false
      holding.clear()
      stalled.clear()
      for (const each of lanes) each.release()
    },
    strand() {
      for (const each of lanes) each.strand()
    },
    delay(ms, ...directions) {
      for (const direction of directions.length > 0 ? directions : (['calls', 'answers'] as const))
        late[direction] = ms
    },
    weather(weather) {
      line = weather
    },
    async [Symbol.asyncDispose]() {
      holding.clear()
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
