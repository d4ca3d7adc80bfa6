import { setTimeout as delay } from 'node:timers/promises'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { Caller } from '@parley/api'
import { unavailable } from '@parley/core'
import { spiffeIdOf } from '@parley/crypto'
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core'
import { connect } from '@nats-io/transport-node'
import { publishSpan, receiveSpan, requestSpan } from './span.ts'

/** Certificate and key of the connecting service and the authority of the server, all PEM. */
export interface BusTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Lists of revoked certificates, one for each authority, or none at all. */
  readonly crl?: string[]
}

export interface BusOptions {
  /** `tls://host:port`, or several with commas. */
  readonly url: string
  /** Who connects: its inbox is `_INBOX_<service>`. */
  readonly service: Caller
  /** Asked again at each connection, so that renewed certificates are taken up. */
  readonly tls: () => BusTls
  /** URI SAN that the server's certificate must carry. */
  readonly serverUri: string
  /** Told what went wrong, without content; the connection mends itself. */
  readonly onProblem?: (what: string, error?: unknown) => void
}

export type Unsubscribe = () => void

/**
 * The connection to NATS. It is there at once and connects by itself, for ever; while it is not connected nothing is
 * queued: what is published is lost, as on core NATS anything may be, and requests fail.
 */
export interface Bus extends AsyncDisposable {
  readonly connected: boolean
  publish(subject: string, payload: Uint8Array | string): void
  /** Calls back for each message until unsubscribed; survives reconnects (what came meanwhile is lost). */
  subscribe(subject: string, onMessage: (message: Message) => void): Unsubscribe
  /** @throws AppError UNAVAILABLE where nobody answered in time */
  request(subject: string, payload: Uint8Array | string, timeoutMs: number): Promise<Uint8Array>
  /** Calls back after every connection, the first one too, when subscriptions stand again. */
  onConnect(listener: () => void): Unsubscribe
  /** Resolves at the first connection. */
  readonly ready: Promise<void>
  /** The bare connection, for JetStream inside this package; null while there is none. */
  readonly connection: NatsConnection | null
  /** Connects anew, with the certificates as they are now. */
  renew(): Promise<void>
}

export interface Message {
  readonly subject: string
  readonly data: Uint8Array
  respond(payload: Uint8Array | string): void
}

const retryMs = 250

interface Subscribed {
  readonly subject: string
  readonly onMessage: (message: Message) => void
  live: Subscription | null
}

/** Opens the connection; returns before it stands. */
export function createBus(options: BusOptions): Bus {
  const { onProblem = () => {} } = options
  const subscriptions = new Set<Subscribed>()
  const listeners = new Set<() => void>()
  const ready = Promise.withResolvers<void>()
  const ended = new AbortController()
  let connection: NatsConnection | null = null
  let connected = false

  const attach = (nats: NatsConnection, one: Subscribed): void => {
    one.live = nats.subscribe(one.subject, {
      callback: (error, message) => {
        if (error) onProblem(`subscription to ${one.subject}`, error)
        else receiveSpan(message.subject, message.headers, () => one.onMessage(messageOf(message)))
      },
    })
  }
  const up = (): void => {
    connected = true
    ready.resolve()
    for (const listener of listeners) listener()
  }

  // A connection ends only when it is told to, or when the client gives up for a reason it thinks is final.
  const live = async (): Promise<void> => {
    let told = false
    while (!ended.signal.aborted) {
      const nats = await connect(natsOptions(options)).catch((error: unknown) => {
        if (!told) onProblem('connecting to NATS', error)
        told = true
        return null
      })
      if (nats === null) {
        await delay(retryMs, undefined, { signal: ended.signal }).catch(() => {})
        continue
      }
      if (ended.signal.aborted) return nats.close()
      told = false
      connection = nats
      for (const one of subscriptions) attach(nats, one)
      up()
      for await (const status of nats.status()) {
        if (status.type === 'disconnect') {
          connected = false
          onProblem('NATS is gone')
        } else if (status.type === 'reconnect') up()
        else if (status.type === 'error') onProblem('NATS', status.error)
        else if (status.type === 'slowConsumer') onProblem('messages of NATS wait too long')
      }
      connected = false
      connection = null
    }
  }
  const living = live()

  return {
    get connected() {
      return connected
    },
    get connection() {
      return connected ? connection : null
    },
    ready: ready.promise,
    publish(subject, payload) {
      const nats = connected ? connection : null
      if (nats) publishSpan(subject, (sent) => nats.publish(subject, payload, sent && { headers: sent }))
    },
    subscribe(subject, onMessage) {
      const one: Subscribed = { subject, onMessage, live: null }
      subscriptions.add(one)
      if (connection) attach(connection, one)
      return () => {
        subscriptions.delete(one)
        one.live?.unsubscribe()
      }
    },
    async request(subject, payload, timeoutMs) {
      const nats = connected ? connection : null
      if (!nats) throw unavailable(new Error('no connection to NATS'))
      try {
        const answer = await requestSpan(subject, (sent) =>
          nats.request(subject, payload, { timeout: timeoutMs, ...(sent ? { headers: sent } : {}) }),
        )
        return answer.data
      } catch (error) {
        throw unavailable(error)
      }
    },
    onConnect(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async renew() {
      await connection?.reconnect()
    },
    async [Symbol.asyncDispose]() {
      ended.abort()
      await (connected ? connection?.drain() : connection?.close())
      await living
    },
  }
}

const messageOf = (message: Msg): Message => ({
  subject: message.subject,
  data: message.data,
  respond: (payload) => {
    message.respond(payload)
  },
})

function natsOptions({ url, service, tls, serverUri }: BusOptions): Parameters<typeof connect>[0] {
  // The client reads these at every connection, so getters give it the newest.
  const tlsOptions = {
    get ca() {
      return tls().ca
    },
    get cert() {
      return tls().cert
    },
    get key() {
      return tls().key
    },
    get crl() {
      return tls().crl
    },
    minVersion: 'TLSv1.3',
    checkServerIdentity: (host: string, peer: PeerCertificate) =>
      checkServerIdentity(host, peer) ??
      (spiffeIdOf(peer.subjectaltname) === serverUri
        ? undefined
        : new Error(`the server is not ${serverUri}`)),
  }
  return {
    servers: url.split(','),
    name: service,
    inboxPrefix: `_INBOX_${service}`,
    tls: tlsOptions,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    ignoreClusterUpdates: true,
    reconnectTimeWait: 200,
    reconnectJitter: 200,
    reconnectJitterTLS: 200,
    timeout: 5000,
    pingInterval: 5000,
    maxPingOut: 2,
    noAsyncTraces: true,
  }
}
