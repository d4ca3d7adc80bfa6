import { Agent, buildConnector, FormData, request } from 'undici'
import { z } from 'zod'
import { canary } from './canaries.ts'

/** An answer of the API as tests look at it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readonly<Record<string, unknown>>
}

/** Fields of a request; what is not a string is sent as JSON text, as Zulip's clients do. */
export type Fields = Readonly<Record<string, unknown>>

/** One account's (or nobody's) view of the API. */
export interface ApiClient extends AsyncDisposable {
  readonly url: string
  get(path: string, fields?: Fields): Promise<Answer>
  post(path: string, fields?: Fields): Promise<Answer>
  put(path: string, fields?: Fields): Promise<Answer>
  patch(path: string, fields?: Fields): Promise<Answer>
  delete(path: string, fields?: Fields): Promise<Answer>
  /** Posts a multipart body with these files, or patches by one. */
  upload(
    path: string,
    files: readonly Uint8Array[],
    fields?: Fields,
    method?: 'POST' | 'PATCH',
  ): Promise<Answer>
  /** What is at an address of the organisation, outside the API. */
  fetch(path: string, method?: 'GET' | 'HEAD' | 'POST'): Promise<Fetched>
  /** As the named method, and throws where the answer is no success: for steps that only set the scene. */
  ok(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    fields?: Fields,
  ): Promise<Answer['body']>
}

/** Whatever is at an address. */
export interface Fetched {
  readonly status: number
  readonly headers: Answer['headers']
  readonly bytes: Buffer
}

export interface ClientOptions {
  /** Base URL without a slash at the end. */
  readonly url: string
  /** PEM of the CA that signed the public certificate. */
  readonly ca: string
  readonly email?: string
  readonly apiKey?: string
  /** Connect to this address instead of the URL's host, to choose one gateway. */
  readonly address?: string
  /** The name the certificate is checked for; the URL's host unless given. */
  readonly servername?: string
  readonly headers?: Readonly<Record<string, string>>
  /** How long an answer, or its next part, may take, milliseconds; 90 s unless given. */
  readonly patienceMs?: number
  /** `/json` for a browser with a session; `/api/v1` unless given. */
  readonly root?: '/api/v1' | '/json'
}

const Body = z.record(z.string(), z.unknown())

const encode = (fields: Fields): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]): [string, string] => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
  )

/** A client over verified TLS; dispose it to close its connections. */
export function apiClient(options: ClientOptions): ApiClient {
  const { hostname } = new URL(options.url)
  const base = options.address ? options.url.replace(hostname, options.address) : options.url
  const servername = options.servername ?? hostname
  const connector = buildConnector({ ca: options.ca, allowH2: false })
  const agent = new Agent({
    // Else the name of the Host header is checked, whatever was asked for.
    connect: (to, done) => {
      connector({ ...to, servername }, done)
    },
    bodyTimeout: options.patienceMs ?? 90_000,
    headersTimeout: options.patienceMs ?? 90_000,
  })
  const basic = Buffer.from(`${options.email ?? ''}:${options.apiKey ?? ''}`).toString('base64')
  const headers = {
    host: new URL(options.url).host,
    'user-agent': 'ParleyTest/1.0',
    ...(options.apiKey === undefined ? {} : { authorization: `Basic ${basic}` }),
    ...options.headers,
  }

  async function send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    fields: Fields = {},
  ): Promise<Answer> {
    const text = encode(fields).toString()
    const inQuery = method === 'GET' && text !== ''
    const answer = await request(`${base}${options.root ?? '/api/v1'}${path}${inQuery ? `?${text}` : ''}`, {
      method,
      dispatcher: agent,
      headers:
        method === 'GET' ? headers : { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: method === 'GET' ? null : text,
      // Else a connection ends with each DELETE that has a body, and the next request shakes hands again.
      reset: false,
    })
    return { status: answer.statusCode, headers: answer.headers, body: Body.parse(await answer.body.json()) }
  }

  return {
    url: options.url,
    get: (path, fields) => send('GET', path, fields),
    post: (path, fields) => send('POST', path, fields),
    put: (path, fields) => send('PUT', path, fields),
    patch: (path, fields) => send('PATCH', path, fields),
    delete: (path, fields) => send('DELETE', path, fields),
    async upload(path, files, fields = {}, method = 'POST') {
      const body = new FormData()
      for (const [name, value] of encode(fields)) body.append(name, value)
      for (const [i, file] of files.entries())
        body.append(`file${i}`, new Blob([file.slice()]), `${canary.path}.png`)
      const answer = await request(`${base}${options.root ?? '/api/v1'}${path}`, {
        method,
        dispatcher: agent,
        headers,
        body,
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: Body.parse(await answer.body.json()),
      }
    },
    async fetch(path, method = 'GET') {
      const answer = await request(`${base}${path}`, { method, dispatcher: agent, headers })
      const bytes = Buffer.from(await answer.body.arrayBuffer())
      return { status: answer.statusCode, headers: answer.headers, bytes }
    },
    async ok(method, path, fields) {
      const answer = await send(method, path, fields)
      if (answer.body['result'] !== 'success')
        throw new Error(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}
