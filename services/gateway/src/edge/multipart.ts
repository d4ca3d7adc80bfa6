import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { AppError, badRequest } from '@parley/core'
import { addField, type Fields, maxFields, utf8 } from './fields.ts'

/**
 * Reads a whole `multipart/form-data` body into `fields`.
 * @param takesFile whether one part may be a file: one that has a file name
 * @returns the file's bytes; null where there is none
 * @throws AppError BAD_REQUEST where the body is malformed, not UTF-8, or holds a file that nobody takes
 */
export async function readMultipart(
  contentType: string,
  body: Buffer,
  fields: Fields,
  takesFile = false,
): Promise<Buffer | null> {
  const parser = open(contentType)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (error: unknown): void => {
    reject(error instanceof AppError ? error : malformed())
  }
  const parts: { name: string; isFile: boolean; chunks: Buffer[] }[] = []
  parser.on('file', (name, stream, filename) => {
    if (typeof name !== 'string') fail(malformed())
    const isFile = typeof filename === 'string'
    if (isFile && !takesFile) fail(badRequest('Files are not accepted here'))
    const part = { name, isFile, chunks: [] as Buffer[] }
    parts.push(part)
    stream.on('data', (chunk: Buffer) => part.chunks.push(chunk))
    stream.on('error', fail)
  })
  parser.on('filesLimit', () => {
    fail(badRequest('Too many parameters'))
  })
  parser.on('partsLimit', () => {
    fail(badRequest('Too many parameters'))
  })
  parser.on('error', fail)
  parser.on('finish', () => {
    resolve()
  })
  parser.end(body)
  await promise
  const files: Buffer[] = []
  for (const { name, isFile, chunks } of parts)
    if (isFile) files.push(joined(chunks))
    else addField(fields, name, utf8(joined(chunks)))
  if (files.length > 1) throw badRequest('You must upload exactly one file.')
  return files[0] ?? null
}

function open(contentType: string): BusboyInstance {
  const headers: BusboyHeaders = { 'content-type': contentType }
  try {
    return new Busboy({
      headers,
      // Every part is taken as bytes: the parser's own decoding of fields hides broken UTF-8.
      isPartAFile: () => true,
      limits: { files: maxFields, parts: maxFields, fileSize: Infinity, headerPairs: 20, headerSize: 4096 },
    })
  } catch {
    throw malformed()
  }
}

/** The bytes of all, which are copied only where there are several. */
export const joined = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)

const malformed = (): AppError => badRequest('Malformed multipart body')
