import type { Duplex } from 'node:stream'
import { AppError } from '@parley/core'
import { fixedHeaders } from './headers.ts'
import { renderError, type RenderedText } from './render.ts'

/** What Node refuses before any route runs, as an error of the API. */
export function clientError(code: string | undefined): AppError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('HEADERS_TOO_LARGE', 'Request headers too large')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError('PAYLOAD_TOO_LARGE', 'Request body too large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('REQUEST_TIMEOUT', 'Request was not completed in time')
    default:
      return new AppError('BAD_REQUEST', 'Malformed HTTP request')
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
}

/** Answers on the bare socket and closes it; there is no response object yet. */
export function refuse(socket: Duplex, error: AppError): void {
  if (!socket.writable || socket.destroyed) {
    socket.destroy()
    return
  }
  socket.end(wholeAnswer(renderError(error, 'Basic')), () => socket.destroy())
}

/** Status line, headers and body of an answer that ends its connection. */
export function wholeAnswer({ status, headers, body }: RenderedText): string {
  const lines = Object.entries({
    ...fixedHeaders,
    ...headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`
}
