import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Rendered } from './render.ts'

const gzipped = promisify(gzip)

/** Less is not worth the time. */
const leastBytes = 65_536

/** Who asks, as far as it matters here. */
export interface Reader {
  /** The request's Accept-Encoding. */
  readonly accepts: string | undefined
  readonly door: 'Basic' | 'Session'
}

/**
 * A large answer in the coding that every client has (RFC 9110, section 12.5.3), off the event loop and with as little
 * work as possible: a snapshot of ten thousand people shrinks to a twentieth. What a browser asks for with its cookie is
 * left as it is: another site can make it ask, and the length of what is compressed tells of what is in it (adr 0041).
 */
export async function compressed(rendered: Rendered, { accepts, door }: Reader): Promise<Rendered> {
  const { body, headers } = rendered
  if (door === 'Session' || Buffer.byteLength(body) < leastBytes) return rendered
  const varied = { ...headers, vary: 'accept-encoding' }
  if (!takesGzip(accepts)) return { ...rendered, headers: varied }
  const small = await gzipped(body, { level: constants.Z_BEST_SPEED })
  return { ...rendered, headers: { ...varied, 'content-encoding': 'gzip' }, body: small }
}

/** Is gzip named, and not with a weight of nothing? */
export const takesGzip = (accepts: string | undefined): boolean =>
  accepts !== undefined &&
  /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(accepts)
