import type { IncomingHttpHeaders } from 'node:http'
import { constants, createGzip } from 'node:zlib'
import { Turns } from '@parley/kit'
import { fixedHeaders } from './headers.ts'
import { leastLarge, Pieces } from './pieces.ts'
import type { Rendered } from './render.ts'

/** Of the four threads that the process has for such work; what waits longer than for a few others goes out as it is. */
export const compressing = (): Turns => new Turns(2, 8)

const varied = { vary: `${fixedHeaders.vary}, Accept-Encoding` }

/**
 * A large answer in the coding that every client has (RFC 9110, section 12.5.3), off the event loop and with as little
 * work as possible: a snapshot of ten thousand people shrinks to a twentieth. What a browser may have been made to ask
 * for is left as it is: the length of what is compressed tells of what is in it (adr 0041).
 */
export async function compressed(
  rendered: Rendered,
  asked: IncomingHttpHeaders,
  turns: Turns,
): Promise<Rendered> {
  const { body } = rendered
  if ((body instanceof Pieces ? body.length : Buffer.byteLength(body)) < leastLarge) return rendered
  const plain = { ...rendered, headers: { ...rendered.headers, ...varied } }
  if (byBrowser(asked) || !takesGzip(asked['accept-encoding'])) return plain
  const pieces = body instanceof Pieces ? body : new Pieces([Buffer.from(body)], [])
  const small = await turns.take(() => gzipped(pieces)).catch(() => null)
  if (small) pieces.release()
  return small ? { ...plain, headers: { ...plain.headers, 'content-encoding': 'gzip' }, body: small } : plain
}

/** A thread's work at a time: what goes in, and what may come out of it, of which a snapshot is a few. */
const [inBytes, outBytes] = [4 * 1024 * 1024, 128 * 1024]

/** Nothing reads of the pieces any more when it resolves; where it throws, that is not known. */
async function gzipped(pieces: Pieces): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: outBytes })
  const out: Buffer[] = []
  pieces.stream(inBytes).pipe(gzip)
  for await (const chunk of gzip) out.push(chunk as Buffer)
  return Buffer.concat(out)
}

/** Browsers say where a page asks from, and send what they keep; nothing else does. */
const byBrowser = (asked: IncomingHttpHeaders): boolean =>
  ['cookie', 'origin', 'sec-fetch-site'].some((name) => asked[name] !== undefined)

/** Is gzip named, and not with a weight of nothing? */
export const takesGzip = (accepts: string | undefined): boolean =>
  accepts !== undefined &&
  /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(accepts)
