import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@parley/core'
import { describeError } from '../log/error.ts'
import type { ServiceDeps } from '../service.ts'

/** A certificate chain, its key and the authorities that peers must come from, all PEM. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  readonly ca: string
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

/**
 * Loads `client.{crt,key}`, `server.{crt,key}` and `ca.crt` of a folder and follows their replacement. A pair
 * that cannot be read or does not match leaves the former one in use and says so in log and metric.
 * @throws AppError INTERNAL where the first load fails
 */
export function watchCertificates(
  dir: string,
  { logger, metrics }: Pick<ServiceDeps, 'logger' | 'metrics'>,
): Certificates {
  let now = load(dir)
  const listeners = new Set<() => void>()
  const tell = (): void => {
    metrics.notAfter.set({ file: 'client.crt' }, notAfter(now.client.cert))
    metrics.notAfter.set({ file: 'server.crt' }, notAfter(now.server.cert))
  }
  tell()
  const reload = (): boolean => {
    try {
      const next = load(dir)
      if (same(now, next)) return false
      now = next
    } catch (error) {
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

function load(dir: string): Loaded {
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8')
  try {
    const ca = read('ca.crt')
    const pair = (name: string): TlsMaterial => {
      const [cert, key] = [read(`${name}.crt`), read(`${name}.key`)]
      if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
        throw new TypeError(`${name}.key is not the key of ${name}.crt`)
      return { cert, key, ca }
    }
    return { client: pair('client'), server: pair('server') }
  } catch (error) {
    throw new AppError('INTERNAL', 'Certificates cannot be loaded', { cause: error })
  }
}

const notAfter = (cert: string): number => new X509Certificate(cert).validToDate.getTime() / 1000

const same = (a: Loaded, b: Loaded): boolean =>
  (['client', 'server'] as const).every((use) =>
    (['cert', 'key', 'ca'] as const).every((part) => a[use][part] === b[use][part]),
  )
