import { createHash } from 'node:crypto'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { spiffeId, spiffeIdOf } from '@parley/crypto'
import { Redis } from 'ioredis'
import type { RedisConfig } from '../config/sections.ts'
import type { Certificates } from '../tls/certificates.ts'

/** What is done at Redis: scripts, each whole or not at all. Rejects at once while Redis is away. */
export interface ScriptRunner {
  /** Runs the script, loading it where the server does not know it. */
  run(script: string, keys: readonly string[], args: readonly number[]): Promise<unknown>
}

/** Redis, quick or not at all: it holds nothing that cannot be done without. */
export interface RedisConnection extends ScriptRunner, Disposable {
  /** Resolves when it answers, or after `ms`. */
  ready(ms: number): Promise<boolean>
}

const answerMs = 250
const silentMs = 2000

/** Connects over mutual TLS; certificates are read anew for each connection. */
export function connectRedis(
  config: RedisConfig,
  trustDomain: string,
  certificates: Certificates,
): RedisConnection {
  const open = (): Redis => {
    const { ca, cert, key, crl } = certificates.client
    const redis = new Redis({
      host: config.host,
      port: config.port,
      username: config.username,
      password: config.password.expose(),
      tls: {
        ca,
        cert,
        key,
        ...(crl ? { crl } : {}),
        minVersion: 'TLSv1.3',
        rejectUnauthorized: true,
        checkServerIdentity: (host: string, peer: PeerCertificate) =>
          checkServerIdentity(host, peer) ?? checkRedis(trustDomain, peer),
      },
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      commandTimeout: answerMs,
      // A connection whose other end is gone without a word: the client would keep it until TCP gives up.
      socketTimeout: silentMs,
      connectTimeout: 2000,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(100 * times, 2000),
    })
    // Every failing command rejects for itself; this one only says that the connection is being made anew.
    redis.on('error', () => {})
    return redis
  }
  let redis = open()
  // The client keeps its TLS options for reconnections, so a new certificate needs a new client.
  const forget = certificates.onChange(() => {
    const former = redis
    redis = open()
    former.disconnect()
  })
  const digests = new Map<string, string>()
  return {
    async run(script, keys, args) {
      const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex')
      digests.set(script, digest)
      try {
        return await redis.evalsha(digest, keys.length, ...keys, ...args)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        return redis.eval(script, keys.length, ...keys, ...args)
      }
    },
    async ready(ms) {
      if (redis.status === 'ready') return true
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const timer = setTimeout(resolve, ms, false)
      redis.once('ready', () => {
        resolve(true)
      })
      return promise.finally(() => {
        clearTimeout(timer)
      })
    },
    [Symbol.dispose]() {
      forget()
      redis.disconnect()
    },
  }
}

/** On one machine every certificate says `localhost`, so the host alone proves nothing. */
const checkRedis = (trustDomain: string, peer: PeerCertificate): Error | undefined =>
  spiffeIdOf(peer.subjectaltname) === spiffeId(trustDomain, 'redis')
    ? undefined
    : new Error('the peer is not Redis')
