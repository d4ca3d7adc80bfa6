import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findOrganisation } from '@parley/api'
import { systemClock, systemIds } from '@parley/core'
import { answer, createMetrics, serve, silentLogger, TokenKeys, watchCertificates } from '@parley/kit'
import { z } from 'zod'

// The served end of the link, with an answer that costs nothing behind it.
const { data, trustDomain } = z
  .object({ data: z.string(), trustDomain: z.string() })
  .parse(JSON.parse(process.argv[2] ?? '{}'))
const deps = { clock: systemClock, ids: systemIds, logger: silentLogger, metrics: createMetrics('hop') }
const unused = (): never => {
  throw new Error('the hop has no database')
}
const service = await serve({
  service: 'auth',
  config: {
    listen: { host: '127.0.0.1', port: 0 },
    trustDomain,
    tokenKeys: TokenKeys.parse(JSON.parse(readFileSync(join(data, 'tokens', 'keys.json'), 'utf8'))),
  },
  deps,
  certificates: watchCertificates(join(data, 'certs', 'auth'), deps),
  routes: [],
  calls: [answer(findOrganisation, () => Promise.resolve({ org: 1 }))],
  ctx: null,
  database: { write: unused, read: unused, at: unused, once: unused, [Symbol.asyncDispose]: async () => {} },
  afterCommit: { appendedIn: unused, hint: unused, barrier: unused },
})
process.stdout.write(`${JSON.stringify({ port: service.linkAddress.port })}\n`)
process.once('SIGTERM', () => process.exit(0))
