import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls'
import { spiffeIdOf } from '@parley/crypto'
import { Client, type ClientConfig, type CustomTypesConfig, Pool, types } from 'pg'
import { utcTime } from './utc-time.ts'

/** A service's certificate for Postgres (its CN is the role), and what the server has to show. PEM texts. */
export interface PgTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Lists of revoked certificates, one for each authority, or none at all. */
  readonly crl?: string[]
  /** URI SAN the server's certificate must carry, e.g. `spiffe://…/svc/postgres`. */
  readonly serverUri?: string
}

/** Where a database is and as whom to come. */
export interface PgConnection {
  /** A host name or address; with `tls: null` the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly role: string
  /** Asked again for each new connection, so that renewed certificates are taken up. Null over a Unix socket only. */
  readonly tls: PgTls | (() => PgTls) | null
}

export interface PgPoolOptions extends PgConnection {
  /** Most connections at a time. */
  readonly pool: number
  /** Connections are replaced after this long, so that a replaced certificate is soon nowhere in use. */
  readonly maxLifetimeSeconds?: number
  /**
   * How long one answer may take, milliseconds: a connection that is silent for longer has nobody at its other end, and is
   * given up. A little longer than any statement may take, unless given.
   */
  readonly answerMs?: number
}

/** Never a URL: anything `ssl*` in one would replace these options as a whole. */
function sslOptions(connection: PgConnection): ConnectionOptions | false {
  if (connection.tls === null) {
    if (!connection.host.startsWith('/')) throw new TypeError('Postgres without TLS only over a Unix socket')
    return false
  }
  const { ca, cert, key, crl, serverUri } =
    typeof connection.tls === 'function' ? connection.tls() : connection.tls
  return {
    ca,
    cert,
    key,
    ...(crl ? { crl } : {}),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    checkServerIdentity: (host: string, peer: PeerCertificate) =>
      checkServerIdentity(host, peer) ?? wrongUri(peer, serverUri),
  }
}

function wrongUri(peer: PeerCertificate, wanted: string | undefined): Error | undefined {
  if (wanted === undefined || spiffeIdOf(peer.subjectaltname) === wanted) return undefined
  return new Error(`the server is not ${wanted}`)
}

/** int8 as a number; what a number cannot hold exactly is an error, never a rounded id. */
function safeNumber(text: string): number {
  const n = Number(text)
  if (!Number.isSafeInteger(n)) throw new RangeError('int8 beyond the safe integers')
  return n
}

// int8[] has no name in pg's list of built-in types.
const int8List: number = 1016

const parsed: CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === types.builtins.INT8) return safeNumber
    const list: number = oid
    if (list === int8List) return (text: string) => listOf(text).map((n) => n && safeNumber(n))
    const parser: unknown = format === 'binary' ? types.getTypeParser(oid, format) : types.getTypeParser(oid)
    if (oid === types.builtins.TIMESTAMPTZ && format !== 'binary' && typeof parser === 'function')
      return (text: string): unknown => utcTime(text) ?? Reflect.apply(parser, null, [text])
    return parser
  },
}

// An int8[] has neither quotes nor nested braces.
const listOf = (text: string): (string | null)[] =>
  text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((n) => (n === 'NULL' ? null : n))

/** Options of one connection, as pg takes them. */
export function clientConfig(connection: PgConnection): ClientConfig {
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.role,
    ssl: sslOptions(connection),
    types: parsed,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  }
}

// A paused or stuck process must not hold its organisation's head for longer than this (milliseconds).
const limits = {
  idle_in_transaction_session_timeout: 2000,
  lock_timeout: 3000,
  statement_timeout: 15_000,
}

const answerMs = limits.statement_timeout + 2000

/** A pool whose connections answer pipelined and read their certificates when they are made. */
export function createPool(options: PgPoolOptions): Pool {
  class FreshClient extends Client {
    constructor() {
      // Compiling a plan takes longer than any of these statements may.
      super({
        ...clientConfig(options),
        ...limits,
        options: '-c jit=off',
        pipeline: true,
        query_timeout: options.answerMs ?? answerMs,
      })
    }
  }
  const pool = new Pool({
    max: options.pool,
    maxLifetimeSeconds: options.maxLifetimeSeconds ?? 600,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 60_000,
    Client: FreshClient,
  })
  // A connection that breaks while nobody waits for it is replaced by the next one; its user learns it by the query.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
