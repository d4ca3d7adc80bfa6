import type { IncomingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'
import { sha256 } from '@parley/core'
import { emojiNames } from '@parley/markdown/emoji'
import { takesGzip } from './compress.ts'
import { fixedHeaders } from './headers.ts'

/** The same for everybody, so that whoever has it need not load it again (RFC 9110, section 13.1.2). */
interface Answer {
  readonly status: 200 | 304
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

const plain = Buffer.from(JSON.stringify({ code_to_names: Object.fromEntries(emojiNames) }))
const zipped = gzipSync(plain, { level: 9 })
// Weak, for it stands for both codings; asked for either way.
const strong = `"${sha256(plain).toString('base64url').slice(0, 22)}"`
const etag = `W/${strong}`
const headers = {
  ...fixedHeaders,
  'content-type': 'application/json',
  'cache-control': 'public, max-age=86400',
  etag,
  vary: 'Accept-Encoding',
}

/** The names of Unicode emoji, as packages/api's `emojiDataPath` says. */
export function emojiData(asked: IncomingHttpHeaders): Answer {
  const known = asked['if-none-match']?.split(',').some((tag) => ['*', etag, strong].includes(tag.trim()))
  if (known === true) return { status: 304, headers, bytes: Buffer.alloc(0) }
  if (!takesGzip(asked['accept-encoding'])) return { status: 200, headers, bytes: plain }
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, bytes: zipped }
}
