import { createSecureContext, connect, type TLSSocket } from 'node:tls'

/** Where a socket is opened, and what proves who opens it. */
export interface Door {
  readonly address: string
  readonly port: number
  readonly ca: string
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** One receiver: a WebSocket client that does no more than find the ends of frames. */
export interface Receiver {
  /** Events that came: frames of the product hold several. */
  readonly lastId: number
  readonly frames: number
  /** The code of the closing frame, or that the connection ended without one. */
  readonly ended: number | 'cut' | null
  end(): void
}

export type OnFrame = (payload: Buffer) => void

const contexts = new Map<string, ReturnType<typeof createSecureContext>>()

export function contextOf(ca: string): ReturnType<typeof createSecureContext> {
  const known = contexts.get(ca)
  if (known) return known
  const made = createSecureContext({ ca })
  contexts.set(ca, made)
  return made
}

/** @throws Error where the answer is no socket */
export function receive(door: Door, onFrame?: OnFrame): Promise<Receiver> {
  const { promise, resolve, reject } = Promise.withResolvers<Receiver>()
  const { address, port, ca, host, path, headers } = door
  const socket = connect({ host: address, port, servername: 'localhost', secureContext: contextOf(ca) })
  socket.setNoDelay(true)
  const extra = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once('secureConnect', () => {
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${extra.join('')}\r\n`,
    )
  })
  let head: Buffer = Buffer.alloc(0)
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    socket.off('data', onHead)
    if (!head.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
      reject(new Error(head.subarray(0, 200).toString()))
      socket.destroy()
      return
    }
    const reading = new Reading(socket, onFrame)
    const rest = head.subarray(end + 4)
    head = Buffer.alloc(0)
    if (rest.length > 0) reading.take(rest)
    resolve(reading)
  }
  socket.on('data', onHead)
  socket.on('error', reject)
  socket.once('close', () => reject(new Error('the connection was cut')))
  return promise
}

/** Without it the gateway takes the reader for gone; a client's frames are masked (RFC 6455 section 5.1). */
const emptyPong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

class Reading implements Receiver {
  lastId = 0
  frames = 0
  ended: number | 'cut' | null = null
  readonly #socket: TLSSocket
  readonly #onFrame: OnFrame | undefined
  #rest: Buffer | null = null

  constructor(socket: TLSSocket, onFrame: OnFrame | undefined) {
    this.#socket = socket
    this.#onFrame = onFrame
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.once('close', () => {
      this.ended ??= 'cut'
    })
  }

  end(): void {
    this.#socket.destroy()
  }

  take(chunk: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    for (let frame = frameAt(bytes); frame; frame = frameAt(bytes)) {
      this.#frame(frame.opcode, bytes.subarray(frame.from, frame.to))
      bytes = bytes.subarray(frame.to)
    }
    this.#rest = bytes.length > 0 ? bytes : null
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === 8) this.ended = payload.length >= 2 ? payload.readUInt16BE() : 1005
    if (opcode === 9) this.#socket.write(emptyPong)
    if (opcode !== 1) return
    this.frames++
    this.lastId = lastNumber(payload)
    this.#onFrame?.(payload)
  }
}

function frameAt(bytes: Buffer): { opcode: number; from: number; to: number } | null {
  if (bytes.length < 2) return null
  const opcode = (bytes[0] ?? 0) & 15
  const short = (bytes[1] ?? 0) & 127
  const from = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < from) return null
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  return bytes.length < from + length ? null : { opcode, from, to: from + length }
}

/** The last number of a JSON text: the id of its last event. */
function lastNumber(payload: Buffer): number {
  const digit = (i: number): boolean => (payload[i] ?? 0) >= 48 && (payload[i] ?? 0) <= 57
  let end = payload.length
  while (end > 0 && !digit(end - 1)) end--
  let value = 0
  let start = end
  while (start > 0 && digit(start - 1)) start--
  for (let i = start; i < end; i++) value = value * 10 + (payload[i] ?? 0) - 48
  return value
}
