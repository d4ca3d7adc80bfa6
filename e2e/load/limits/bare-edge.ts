import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fastify, type FastifyInstance } from 'fastify'

/** Node's quickest web framework over TLS, which reads forms, without anything behind it. */
export function bareEdge(data: string): FastifyInstance {
  const file = (name: string): string => readFileSync(join(data, 'certs', 'public', name), 'utf8')
  const https = { cert: file('server.crt'), key: file('server.key'), minVersion: 'TLSv1.2' } as const
  const app: FastifyInstance = fastify({ logger: false, https })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, new URLSearchParams(String(body)))
    },
  )
  return app
}

/** Listens, and says so to whoever started it. `pids`: processes that work for it alone. */
export async function ready(app: FastifyInstance, pids: readonly number[] = []): Promise<void> {
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  process.stdout.write(`${JSON.stringify({ port: Number(port), pids })}\n`)
  process.once('SIGTERM', () => process.exit(0))
}
