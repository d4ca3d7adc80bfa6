import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { TLSSocket, type TLSSocketOptions } from 'node:tls'
import type { Pair } from '@parley/crypto'
import type { Protocol } from './knock.ts'

/** How somebody poses as one of our servers. */
export type Pose =
  | { readonly pair: Pair; readonly tls?: TLSSocketOptions }
  /** Without TLS: what it says at once, and to the first that it hears. */
  | { readonly greeting?: string; readonly reply: string }

/** A server that lets everybody in and writes down what it is told. */
export interface Impostor extends AsyncDisposable {
  readonly port: number
  readonly connections: number
  /** What it was told before TLS, or without. */
  clear(): Buffer
  /** What it was told inside TLS. */
  inside(): Buffer
  /** Resolves when somebody has told it something inside TLS. */
  readonly told: Promise<void>
}

export const natsInfo = (more: Readonly<Record<string, unknown>>): string =>
  `INFO ${JSON.stringify({
    server_id: 'N',
    server_name: 'parley',
    version: '2.9.10',
    proto: 1,
    host: '127.0.0.1',
    headers: true,
    max_payload: 1_048_576,
    jetstream: true,
    ...more,
  })}\r\n`

/** Listens on a free port of 127.0.0.1. */
export async function startImpostor(protocol: Protocol, pose: Pose): Promise<Impostor> {
  const open = new Set<Socket>()
  const [clear, inside]: [Buffer[], Buffer[]] = [[], []]
  const told = Promise.withResolvers<void>()
  let connections = 0

  const dress = (socket: Socket): void => {
    if (!('pair' in pose)) return
    // It does not mind who comes.
    const dressed = new TLSSocket(socket, {
      isServer: true,
      requestCert: true,
      rejectUnauthorized: false,
      ...pose.pair,
      ...pose.tls,
    })
    dressed.on('error', () => socket.destroy())
    dressed.on('data', (chunk: Buffer) => {
      inside.push(chunk)
      told.resolve()
    })
  }
  const server = createServer((socket) => {
    connections++
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    if (!('pair' in pose)) {
      if (pose.greeting !== undefined) socket.write(pose.greeting, 'latin1')
      socket.on('data', (chunk: Buffer) => clear.push(chunk))
      socket.once('data', () => socket.write(pose.reply, 'latin1'))
    } else if (protocol === 'postgres')
      socket.once('data', (chunk: Buffer) => {
        clear.push(chunk)
        socket.write('S')
        dress(socket)
      })
    else {
      if (protocol === 'nats') socket.write(natsInfo({ tls_required: true, tls_verify: true }))
      dress(socket)
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    get connections() {
      return connections
    },
    clear: () => Buffer.concat(clear),
    inside: () => Buffer.concat(inside),
    told: told.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
