import { type AppError, type ErrorCode, unavailable } from '@parley/core'
import type { Lent } from '@parley/kit'
import { Pieces } from './pieces.ts'

/** An answer ready for the socket. */
export interface Rendered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | Pieces
}

export interface RenderedText extends Rendered {
  readonly body: string
}

/** Codes that exist only inside: clients know them by their status. */
const asBadRequest: ReadonlySet<ErrorCode> = new Set([
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'HEADERS_TOO_LARGE',
])

/** Fields of an error that services tell the gateway, not the client. */
const inner: ReadonlySet<string> = new Set(['stale', 'result', 'msg', 'code'])

/** The API's form of an error (semantics: answers and errors). `door`: which scheme a 401 asks for. */
export function renderError(error: AppError, door: 'Basic' | 'Session'): RenderedText {
  const body: Record<string, unknown> = { result: 'error', msg: error.message }
  if (error.status < 500) body['code'] = asBadRequest.has(error.code) ? 'BAD_REQUEST' : error.code
  for (const [key, value] of Object.entries(error.data)) if (!inner.has(key)) body[key] = value
  const headers: Record<string, string> = {}
  if (error.status === 401) headers['www-authenticate'] = `${door} realm="zulip"`
  const retryAfter = error.data['retry-after']
  if (typeof retryAfter === 'number') headers['retry-after'] = String(retryAfter)
  const allowed = error.data['allowed_methods']
  if (error.status === 405 && Array.isArray(allowed)) headers['allow'] = allowed.join(', ')
  return { status: error.status, headers, body: JSON.stringify(body) }
}

/** The API's form of a success. `ignored`: names of parameters that the operation does not know. */
export function renderSuccess(data: unknown, ignored: readonly string[]): RenderedText {
  const extra = ignored.length > 0 ? { ignored_parameters_unsupported: ignored } : {}
  const body = { result: 'success', msg: '', ...(data as Record<string, unknown>), ...extra }
  return { status: 200, headers: {}, body: JSON.stringify(body) }
}

const [opening, closing] = [0x7b, 0x7d]

/** @throws AppError UNAVAILABLE for what is no object */
function insideOf(json: Buffer): Buffer {
  if (json.length < 2 || json[0] !== opening || json.at(-1) !== closing) throw unavailable()
  return json.subarray(1, -1)
}

/** Larger answers stay bytes: they are neither read nor written anew. */
const largeBytes = 16_384
/** Larger ones are not even put together. */
const piecesBytes = 65_536

/**
 * As `renderSuccess`, of objects that are JSON already.
 * @param parts each the JSON of an object; of keys that several have the last counts, as clients read JSON
 */
export function renderJson(parts: readonly Lent[], ignored: readonly string[]): Rendered {
  const extra =
    ignored.length > 0 ? [Buffer.from(JSON.stringify({ ignored_parameters_unsupported: ignored }))] : []
  const inner = [...parts.map((part) => part.bytes), ...extra].map(insideOf).filter((json) => json.length > 0)
  const pieces = new Pieces([success, ...inner.flatMap((json) => [comma, json]), end], parts)
  return { status: 200, headers: {}, body: pieces.length < piecesBytes ? together(pieces) : pieces }
}

function together(pieces: Pieces): string | Buffer {
  const body = Buffer.concat(pieces.all)
  pieces.release()
  return body.length < largeBytes ? body.toString() : body
}

const [success, comma, end] = ['{"result":"success","msg":""', ',', '}'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
]
