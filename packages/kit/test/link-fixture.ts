import { once } from 'node:events'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { call, type Call, type ServiceName } from '@parley/api'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import {
  type Address,
  createLinkClient,
  createMetrics,
  type LinkClient,
  type LinkLimits,
  watchCertificates,
} from '../src/index.ts'
import { createInternalHttp } from '../src/http/internal.ts'
import type { IncomingCall, LinkHandler } from '../src/link/served-connection.ts'
import { createLinkServer, type LinkServer } from '../src/link/server.ts'
import { checkService } from '../src/tls/peer.ts'
import { testDeps } from './deps.ts'
import { trustDomain } from './identities.ts'

/** Answers its input. */
export const echo = declare('auth.echo', true)
/** The same, but never to be made twice. */
export const onlyOnce = declare('auth.once', false)

type Text = z.ZodObject<{ text: z.ZodString }>
function declare(id: string, idempotent: boolean): Call<Text, Text> {
  return call({
    id,
    service: 'auth',
    callers: ['gateway'],
    idempotent,
    input: z.object({ text: z.string() }),
    response: z.object({ text: z.string() }),
  })
}

export interface TestServer {
  readonly link: LinkServer
  readonly address: Address
  readonly calls: IncomingCall[]
  readonly lines: string[]
  /** Ends it: waits for callers to leave as in production. */
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly certDir: string
  readonly handler?: LinkHandler
  readonly limits?: Partial<LinkLimits>
  readonly port?: number
}

/** A listener with a link, as `serve` makes it, around a bare handler. */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const { certDir, handler = async (c) => ({ out: c.input }), limits = {}, port = 0 } = options
  const deps = testDeps('auth')
  const certificates = watchCertificates(certDir, deps)
  const http = createInternalHttp({ deps, certificates, trustDomain, checks: {} })
  const calls: IncomingCall[] = []
  const link = createLinkServer({
    trustDomain,
    deps,
    limits: { drainMs: 2_000, ...limits },
    handler: (c) => {
      calls.push(c)
      return handler(c)
    },
  })
  http.app.server.on('upgrade', (request, socket, head) => link.upgrade(request, socket, head))
  const address = await http.listen({ host: '127.0.0.1', port })
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await link.drain()
    await http.close()
    certificates[Symbol.dispose]()
  }
  const stopOnce = (): Promise<void> => (stopped ??= stop())
  onTestFinished(stopOnce)
  return { link, address, calls, lines: deps.lines, stop: stopOnce }
}

export interface ClientOptions {
  readonly certDir: string
  readonly auth: readonly Address[]
  readonly limits?: Partial<LinkLimits>
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

/** A client of one service, `auth`. */
export function startClient({ certDir, auth, limits = {}, resolve }: ClientOptions): LinkClient & {
  readonly lines: string[]
} {
  const deps = { ...testDeps('gateway'), metrics: createMetrics('gateway') }
  const certificates = watchCertificates(certDir, deps)
  const client = createLinkClient({
    config: { peers: { auth }, trustDomain },
    certificates,
    deps,
    limits: { backoffMs: [5, 50], ...limits },
    ...(resolve ? { resolve } : {}),
  })
  onTestFinished(async () => {
    await client[Symbol.asyncDispose]()
    certificates[Symbol.dispose]()
  })
  return { ...client, lines: deps.lines }
}

/** A handler whose calls wait until they are let go. */
export function gate(): { handler: LinkHandler; open(): void; arrived: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = Promise.withResolvers<void>()
  return {
    async handler(c) {
      if (c.requestId === 'warm') return { out: c.input }
      first.resolve()
      await promise
      return { out: c.input }
    },
    open: resolve,
    arrived: first.promise,
  }
}

/** Resolves when `holds` does; looked at again after every turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Calls until every server has been met, then forgets these calls. */
export async function warm(client: LinkClient, ...servers: readonly TestServer[]): Promise<void> {
  while (servers.some((server) => server.calls.length === 0))
    await client.call(echo, { text: '' }, { requestId: 'warm' })
  for (const server of servers) server.calls.length = 0
}

type Listening = Pick<TestServer, 'address'>

/** A bare TLS connection to a server, as the certificates of a folder say who we are. */
export function rawSocket(
  { address }: Listening,
  certDir: string,
  more: ConnectionOptions = {},
  service: ServiceName = 'auth',
): TLSSocket {
  using certificates = watchCertificates(certDir, testDeps())
  const socket = connect({
    ...certificates.client,
    ...address,
    checkServerIdentity: checkService(trustDomain, service),
    ...more,
  })
  onTestFinished(() => void socket.destroy())
  return socket
}

/** A WebSocket on `/link` that speaks no protocol of ours. */
export async function rawLink(server: Listening, certDir: string, service?: ServiceName): Promise<WebSocket> {
  const ws = new WebSocket(`wss://127.0.0.1:${server.address.port}/link`, {
    createConnection: () => rawSocket(server, certDir, {}, service),
  })
  await once(ws, 'open')
  return ws
}
