import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Address } from '../src/index.ts'

/** A network in between that can be cut and stalled. */
export interface Proxy {
  readonly address: Address
  /** Connections made so far. */
  readonly made: number
  /** Connections open now. */
  readonly open: number
  /** Breaks every connection. */
  cut(): void
  /** Passes nothing on any more, as a peer that has stopped without saying so. */
  stall(): void
  /** Passes no answers on any more, as a caller that reads nothing. */
  stallAnswers(): void
  /** Answers pass again. */
  flowAnswers(): void
}

export async function startProxy(target: Address): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let made = 0
  const server = createServer((near) => {
    made++
    const far = connect(target)
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (typeof bound !== 'object' || !bound) throw new TypeError('the proxy has no port')
  const cut = (): void => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }
  onTestFinished(async () => {
    cut()
    server.close()
    await once(server, 'close')
  })
  return {
    address: { host: '127.0.0.1', port: bound.port },
    get made() {
      return made
    },
    get open() {
      return pairs.size
    },
    cut,
    stall() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
    },
    stallAnswers() {
      for (const [near, far] of pairs) far.unpipe(near).pause()
    },
    flowAnswers() {
      for (const [near, far] of pairs) far.pipe(near)
    },
  }
}
