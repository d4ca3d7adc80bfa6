import { z } from 'zod'
import { bareEdge, ready } from './bare-edge.ts'
import { bareSql } from './bare-sql.ts'

// The least that Node's quickest web framework does with a request over TLS; with `sql` also what the database does
// for `GET /users/me`, through bare pg.
const Options = z.object({
  data: z.string(),
  /** Asked for on `/sql`: the account and its organisation. */
  sql: z.object({ org: z.int(), user: z.int(), port: z.int() }).optional(),
})
const { data, sql } = Options.parse(JSON.parse(process.argv[2] ?? '{}'))
const app = bareEdge(data)
app.post('/api/v1/messages', () => ({ result: 'success', msg: '', id: 1 }))
app.get('/api/v1/users/me', () => ({ result: 'success', msg: '' }))
const bare = sql && (await bareSql(data, sql))
if (bare) app.get('/sql', async () => ({ result: 'success', msg: '', ...(await bare.ownUser()) }))
await ready(app, bare?.pids)
