import { writeFileSync } from 'node:fs'
import { startMeasuree } from './bench.ts'
import { openLoop } from './closed-loop.ts'
import { sendRequest } from './figures/send.ts'
import { profileOf } from './profile.ts'
import { inTurn } from './rounds.ts'
import { superuser } from '../faults/superuser.ts'
const senders = Number(process.env.SENDERS ?? 32)
await using measuree = await startMeasuree({ core: 1, progress: console.error })
const { scene, ca, port, roots } = measuree
await scene.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'load 1' }] })
const id = Number((await scene.owner.ok('GET', '/get_stream_id', { stream: 'load 1' }))['stream_id'])
const people: string[] = []
for (let i = 0; i < senders; i++) {
  const { email, apiKey } = await scene.person(`Sender ${'abcdefghijklmnopqrstuvwxyz'[i % 26]}${i % 26}${i}`.replace(/\d/g, (d) => 'klmnopqrst'[Number(d)]!))
  people.push(`Basic ${Buffer.from(`${email}:${apiKey}`).toString('base64')}`)
}
const { host, hostname } = new URL(scene.org.url)
using loop = await openLoop({ port, ca, servername: hostname, connections: senders, request: (i, c) => sendRequest(host, people[c]!, id, i) })
for (let k = 0; k < Number(process.env.ROUNDS ?? 6); k++) {
  const c = await inTurn({ one: { loop, roots } }, { warm: 0, seconds: 4, rounds: 1 })
  console.log(k, c.one.ms.toFixed(2), c.one.rate.toFixed(0), 'p50', c.one.p50.toFixed(1), 'p99', c.one.p99.toFixed(1), JSON.stringify(Object.fromEntries(Object.entries(c.one.byProcess).map(([n, v]) => [n, Number(v.toFixed(3))]))), c.one.failed)
}
console.log('conns', await superuser(measuree.product, `SELECT usename, count(*) FROM pg_stat_activity WHERE usename IS NOT NULL GROUP BY 1`))
const before = await stats()
const c2 = await inTurn({ one: { loop, roots } }, { warm: 0, seconds: 4, rounds: 1 })
const after = await stats()
const n = c2.one.rate * 4
for (const [k, v] of Object.entries(after)) { const d = v.map((x, i) => ((x - (before[k]?.[i] ?? 0)) / n)); if (d.some((x) => x > 0.05)) console.log(k, d.map((x) => x.toFixed(2)).join(' ')) }
async function stats(): Promise<Record<string, number[]>> {
  await new Promise((r) => setTimeout(r, 1500))
  const rows = await superuser(measuree.product, `SELECT 'T ' || schemaname || '.' || relname AS k, ARRAY[coalesce(seq_scan,0), coalesce(seq_tup_read,0), coalesce(idx_scan,0), coalesce(idx_tup_fetch,0), n_tup_ins, n_tup_upd] AS v FROM pg_stat_user_tables UNION ALL SELECT 'I ' || indexrelname, ARRAY[idx_scan, idx_tup_read, idx_tup_fetch] FROM pg_stat_user_indexes UNION ALL SELECT 'F ' || schemaname || '.' || funcname, ARRAY[calls, total_time::bigint, self_time::bigint] FROM pg_stat_user_functions UNION ALL SELECT 'DB', ARRAY[xact_commit, xact_rollback, blks_hit] FROM pg_stat_database WHERE datname='parley' UNION ALL SELECT 'WAL', ARRAY[wal_records, wal_fpi, wal_bytes::bigint, wal_sync] FROM pg_stat_wal`)
  return Object.fromEntries(rows.map((r) => [String(r['k']), (r['v'] as unknown[]).map(Number)]))
}
if (process.env.PROFILE)
for (const name of ['gateway-1', 'messaging-1', 'relay-1']) {
  const pid = measuree.product.state().processes.find((p) => p.name === name)!.pid
  const [profile] = await Promise.all([profileOf(pid, 4), loop.run(5)])
  writeFileSync(`/tmp/${name}.cpuprofile`, JSON.stringify(profile))
}
