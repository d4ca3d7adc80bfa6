import type { IncomingMessage } from 'node:http'
import { AppError, badRequest } from '@parley/core'
import { type Fields, readUrlencoded, utf8 } from './fields.ts'
import { joined, readMultipart } from './multipart.ts'
import type { Held } from './room.ts'

/**
 * Reads the body of a request into `fields`, whatever its method.
 * @param limit largest body in bytes
 * @param held room for a body that may bring one file; null where it may not
 * @returns the file's bytes; null where there is none
 * @throws AppError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST; REQUEST_TIMEOUT where the client
 *   went away before its end
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  fields: Fields,
  held: Held | null = null,
): Promise<Buffer | null> {
  if (!hasBody(request)) return null
  const { headers } = request
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge()
  const encoding = headers['content-encoding']?.trim().toLowerCase()
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity')
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding is not supported')
  const type = mediaType(headers['content-type'])
  if (type === null) {
    // A body without a type is let through only if it is empty (`Transfer-Encoding: chunked` alone says nothing).
    if ((await collect(request, limit)).length > 0) throw unsupported()
    return null
  }
  const body = await collect(request, limit, held)
  if (type === 'multipart/form-data')
    return readMultipart(headers['content-type'] ?? '', body, fields, held !== null)
  readUrlencoded(utf8(body), fields)
  return null
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

type MediaType = 'application/x-www-form-urlencoded' | 'multipart/form-data'
const grammar = /^(application\/x-www-form-urlencoded|multipart\/form-data)(?:[ \t]*;(.*))?$/is

function mediaType(header: string | undefined): MediaType | null {
  if (header === undefined) return null
  const match = grammar.exec(header)
  if (!match) throw unsupported()
  const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(match[2] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw unsupported()
  return match[1]?.toLowerCase() === 'multipart/form-data'
    ? 'multipart/form-data'
    : 'application/x-www-form-urlencoded'
}

function collect(request: IncomingMessage, limit: number, held: Held | null = null): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  const take = (chunk: Buffer): void => {
    size += chunk.length
    try {
      if (size > limit) throw tooLarge()
      held?.grow(chunk.length)
      chunks.push(chunk)
    } catch (error) {
      // Whoever reads the rest away is not stopped, and nothing more is held.
      request.off('data', take)
      request.pause()
      chunks.length = 0
      reject(error)
    }
  }
  request.on('data', take)
  request.on('end', () => {
    resolve(joined(chunks))
  })
  request.on('error', (cause) => {
    reject(new AppError('REQUEST_TIMEOUT', 'Request was not completed', { cause }))
  })
  request.on('close', () => {
    // Every request closes; an error is dear enough not to make one in vain.
    if (!request.complete) reject(badRequest('Request was not completed'))
  })
  return promise
}

const tooLarge = (): AppError => new AppError('PAYLOAD_TOO_LARGE', 'Request body too large')
const unsupported = (): AppError =>
  new AppError('UNSUPPORTED_MEDIA_TYPE', 'Use application/x-www-form-urlencoded or multipart/form-data')
