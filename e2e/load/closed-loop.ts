import { connect, type TLSSocket } from 'node:tls'

/** A request as bytes; `i` counts from 0 over all connections. */
export type MakeRequest = (i: number, connection: number) => string | Buffer

export interface LoopOptions {
  /** Which gateway; 127.0.0.1 is shared by all. */
  readonly address?: string
  readonly port: number
  readonly ca: string
  readonly servername: string
  readonly connections: number
  readonly request: MakeRequest
}

export interface LoopResult {
  readonly done: number
  /** Answers that were not 200. */
  readonly failed: number
  readonly seconds: number
  /** Milliseconds of each answer, unsorted. */
  readonly waits: readonly number[]
}

/** Keep-alive connections that each ask again as soon as they are answered. */
export interface ClosedLoop extends Disposable {
  /** @param ready awaited before each request */
  run(seconds: number, ready?: () => Promise<void>): Promise<LoopResult>
}

/** Connections over verified TLS. HTTP is made by hand: a generator must be cheaper than what it measures. */
export function openLoop(options: LoopOptions): ClosedLoop {
  const sockets: (Connection | null)[] = Array.from({ length: options.connections }, () => null)
  let sent = 0
  return {
    async run(seconds, ready) {
      const began = performance.now()
      const end = began + seconds * 1000
      const waits: number[] = []
      let failed = 0
      await Promise.all(
        sockets.map(async (known, connection) => {
          // Opened when it is used: a server closes what says nothing.
          const socket = known && !known.socket.destroyed ? known : await open(options)
          sockets[connection] = socket
          while (performance.now() < end) {
            await ready?.()
            const asked = performance.now()
            const status = await socket.ask(options.request(sent++, connection))
            waits.push(performance.now() - asked)
            if (status !== 200) failed++
          }
        }),
      )
      return { done: waits.length, failed, seconds: (performance.now() - began) / 1000, waits }
    },
    [Symbol.dispose]() {
      for (const connection of sockets) connection?.socket.destroy()
    },
  }
}

interface Connection {
  readonly socket: TLSSocket
  /** Resolves with the status of the answer. */
  ask(request: string | Buffer): Promise<number>
}

function open({ address = '127.0.0.1', port, ca, servername }: LoopOptions): Promise<Connection> {
  const opened = Promise.withResolvers<Connection>()
  const socket = connect({ host: address, port, ca, servername, ALPNProtocols: ['http/1.1'] })
  socket.setNoDelay(true)
  let waiting: PromiseWithResolvers<number> | null = null
  let answer: Answer | null = null
  const lost = (error: Error): void => {
    opened.reject(error)
    waiting?.reject(error)
  }
  socket.on('error', lost)
  socket.on('close', () => lost(new Error('the connection was closed')))
  socket.on('data', (chunk: Buffer) => {
    answer = grown(answer, chunk)
    if (answer.length === null || answer.got < answer.length) return
    const { status } = answer
    answer = null
    waiting?.resolve(status)
  })
  socket.once('secureConnect', () => {
    opened.resolve({
      socket,
      ask(request) {
        waiting = Promise.withResolvers<number>()
        if (socket.destroyed) lost(new Error('the connection was closed'))
        else socket.write(request)
        return waiting.promise
      },
    })
  })
  return opened.promise
}

/** What has come of an answer; one follows the other, as one is asked for at a time. */
interface Answer {
  /** Until the head is whole. */
  readonly head: string
  readonly got: number
  /** Bytes of all of it, and its status, once the head is there; every answer measured here tells its length. */
  readonly length: number | null
  readonly status: number
}

function grown(former: Answer | null, chunk: Buffer): Answer {
  const got = (former?.got ?? 0) + chunk.length
  if (former && former.length !== null) return { ...former, got }
  const head = (former?.head ?? '') + chunk.toString('latin1')
  const end = head.indexOf('\r\n\r\n')
  if (end === -1) return { head, got, length: null, status: 0 }
  const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))?.[1]
  if (length === undefined) throw new Error('an answer without a length')
  return { head: '', got, length: end + 4 + Number(length), status: Number(head.slice(9, 12)) }
}

/** The head of a request with what every one has. */
export function head(
  method: string,
  path: string,
  host: string,
  headers: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries({ host, 'user-agent': 'ParleyLoad/1.0', ...headers })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
