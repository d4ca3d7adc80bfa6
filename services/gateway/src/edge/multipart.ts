import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { AppError, badRequest } from '@parley/core'
import { addField, type Fields, maxFields, utf8 } from './fields.ts'

/**
 * Reads a whole `multipart/form-data` body into `fields`. No operation takes files yet, so a part with a file
 * name is refused.
 * @throws AppError BAD_REQUEST where the body is malformed, not UTF-8, or holds a file
 */
export async function readMultipart(contentType: string, body: Buffer, fields: Fields): Promise<void> {
  const parser = open(contentType)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (error: unknown): void => {
    reject(error instanceof AppError ? error : malformed())
  }
  const parts: { name: string; chunks: Buffer[] }[] = []
  parser.on('file', (name, stream, filename) => {
    if (typeof name !== 'string') fail(malformed())
    else if (typeof filename === 'string') fail(badRequest('Files are not accepted here'))
    const part = { name, chunks: [] as Buffer[] }
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
  for (const part of parts) addField(fields, part.name, utf8(Buffer.concat(part.chunks)))
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

const malformed = (): AppError => badRequest('Malformed multipart body')
