import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { z } from 'zod'
import { bareSql } from './bare-sql.ts'

// The least that Node's quickest web framework does with a request over TLS; with `sql` also what the database does
// for `GET /users/me`, through bare pg.
const Options = z.object({
  data: z.string(),
  /** Asked for on `/sql`: the account and its organisation. */
  sql: z.object({ org: z.int(), user: z.int(), port: z.int() }).optional(),
})
const { data, sql } = Options.parse(JSON.parse(process.argv[2] ?? '{}'))
const file = (name: string): string => readFileSync(join(data, 'certs', 'public', name), 'utf8')
const app = fastify({
  logger: false,
  https: { cert: file('server.crt'), key: file('server.key'), minVersion: 'TLSv1.2' },
})
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => {
    done(null, new URLSearchParams(String(body)))
  },
)
app.post('/api/v1/messages', () => ({ result: 'success', msg: '', id: 1 }))
app.get('/api/v1/users/me', () => ({ result: 'success', msg: '' }))
const pids: number[] = []
if (sql) {
  const bare = await bareSql(data, sql)
  pids.push(...bare.pids)
  app.get('/sql', async () => ({ result: 'success', msg: '', ...(await bare.ownUser()) }))
}
const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
process.stdout.write(`${JSON.stringify({ port: Number(port), pids })}\n`)
process.once('SIGTERM', () => process.exit(0))
