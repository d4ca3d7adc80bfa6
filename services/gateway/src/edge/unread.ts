import type { IncomingMessage } from 'node:http'

const mostBytes = 16 * 1024 * 1024
const mostMs = 2000

/**
 * Reads away what is left of a refused request, so that its sender, who may still be writing, gets to read the
 * answer and not a reset connection. @returns false where there was too much of it
 */
export function unread(request: IncomingMessage): Promise<boolean> {
  if (request.complete || request.destroyed) return Promise.resolve(true)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let bytes = 0
  const timer = setTimeout(resolve, mostMs, false)
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostBytes) resolve(false)
  })
  request.once('end', () => {
    resolve(true)
  })
  request.once('close', () => {
    resolve(false)
  })
  request.resume()
  return promise.finally(() => {
    clearTimeout(timer)
  })
}
