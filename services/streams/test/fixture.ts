import { role, type Role } from '@parley/access'
import { type Operation, operations, type Principal } from '@parley/api'
import { AppError, fixedClock, type OrgId, orgId } from '@parley/core'
import type { Tx } from '@parley/db'
import { appendedIn } from '@parley/events'
import { type AfterCommit, Gathered, runOperation, TurnsOf, Written } from '@parley/kit'
import { createRenderer } from '@parley/markdown'
import { contractFaults, testDatabase, type TestDatabase, type HeldThreads } from '@parley/testkit'
import { z } from 'zod'
import type { Context, MutingBounds } from '../src/context.ts'
import { routes } from '../src/endpoints.ts'
import { mutingBounds } from '../src/mute-person.ts'
import { StandingChannels } from '../src/repo/standing-channels.ts'

export interface Person {
  readonly id: number
  readonly email: string
  readonly principal: Principal
}

/** An answer as a client gets it. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface LogEvent {
  readonly seq: number
  readonly type: string
  readonly body: Readonly<Record<string, unknown>>
  readonly users: readonly number[]
  readonly channel: number | null
}

/** This service's endpoints on a database of the file's own, without a network. */
export interface Fixture extends AsyncDisposable {
  readonly database: TestDatabase
  readonly context: Context
  organisation(): Promise<OrgId>
  person(org: OrgId, as?: Role, other?: { isBot?: boolean; owner?: Person }): Promise<Person>
  /** Calls an endpoint; every answer is held against the published contract. */
  call(who: Person, id: string, fields?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** As `call`, and throws where the answer is no success. */
  ok(who: Person, id: string, fields?: Readonly<Record<string, unknown>>): Promise<Answer['body']>
  /** The organisation's log behind that place. */
  log(org: OrgId, after?: number): Promise<LogEvent[]>
  /** Seqs that a barrier was awaited for. */
  readonly barriers: number[]
  /** What a barrier waits for. */
  gateways: Promise<void>
}

/** Paths that the contract has no shapes for. */
const undocumented = /^\/default_stream_groups\/|^\/users\/me\/subscriptions\/\{/

const Row = z.object({ id: z.int() })
const LogRow = z.object({
  seq: z.coerce.number(),
  type: z.string(),
  body: z.record(z.string(), z.unknown()),
  users: z.array(z.int()),
  channel: z.int().nullable(),
})

/**
 * @param muting smaller bounds, which less crosses
 * @param webPublic does the server let there be web-public channels?
 * @param start starts threads that make formulas, where they are others than usual
 */
export async function fixture(
  muting: Partial<MutingBounds> = {},
  webPublic = true,
  start?: HeldThreads['start'],
): Promise<Fixture> {
  const database = await testDatabase()
  const streams = await database.as('streams')
  const barriers: number[] = []
  const afterCommit: AfterCommit = {
    appendedIn,
    hint: () => {},
    barrier: async (_org, seq) => {
      barriers.push(seq)
      await made.gateways
    },
  }
  const renderer = createRenderer({
    bounds: { waitMs: 60_000, workMs: 60_000 },
    ...(start && { start }),
    onLost(error) {
      throw error
    },
  })
  const context: Context = {
    clock: fixedClock(Date.UTC(2026, 0, 1)),
    database: streams,
    afterCommit,
    muting: { ...mutingBounds, ...muting },
    standing: new StandingChannels(),
    webPublic,
    renderer,
  }
  const byId = new Map(routes.map((route) => [route.operation.id, route]))
  const waiting = { turns: new TurnsOf(), gathered: new Gathered<Context, Tx>() }
  const running = { routes: byId, ctx: context, database: streams, afterCommit, ...waiting }
  let people = 0

  const call: Fixture['call'] = async (who, id, fields = {}) => {
    const operation = operations.find((o) => o.id === id)
    if (!operation) throw new Error(`no operation ${id}`)
    const answer = await answered(operation, async () => {
      const { data, ignored } = await runOperation(running, {
        op: id,
        caller: 'gateway',
        principal: who.principal,
        raw: rawOf(operation, fields),
        request: { org: who.principal.org, url: 'https://parley.test', client: 'test', ip: '127.0.0.1' },
        signal: new AbortController().signal,
      })
      if (ignored.length > 0) throw new Error(`ignored: ${ignored.join()}`)
      return z.record(z.string(), z.unknown()).parse(data instanceof Written ? data.toJSON() : data)
    })
    return answer
  }
  const made: Fixture = {
    database,
    context,
    barriers,
    gateways: Promise.resolve(),
    call,
    async organisation() {
      const [row] = await database
        .superuser(
          `INSERT INTO auth.organisations (subdomain, name, created_at)
         VALUES ('org' || currval('auth.org_ids') + 1, 'Org', now()) RETURNING org_id AS id`,
        )
        .catch(() =>
          database.superuser(
            `INSERT INTO auth.organisations (subdomain, name, created_at) VALUES ('org1', 'Org', now())
           RETURNING org_id AS id`,
          ),
        )
      const { id } = Row.parse(row)
      await database.superuser('INSERT INTO events.head (org_id) VALUES ($1)', [id])
      await database.superuser('INSERT INTO auth.system_bots (org_id, date_joined) VALUES ($1, now())', [id])
      return orgId(id)
    },
    async person(org, as = role.member, { isBot = false, owner } = {}) {
      const email = `person${++people}@parley.test`
      const [row] = await database.superuser(
        `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, is_bot, bot_type, bot_owner_id,
           date_joined)
         VALUES ($1, $2, $2, $2, $3, $4, $5, $6, now()) RETURNING user_id AS id`,
        [org, email, as, isBot, isBot ? 1 : null, owner?.id ?? null],
      )
      const { id } = Row.parse(row)
      return { id, email, principal: { org, user: id, generation: 1, credential: 'key:1' } }
    },
    async ok(who, id, fields) {
      const answer = await call(who, id, fields)
      if (answer.status !== 200) throw new Error(`${id}: ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    async log(org, after = 0) {
      const rows = await database.superuser(
        `SELECT seq, type, body, user_ids AS users, channel_id AS channel FROM events.log
         WHERE org_id = $1 AND seq > $2 ORDER BY seq`,
        [org, after],
      )
      return rows.map((row) => LogRow.parse(row))
    },
    async [Symbol.asyncDispose]() {
      await renderer[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
  return made
}

/** What a client would send: texts as they are, everything else as JSON text. */
function rawOf(operation: Operation, fields: Readonly<Record<string, unknown>>) {
  const texts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
  const inPath = (name: string): boolean => operation.params[name]?.place === 'path'
  return {
    path: Object.fromEntries(texts.filter(([name]) => inPath(name))),
    fields: Object.fromEntries(texts.filter(([name]) => !inPath(name))),
  }
}

/** The gateway's part: the general fields of an answer, and the contract. */
async function answered(operation: Operation, run: () => Promise<Record<string, unknown>>): Promise<Answer> {
  const answer = await run().then(
    (data) => ({ status: 200, body: { result: 'success', msg: '', ...data } }),
    (error: unknown) => {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      const { status, code, message: msg, data } = error
      // Services tell it the gateway, which keeps it.
      const shown = Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'stale'))
      return { status, body: { result: 'error', msg, code, ...shown } }
    },
  )
  const path = operation.path.replace('/api/v1', '')
  if (undocumented.test(path)) return answer
  const faults = contractFaults(operation.method, path, answer.status, answer.body)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return answer
}
