import { request } from 'node:https'
import { z } from 'zod'
import { Failure } from './command.ts'

/** Who asks: e-mail and API key; nobody where absent. */
export interface Login {
  email: string
  apiKey: string
}

export interface PublicApi {
  /** One request of the public API; the body as JSON. Throws Failure with the server's words on an error. */
  call<S extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    fields: Readonly<Record<string, unknown>>,
    schema: S,
    login?: Login,
  ): Promise<z.infer<S>>
}

export interface PublicApiOptions {
  /** `https://localhost:9443`, or of a subdomain of localhost. Always reached at `address`. */
  url: string
  /** The root that signed the public certificate, PEM. */
  ca: string
  address?: string
  timeoutMs?: number
}

const Refusal = z.object({ msg: z.string(), code: z.string().optional() })

/** The API as any client sees it: through the public port, over verified TLS. */
export function publicApi({
  url,
  ca,
  address = '127.0.0.1',
  timeoutMs = 30_000,
}: PublicApiOptions): PublicApi {
  const { hostname, port, host } = new URL(url)
  return {
    async call(method, path, fields, schema, login) {
      const text = encode(fields)
      const inQuery = method === 'GET' && text !== ''
      const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
        const asked = request(
          {
            host: address,
            // localhost subdomains do not resolve everywhere; the certificate is checked for the name all the same.
            servername: hostname,
            port,
            ca,
            method,
            path: `/api/v1${path}${inQuery ? `?${text}` : ''}`,
            agent: false,
            timeout: timeoutMs,
            headers: {
              host,
              'user-agent': 'parley-cli',
              ...(login === undefined
                ? {}
                : {
                    authorization: `Basic ${Buffer.from(`${login.email}:${login.apiKey}`).toString('base64')}`,
                  }),
              ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
            },
          },
          (answer) => {
            const chunks: Buffer[] = []
            answer.on('data', (chunk: Buffer) => chunks.push(chunk))
            answer.once('end', () =>
              resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
            )
            answer.once('error', reject)
          },
        )
        asked.once('timeout', () => asked.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)))
        asked.once('error', (error) => reject(new Failure(`${method} ${path}: ${error.message}`)))
        asked.end(method === 'GET' ? undefined : text)
      })
      const json = parseJson(body)
      if (status !== 200) {
        const refusal = Refusal.safeParse(json)
        throw new Failure(`${method} ${path}: ${refusal.success ? refusal.data.msg : `status ${status}`}`)
      }
      const parsed = schema.safeParse(json)
      if (!parsed.success) throw new Failure(`${method} ${path}: not the answer that was expected`)
      return parsed.data
    },
  }
}

const encode = (fields: Readonly<Record<string, unknown>>): string =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString()

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
