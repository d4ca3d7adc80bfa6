import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { basicHeader } from '@parley/testkit'
import type { Client } from 'pg'
import { addListeners, allHave, connectListeners, headOf, makeChannel, openDatabase } from '../audience.ts'
import { type Bench, type Measuree, startMeasuree } from '../bench.ts'
import { openLoop } from '../closed-loop.ts'
import { cpuOf, cpuSince, total } from '../cpu.ts'
import { addCrowd } from '../crowd.ts'
import { type Figure, type Measured, median } from '../figure.ts'
import { sendRequest } from '../send-request.ts'

const sizes = { few: 10, many: 10_000 }
/** Connected subscribers, in either channel. */
const connected = 10
const senders = 8
const [seconds, rounds] = [2, 5]

/** What one send takes. */
interface Taken {
  readonly cpuMs: number
  readonly rows: number
  readonly loggedBytes: number
  readonly walBytes: number
}

/** The cost of a send in a channel of ten and in one of ten thousand, with as many connected in both. */
export async function flat(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench)
  await using database = await openDatabase(measuree)
  bench.progress('making channels')
  const few = await side(measuree, database, 'few', sizes.few)
  const many = await side(measuree, database, 'many', sizes.many)
  const seen = { few: [] as Taken[], many: [] as Taken[] }
  for (let round = 0; round <= rounds; round++) {
    bench.progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
    const measured = { few: await few.round(), many: await many.round() }
    if (round === 0) continue
    seen.few.push(measured.few)
    seen.many.push(measured.many)
  }
  few.end()
  many.end()
  const of = (all: readonly Taken[], what: keyof Taken): number => median(all.map((one) => one[what]))
  const figure = (id: string, what: keyof Taken, unit: string): Figure => {
    const [value, limit] = [of(seen.many, what), of(seen.few, what)]
    const ratio = value / limit
    return {
      id,
      value,
      unit,
      limit,
      ratio,
      target: 'within 20 % of a channel of ten',
      ok: Math.abs(ratio - 1) <= 0.2,
    }
  }
  const row = (size: number, all: readonly Taken[]) => [
    size,
    of(all, 'cpuMs'),
    of(all, 'rows'),
    of(all, 'loggedBytes'),
    of(all, 'walBytes'),
  ]
  return {
    figures: [
      figure('flat.cpu', 'cpuMs', 'ms CPU per send'),
      figure('flat.rows', 'rows', 'rows written per send'),
      figure('flat.logged', 'loggedBytes', 'bytes of log per send'),
    ],
    tables: [
      {
        title: `A send to a channel, ${connected} of its subscribers connected, each`,
        columns: [
          'subscribers',
          'CPU ms',
          'rows written',
          'bytes of events.log and log files',
          'bytes of WAL',
        ],
        rows: [row(sizes.few, seen.few), row(sizes.many, seen.many)],
      },
    ],
  }
}

async function side(measuree: Measuree, database: Client, name: string, size: number) {
  const { scene, roots, port, ca, product } = measuree
  const channel = await makeChannel(measuree, name)
  const listeners = await addListeners(measuree, database, { channel, size: connected, name: `${name}on` })
  // The owner is in it as well.
  const rest = size - connected - 1
  if (rest > 0) await addCrowd(database, { org: scene.org.org_id, channel, size: rest, name: `${name}off` })
  const receivers = await connectListeners(measuree, 1, listeners)
  const { host, hostname } = new URL(scene.org.url)
  const { authorization } = basicHeader({ email: scene.org.owner.email, apiKey: scene.org.owner.api_key })
  const loop = openLoop({
    port,
    ca,
    servername: hostname,
    connections: senders,
    request: (i) => sendRequest(host, authorization, channel, i),
  })
  const written = async () => ({
    rows: await rowsWritten(database),
    wal: await walPosition(database),
    head: await headOf(measuree, database),
    files: logFileBytes(join(product.data, 'logs')),
  })
  return {
    async round(): Promise<Taken> {
      const before = await written()
      const cpuBefore = cpuOf(roots)
      const { done, failed } = await loop.run(seconds)
      if (failed > 0) throw new Error(`${failed} sends were refused`)
      await allHave(receivers, await headOf(measuree, database))
      const cpu = total(cpuSince(cpuBefore, cpuOf(roots)))
      const after = await written()
      const logged = await loggedBytes(database, scene.org.org_id, before.head)
      return {
        cpuMs: (cpu * 1000) / done,
        rows: (after.rows - before.rows) / done,
        loggedBytes: (logged + after.files - before.files) / done,
        walBytes: (after.wal - before.wal) / done,
      }
    },
    end() {
      loop[Symbol.dispose]()
      for (const receiver of receivers) receiver.end()
    },
  }
}

async function number(database: Client, sql: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await database.query<{ n: string | null }>(sql, [...values])
  return Number(rows[0]?.n ?? 0)
}

/** Rows inserted, updated and deleted since the database was made; a backend that has fallen idle reports within 10 s. */
async function rowsWritten(database: Client): Promise<number> {
  await new Promise((done) => setTimeout(done, 10_500))
  await database.query('SELECT pg_stat_clear_snapshot()')
  // Leases, heartbeats and positions are written as time passes, whatever is sent.
  return number(
    database,
    `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) AS n FROM pg_stat_user_tables
     WHERE (schemaname, relname) NOT IN (('gateway', 'queues'), ('gateway', 'leases'), ('events', 'leases'))`,
  )
}

const walPosition = (database: Client): Promise<number> =>
  number(database, `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS n`)

/** The rows of the log after a place. */
const loggedBytes = (database: Client, org: number, after: number): Promise<number> =>
  number(
    database,
    'SELECT sum(pg_column_size(l.*)) AS n FROM events.log l WHERE l.org_id = $1 AND l.seq > $2',
    [org, after],
  )

const logFileBytes = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
