import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, watch } from 'node:fs'
import { join } from 'node:path'

export interface PublicPair {
  readonly cert: string
  readonly key: string
}

/** The certificate that clients see, always the newest good one. */
export interface PublicCertificate extends Disposable {
  readonly pair: PublicPair
}

const pollMs = 5000
/** The pair is two files: between the two of them it fits not, and nothing is wrong. */
const settleMs = 500

/**
 * Follows `server.{crt,key}` of a folder. A pair that cannot be read or does not match leaves the former in use.
 * @param onChange called after each replacement
 * @param onFault called where new files are not usable
 * @throws where the first load fails
 */
export function watchPublicCertificate(
  dir: string,
  onChange: (pair: PublicPair) => void,
  onFault: (error: unknown) => void,
): PublicCertificate {
  let pair = load(dir)
  let again: NodeJS.Timeout | undefined
  const look = (fault: (error: unknown) => void): void => {
    clearTimeout(again)
    try {
      const next = load(dir)
      if (next.cert === pair.cert && next.key === pair.key) return
      pair = next
    } catch (error) {
      fault(error)
      return
    }
    onChange(pair)
  }
  const lookTwice = (): void => {
    look(() => {
      again = setTimeout(() => look(onFault), settleMs).unref()
    })
  }
  const watcher = watch(dir, { persistent: false }, lookTwice)
  watcher.on('error', onFault)
  // Where the file system does not tell.
  const timer = setInterval(lookTwice, pollMs).unref()
  return {
    get pair() {
      return pair
    },
    [Symbol.dispose]() {
      watcher.close()
      clearInterval(timer)
      clearTimeout(again)
    },
  }
}

function load(dir: string): PublicPair {
  const [cert, key] = ['server.crt', 'server.key'].map((name) => readFileSync(join(dir, name), 'utf8'))
  if (cert === undefined || key === undefined) throw new TypeError('no certificate')
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new TypeError('server.key is not the key of server.crt')
  return { cert, key }
}
