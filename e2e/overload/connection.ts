import { setTimeout as delay } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'

/** Where a connection goes; `host` is an address, `servername` what its certificate has to say. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly ca: string
  readonly servername: string
}

export interface Reply {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: string
}

/** One HTTPS connection that carries one request at a time: little work for whoever makes thousands of them. */
export interface Connection extends Disposable {
  /**
   * Sends one request, head and body as they are, and reads its answer.
   * @throws Error `cut` where the connection ended before the answer did, `hung` where nothing came for `patienceMs`,
   *   `unreachable` where no connection could be made: nothing was sent then
   */
  ask(request: string): Promise<Reply>
}

const attempts = 40

export function connection(target: Target, patienceMs = 30_000): Connection {
  let socket: TLSSocket | null = null
  let onData: (chunk: Buffer) => void = () => {}
  let onEnd: () => void = () => {}

  const once = (): Promise<TLSSocket | null> =>
    new Promise((resolve) => {
      const made = connect(target, () => resolve(made))
      made.setNoDelay(true)
      made.on('error', () => made.destroy())
      made.on('data', (chunk: Buffer) => onData(chunk))
      // A server that says it is done with this connection gets no further request on it.
      made.on('end', () => made.destroy())
      made.on('close', () => {
        if (socket === made) socket = null
        resolve(null)
        onEnd()
      })
    })
  /** A connection that was refused or reset before it was one has carried nothing: it is made again. */
  const opened = async (): Promise<TLSSocket> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      socket ??= await once()
      if (socket) return socket
      await delay(25 + attempt * 5)
    }
    throw new Error('unreachable')
  }
  return {
    async ask(request) {
      const on = await opened()
      const { promise, resolve, reject } = Promise.withResolvers<Reply>()
      const timer = setTimeout(() => {
        reject(new Error('hung'))
        on.destroy()
      }, patienceMs)
      let got: Buffer = Buffer.alloc(0)
      onEnd = () => reject(new Error('cut'))
      onData = (chunk) => {
        got = got.length === 0 ? chunk : Buffer.concat([got, chunk])
        const reply = replyOf(got)
        if (!reply) return
        if (reply.closes) {
          if (socket === on) socket = null
          on.destroy()
        }
        resolve(reply)
      }
      on.write(request)
      return promise.finally(() => {
        clearTimeout(timer)
        onData = onEnd = () => {}
      })
    },
    [Symbol.dispose]: () => socket?.destroy(),
  }
}

/** @returns null until the whole answer is there */
function replyOf(bytes: Buffer): (Reply & { readonly closes: boolean }) | null {
  const at = bytes.indexOf('\r\n\r\n')
  if (at === -1) return null
  const head = bytes.toString('latin1', 0, at)
  const field = (name: string): string | null =>
    new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head)?.[1] ?? null
  const end = at + 4 + Number(field('content-length') ?? 0)
  if (bytes.length < end) return null
  return {
    status: Number(head.slice(9, 12)),
    retryAfter: field('retry-after'),
    body: bytes.toString('utf8', at + 4, end),
    closes: /close/i.test(field('connection') ?? ''),
  }
}

/** The bytes of a request with its parameters in a form. */
export function requestOf(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, string>> = {},
): string {
  const form = new URLSearchParams(fields).toString()
  const inQuery = method === 'GET' && form !== ''
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} /api/v1${path}${inQuery ? `?${form}` : ''} HTTP/1.1\r\n${lines.join('')}`
  if (method === 'GET') return `${head}\r\n`
  const type = 'content-type: application/x-www-form-urlencoded\r\n'
  return `${head}${type}content-length: ${Buffer.byteLength(form)}\r\n\r\n${form}`
}
