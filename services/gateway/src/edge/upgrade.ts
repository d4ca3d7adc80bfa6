import type { IncomingMessage } from 'node:http'
import { eventsWs } from '@parley/api'
import { AppError } from '@parley/core'
import { type Endpoint, matches } from './paths.ts'

/** Is the endpoint a socket's? */
export const isSocket = (endpoint: Endpoint): boolean => endpoint.operations.get('GET')?.id === eventsWs.id

/** Only this becomes another protocol; every other `Upgrade` is ignored, as HTTP allows. */
export function isUpgrade(request: IncomingMessage, known: readonly Endpoint[]): boolean {
  if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') return false
  return known.some((e) => isSocket(e) && matches(e, request.url ?? ''))
}

/** What the WebSocket library would refuse in words of its own. @throws AppError BAD_REQUEST */
export function checkHandshake({ headers }: IncomingMessage): void {
  const key = headers['sec-websocket-key']
  if (headers['sec-websocket-version'] !== '13' || key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key))
    throw new AppError('BAD_REQUEST', 'Malformed WebSocket handshake')
}
