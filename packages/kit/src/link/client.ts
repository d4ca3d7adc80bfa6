import type { ServiceName } from '@parley/api'
import { AppError, asAppError, unavailable } from '@parley/core'
import type { Peers } from '../config/address.ts'
import type { Lent } from '../memory/pool.ts'
import { currentScope } from '../scope.ts'
import type { ServiceDeps } from '../service.ts'
import { callingSpan } from '../telemetry.ts'
import type { Certificates } from '../tls/certificates.ts'
import type { CallingConnection } from './calling-connection.ts'
import { type LinkLimits, linkLimitsOf } from './limits.ts'
import type { CallOptions, LinkClient } from './link-client.ts'
import type { Outgoing, Reply } from './outgoing.ts'
import { Peer, type Resolve, systemResolve } from './peer.ts'

export interface LinkClientOptions {
  readonly config: { readonly peers: Peers; readonly trustDomain: string }
  readonly certificates: Certificates
  readonly deps: ServiceDeps
  readonly limits?: Partial<LinkLimits>
  /** How host names become addresses; the system's way unless given. */
  readonly resolve?: Resolve
}

interface Declared {
  readonly id: string
  readonly service: ServiceName
  readonly idempotent: boolean
}
type Payload = Pick<Outgoing, 'kind' | 'input' | 'token'>
type Answer = Extract<Reply, { kind: 'ok' }>

const defaultTimeoutMs = 10_000

/** Opens the link to every configured peer, at once and for as long as it is not disposed. */
export function createLinkClient(options: LinkClientOptions): LinkClient {
  const { config, certificates, deps, resolve = systemResolve } = options
  const { trustDomain } = config
  const peers = new Map<string, Peer>()
  for (const [name, addresses] of Object.entries(config.peers)) {
    // `Peers` has services for keys and nothing else.
    const service = name as ServiceName
    const limits = linkLimitsOf(service, options.limits)
    peers.set(name, new Peer({ service, addresses, resolve, deps, certificates, trustDomain, limits }))
  }
  const transmit = (declared: Declared, payload: Payload, call: CallOptions): Promise<Answer> =>
    counted(deps, declared.id, () =>
      callingSpan(declared.id, declared.service, (traceparent) =>
        untilDeadline(deps, call, (signal, leftMs) => {
          const peer = peers.get(declared.service)
          if (!peer) throw unavailable(new TypeError(`no peer ${declared.service} configured`))
          const requestId = call.requestId ?? currentScope()?.requestId ?? deps.ids.uuid()
          const outgoing = () => ({ ...payload, op: declared.id, requestId, traceparent, leftMs: leftMs() })
          return deliver(peer, declared, outgoing, signal)
        }),
      ),
    )
  return {
    async call(declared, input, call = {}) {
      const answer = await transmit(declared, { kind: 'call', input, token: null }, call)
      return declared.response.parse(parsed(answer.json)) as never
    },
    async callForJson(declared, input, call = {}) {
      return (await transmit(declared, { kind: 'call', input, token: null }, call)).json
    },
    async operation(declared, raw, request, token, call = {}) {
      const answer = await transmit(declared, { kind: 'op', input: { raw, request }, token }, call)
      return { json: answer.json, ignored: answer.ignored }
    },
    async check() {
      for (const peer of peers.values()) if (!peer.open) throw unavailable()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...peers.values()].map((peer) => peer.stop()))
    },
  }
}

/** What stands apart is read where it is needed. @throws AppError UNAVAILABLE for what is no JSON */
function parsed(json: Lent): unknown {
  const text = json.bytes.toString()
  json.release()
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    throw unavailable(error)
  }
}

/** Runs `work` until the deadline, the caller's signal or its own end, whichever is first. */
async function untilDeadline<R>(
  { clock }: ServiceDeps,
  { signal: outer, timeoutMs = defaultTimeoutMs }: CallOptions,
  work: (signal: AbortSignal, leftMs: () => number) => Promise<R>,
): Promise<R> {
  const end = Math.min(clock.monotonic() + timeoutMs, currentScope()?.deadline ?? Infinity)
  const leftMs = (): number => Math.max(0, end - clock.monotonic())
  const ending = new AbortController()
  const stop = (): void => ending.abort()
  const timer = setTimeout(stop, leftMs())
  outer?.addEventListener('abort', stop)
  try {
    if (outer?.aborted || leftMs() === 0) throw unavailable()
    return await work(ending.signal, leftMs)
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', stop)
  }
}

/** Sends a call; once more on another connection where it was surely not begun, or may be done twice. */
async function deliver(
  peer: Peer,
  { idempotent }: Declared,
  outgoing: () => Outgoing,
  signal: AbortSignal,
): Promise<Answer> {
  let avoid: CallingConnection | null = null
  for (let again = false; ; again = true) {
    const connection: CallingConnection = await peer.acquire(signal, avoid)
    const reply = await answered(connection, outgoing(), signal)
    if (reply.kind === 'ok') return reply
    const harmless = idempotent || reply.kind === 'busy'
    if (again || !harmless || reply.kind === 'ended') throw gaveUp(harmless)
    avoid = connection
  }
}

async function answered(
  connection: CallingConnection,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Reply | { readonly kind: 'ended' }> {
  const sent = connection.send(outgoing)
  const { promise: ended, resolve } = Promise.withResolvers<{ readonly kind: 'ended' }>()
  const end = (): void => {
    sent.cancel()
    resolve({ kind: 'ended' })
  }
  signal.addEventListener('abort', end)
  try {
    if (signal.aborted) end()
    return await Promise.race([sent.reply, ended])
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** Whether the call was done is unknown, so only harmless ones are called retryable. */
const gaveUp = (retryable: boolean): AppError =>
  retryable
    ? unavailable()
    : new AppError('UNAVAILABLE', 'Service temporarily unavailable', { data: { 'retry-after': 1 } })

async function counted<R>({ clock, metrics }: ServiceDeps, op: string, work: () => Promise<R>): Promise<R> {
  const began = clock.monotonic()
  let code = 'ok'
  metrics.inFlight.inc({ side: 'called' })
  try {
    return await work()
  } catch (error) {
    code = asAppError(error).code
    throw error
  } finally {
    metrics.inFlight.dec({ side: 'called' })
    metrics.called.inc({ op, code })
    metrics.calling.observe({ op }, (clock.monotonic() - began) / 1000)
  }
}
