import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@parley/core'
import { dueForRenewal, partsOf, revokedIn } from '@parley/crypto'
import { describeError } from '../log/error.ts'
import type { ServiceDeps } from '../service.ts'

/** A certificate chain, its key and the authorities that peers must come from, all PEM. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  readonly ca: string
  /** The authorities' lists of revoked certificates, one for each of them, or none at all. */
  readonly crl?: string[]
}

/** The certificates of one identity, always the newest good ones. */
export interface Certificates extends Disposable {
  /** For connections that this process makes: link, Postgres, NATS, Redis. */
  readonly client: TlsMaterial
  /** For its listeners. */
  readonly server: TlsMaterial
  /** Calls back after every replacement. @returns ends the subscription */
  onChange(listener: () => void): () => void
  /** Looks now, rather than when the file system tells. @returns whether something changed */
  reload(): boolean
}

type Loaded = Pick<Certificates, 'client' | 'server'>

/** How often the folder is looked at where the file system does not tell (network folders, swapped links). */
const pollMs = 30_000
/** How often it is said that a certificate runs out. */
const alarmMs = 3_600_000

/**
 * Loads `client.{crt,key}`, `server.{crt,key}`, `ca.crt` and, where it is there, `ca.crl` of a folder and follows their replacement. A pair
 * that cannot be read or does not match leaves the former one in use and says so in log and metric. So does, once an hour, a
 * certificate with less than a third of its life left: by then it should have been renewed.
 * @throws AppError INTERNAL where the first load fails
 */
export function watchCertificates(
  dir: string,
  { clock, logger, metrics }: Pick<ServiceDeps, 'clock' | 'logger' | 'metrics'>,
): Certificates {
  let now = load(dir)
  const listeners = new Set<() => void>()
  let saidMs = -Infinity
  const tell = (): void => {
    const silent = clock.monotonic() - saidMs < alarmMs
    for (const use of ['client', 'server'] as const) {
      const { cert } = now[use]
      const file = `${use}.crt`
      metrics.notAfter.set({ file }, notAfter(cert))
      metrics.expires.set({ file }, notAfter(cert) - clock.now() / 1000)
      if (silent || !dueForRenewal(cert, clock.now())) continue
      saidMs = clock.monotonic()
      logger.warn('a certificate runs out and has not been renewed', {
        file,
        not_after: new Date(notAfter(cert) * 1000).toISOString(),
      })
    }
  }
  tell()
  const reload = (): boolean => {
    try {
      const next = load(dir, now.server.crl !== undefined)
      metrics.unusable.set(0)
      if (same(now, next)) {
        tell()
        return false
      }
      now = next
    } catch (error) {
      metrics.unusable.set(1)
      tell()
      logger.error('new certificates are not usable, the former stay', describeError(error))
      return false
    }
    tell()
    logger.info('certificates replaced')
    for (const listener of listeners) listener()
    return true
  }
  const watcher = watch(dir, { persistent: false }, () => reload())
  watcher.on('error', (error) => logger.warn('certificate folder is not watched', describeError(error)))
  const timer = setInterval(reload, pollMs).unref()
  return {
    get client() {
      return now.client
    },
    get server() {
      return now.server
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reload,
    [Symbol.dispose]() {
      watcher.close()
      clearInterval(timer)
      listeners.clear()
    },
  }
}

/** @param listed whether there was a list of revoked certificates before: then there has to be one */
function load(dir: string, listed = false): Loaded {
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8')
  try {
    const ca = read('ca.crt')
    const crl = listed || existsSync(join(dir, 'ca.crl')) ? listsIn(read('ca.crl')) : undefined
    const pair = (name: string): TlsMaterial => {
      const [cert, key] = [read(`${name}.crt`), read(`${name}.key`)]
      if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
        throw new TypeError(`${name}.key is not the key of ${name}.crt`)
      return { cert, key, ca, ...(crl ? { crl } : {}) }
    }
    return { client: pair('client'), server: pair('server') }
  } catch (error) {
    throw new AppError('INTERNAL', 'Certificates cannot be loaded', { cause: error })
  }
}

/** Tries them too: what nobody can read must not come into use as if nothing had been revoked. */
function listsIn(pem: string): string[] {
  revokedIn(pem)
  const lists = partsOf(pem)
  if (lists.length === 0) throw new TypeError('ca.crl holds no list')
  return lists
}

const notAfter = (cert: string): number => new X509Certificate(cert).validToDate.getTime() / 1000

const same = (a: Loaded, b: Loaded): boolean =>
  (['client', 'server'] as const).every((use) =>
    (['cert', 'key', 'ca', 'crl'] as const).every((part) => String(a[use][part]) === String(b[use][part])),
  )
