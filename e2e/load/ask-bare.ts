import { request } from 'node:https'
import { text } from 'node:stream/consumers'

/** Where a bare program listens. */
export interface BareAddress {
  readonly port: number
  readonly ca: string
}

/** Tells a bare program of `limits/` what to do. @returns its answer, once it is done */
export function askBare(to: BareAddress, path: string, asked: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const body = JSON.stringify(asked)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const { port, ca } = to
  const options = {
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    ca,
    path,
    headers,
    method: 'POST',
    agent: false,
  }
  const sent = request(options, (response) => {
    const { statusCode } = response
    if (statusCode === 200) text(response).then((answer) => resolve(JSON.parse(answer)), reject)
    else reject(new Error(`the bare program answered ${statusCode}`))
  })
  sent.once('error', reject)
  sent.end(body)
  return promise
}
