import { sha256 } from '@parley/core'
import type { Limit } from '@parley/api'
import { isIPv6 } from 'node:net'
import type { Rate } from './gcra.ts'

/** Whom a request is counted for; `user` and `account` are null where there is none. */
export interface Counted {
  readonly org: number
  readonly user: number | null
  readonly ip: string
  /** The account named in the request, as it was typed. */
  readonly account: string | null
}

/** One counter of a request. */
export interface Counter {
  readonly key: string
  readonly rate: Rate
}

/**
 * The counters of a request under its declared limits. Keys hold ids and digests only, and those of an organisation
 * are in one slot of a cluster.
 * @param factor multiplies every limit (load tests)
 */
export function counters(limits: readonly Limit[], who: Counted, factor: number): Counter[] {
  return limits.flatMap((limit) => {
    const subject = subjectOf(limit.by, who)
    if (subject === null) return []
    const rate = { count: Math.max(1, Math.floor(limit.count * factor)), periodMs: limit.seconds * 1000 }
    return [{ key: `gateway:limit:{${who.org}}:${limit.name}:${limit.seconds}:${subject}`, rate }]
  })
}

function subjectOf(by: Limit['by'], who: Counted): string | null {
  switch (by) {
    case 'user':
      return who.user === null ? null : `u${who.user}`
    case 'ip':
      return `a${network(who.ip)}`
    case 'network':
      return `w${network(who.ip, 3)}`
    case 'organisation':
      return 'o'
    case 'account':
      return who.account === null
        ? null
        : `n${sha256(who.account.trim().toLowerCase()).toString('base64url').slice(0, 22)}`
  }
}

/**
 * An IPv4 address itself; of IPv6 the /64, for a client owns all of it.
 * @param parts how many are left of each: 3 are an IPv4 /24 and the /48 that a provider gives
 */
export function network(ip: string, parts: 3 | 4 = 4): string {
  const plain = ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip
  if (!isIPv6(plain)) return plain.split('.').slice(0, parts).join('.')
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return groups
    .slice(0, parts)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join('.')
}
