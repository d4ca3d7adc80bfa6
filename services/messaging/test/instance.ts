import { Capabilities, type RequestFacts } from '@parley/api'
import { AppError, type OrgId, fixedClock, systemIds } from '@parley/core'
import { type PassingEvent, appendedIn } from '@parley/events'
import { type RedisConnection, runOperation } from '@parley/kit'
import { createRenderer } from '@parley/markdown'
import { type TestDatabase, contractAvailable, contractFaults, testRedis } from '@parley/testkit'
import { z } from 'zod'
import { type Context, createContext } from '../src/context.ts'
import { routes } from '../src/endpoints.ts'
import { findActor } from '../src/facts/target.ts'
import { deliverDue } from '../src/jobs/deliver.ts'
import { type Sends, type WriteBatch, createSends } from '../src/jobs/sends.ts'
import { PresenceStore } from '../src/presence/store.ts'
import { type StillShown, createTurns } from '../src/presence/turns.ts'
import { readStillShown } from '../src/repo/presence-people.ts'
import { writeSends } from '../src/repo/send-batch.ts'
import snapshot from '../src/routes/snapshot.ts'

/** One instance of the service without its link: operations are run as the runner runs them. */
export interface Instance extends AsyncDisposable {
  readonly org: OrgId
  readonly ctx: Context
  readonly clock: ReturnType<typeof fixedClock>
  readonly redis: RedisConnection
  /** What it told in passing. */
  readonly passed: PassingEvent[]
  /** Resolves when it has told of whoever turned. */
  turned(): Promise<void>
  /** What it told who runs it failed behind an answer. */
  readonly reported: unknown[]
  /** Runs an operation as a user; values that are no texts are sent as JSON. */
  ask(user: number, op: string, fields?: Fields, more?: Partial<Request>): Promise<unknown>
  /** The same as who has no account. */
  look(op: string, fields?: Fields, more?: Partial<Request>): Promise<unknown>
}
type Fields = Readonly<Record<string, unknown>>
interface Request {
  readonly path: Readonly<Record<string, string>>
  readonly facts: Partial<RequestFacts>
  readonly generation: number
  /** Ends where whoever asks hangs up. */
  readonly signal: AbortSignal
}

/** What happens on the way to the database. */
export interface Disturbance {
  readonly write?: (write: WriteBatch) => WriteBatch
  /** Instead of pausing before another attempt. */
  readonly wait?: () => Promise<void>
  /** What makes code and formulas, where it is another than usual. */
  readonly rendering?: Partial<Parameters<typeof createRenderer>[0]>
}
export async function instance(org: OrgId, test: TestDatabase, disturbance?: Disturbance): Promise<Instance> {
  const database = await test.as('messaging')
  const clock = fixedClock(Date.UTC(2026, 0, 2))
  const redis = await testRedis('messaging')
  const presence = new PresenceStore(redis, clock, () => {})
  const passed: PassingEvent[] = []
  const reported: unknown[] = []
  const renderer = createRenderer({
    // However busy the machine is.
    bounds: { waitMs: 60_000, workMs: 60_000 },
    onLost: (error) => void reported.push(['rendering', error]),
    ...disturbance?.rendering,
  })
  const whole = createContext(
    database,
    { clock, ids: systemIds, report: (...what) => void reported.push(what), renderer },
    () => {},
    presence,
    (_, events) => passed.push(...events),
    true,
  )
  // Told of at once, each alone.
  let looked: Promise<unknown> = Promise.resolve()
  const stillShown: StillShown = (of, users) => {
    const shown = database.read(of, (tx) => readStillShown(tx, users))
    looked = shown
    return shown
  }
  const turns = createTurns(
    whole.pass,
    clock,
    () => Promise.resolve(),
    stillShown,
    () => {},
  )
  const ctx = { ...whole, turns, ...(disturbance ? { sends: disturbed(whole, disturbance) } : {}) }
  const running = {
    routes: new Map(routes.map((route) => [route.operation.id, route])),
    ctx,
    database,
    afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
    actors: (principal: Parameters<typeof findActor>[1]) => findActor(ctx.facts, principal),
  }
  const run = async (user: number | null, op: string, fields: Fields, more: Partial<Request>) => {
    const answered = await runOperation(running, {
      op,
      caller: 'gateway',
      principal: user === null ? null : { org, user, generation: more.generation ?? 1, credential: 'key:1' },
      raw: {
        path: more.path ?? {},
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      },
      request: { org, url: 'https://acme.example.com', client: 'website', ip: '127.0.0.1', ...more.facts },
      signal: more.signal ?? new AbortController().signal,
    })
    return answered.data
  }
  return {
    org,
    ctx,
    ask: (user, op, fields = {}, more = {}) => run(user, op, fields, more),
    look: (op, fields = {}, more = {}) => run(null, op, fields, more),
    clock,
    redis,
    passed,
    turned: async () => {
      await Promise.resolve()
      await looked
    },
    reported,
    async [Symbol.asyncDispose]() {
      redis[Symbol.dispose]()
      await ctx.sends[Symbol.asyncDispose]()
      await renderer[Symbol.asyncDispose]()
    },
  }
}

const disturbed = ({ database, facts }: Context, { write = (as) => as, wait }: Disturbance): Sends =>
  createSends({
    write: write((org, encoded) => writeSends(database, org, encoded)),
    facts,
    hint() {},
    wait: wait ?? (async () => {}),
  })

/** Messaging's part of `register` for a user, at this instant. */
export const snapshotOf = (
  at: Instance,
  user: number,
  types: readonly string[] | null = null,
): Promise<unknown> =>
  at.ctx.database.read(at.org, async (tx) => {
    const [row] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
    return snapshot.handler({
      input: {
        snapshot: row?.id ?? '',
        org: at.org,
        user,
        types: types && [...types],
        capabilities: Capabilities.parse({}),
        includeSubscribers: false,
        slimPresence: true,
        url: 'https://acme.example.com',
      },
      ctx: at.ctx,
      signal: new AbortController().signal,
    })
  })

/** The answer, or the error's code and message. */
export async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, msg: error.message, ...error.data }
    throw error
  }
}

/** What is wrong with a successful answer by the contract; nothing where the contract is not there. */
export const faultsOf = (method: string, path: string, data: unknown): string[] =>
  contractAvailable()
    ? contractFaults(method, path, 200, { result: 'success', msg: '', ...(Object(data) as object) })
    : []

/** Sends everything that is due at this instance's time. @returns how many were done with */
export const deliverAll = (at: Instance, now = at.clock.now()): Promise<number> =>
  deliverDue(
    {
      ...at.ctx,
      clock: { now: () => now, monotonic: () => 0 },
      afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
      onProblem(error) {
        throw error
      },
    },
    at.org,
  )
