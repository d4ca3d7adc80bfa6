import type { Capabilities, Principal, RequestFacts } from '@parley/api'
import { AppError, type Clock, fixedClock, orgId, seq, systemIds } from '@parley/core'
import type { Database, OrmTx } from '@parley/db'
import { appendedIn, type LoggedEvent, readLog } from '@parley/events'
import { loadConfig, runOperation, silentLogger, TurnsOf } from '@parley/kit'
import { createRenderer } from '@parley/markdown'
import { contractFaults, type MailServer, type TestDatabase, testDatabase } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import type { AuthContext } from '../src/context.ts'
import { calls, routes } from '../src/endpoints.ts'
import { mailConfig, mailSettings } from '../src/mail/config.ts'
import { createMailer, type Mailer } from '../src/mail/mailer.ts'
import { createHasher } from '../src/passwords/hasher.ts'
import { postMail } from '../src/post-mail.ts'
import { createOwnAccounts } from '../src/facts/own-accounts.ts'

/** What clients use though the contract has no schema of it. */
const undocumented =
  /^\/parley\/|^\/users\/me\/api_key\/regenerate$|^\/realm$|^\/settings\/(?:display|notifications)$|^\/users\/me\/profile_data$|^\/realm\/profile_fields\/.|^\/realm\/(?:domains|deactivate$)|^\/bots|^\/bot_storage$/

const Made = z.object({ org: z.int(), user: z.int(), email: z.string(), apiKey: z.string() })
/** An account and the key that it was made with. */
export type Made = z.infer<typeof Made>

/** Who asks: an account by its API key. */
export type As = Pick<Made, 'org' | 'email' | 'apiKey'>
type Fields = Readonly<Record<string, string>>
export type Answer = Record<string, unknown>

export const goodPassword = 'violet submarine paints 7 clocks'

/** The auth service's handlers on a database of their own, without link and gateway. */
export interface Harness extends AsyncDisposable {
  readonly db: TestDatabase
  readonly auth: Database<OrmTx>
  readonly ctx: AuthContext
  readonly clock: Clock & { advance(ms: number): void }
  /** Every barrier that was waited for: organisation and seq. */
  readonly barriers: (readonly [number, number])[]
  call(id: string, input: unknown): Promise<unknown>
  /** Makes an organisation, its owner with a password. */
  organisation(subdomain: string): Promise<Made>
  account(org: number, name: string, role: number): Promise<Made>
  principal(as: As): Promise<Principal>
  /** Runs an operation as the gateway would, and holds its answer against the contract where it is in it. */
  ask(
    op: string,
    as: As | Principal | null,
    fields?: Fields,
    path?: Fields,
    org?: number,
    signal?: AbortSignal,
  ): Promise<Answer>
  /** Sends what is due of an organisation. */
  post(org: number): Promise<void>
  log(org: number): Promise<LoggedEvent[]>
  /** What `register` says now of these types to the organisation's owner, or to somebody else. */
  told(
    org: number,
    types: readonly string[],
    user?: number,
    capabilities?: Partial<Capabilities>,
  ): Promise<Answer>
}

export async function harness(mail?: MailServer): Promise<Harness> {
  const db = await testDatabase()
  const auth = await db.ormAs('auth')
  const clock = fixedClock(1_800_000_000_000)
  const barriers: (readonly [number, number])[] = []
  const afterCommit = {
    appendedIn,
    hint: () => {},
    barrier: (org: number, at: number): Promise<void> => {
      barriers.push([org, at])
      return Promise.resolve()
    },
  }
  const hasher = await createHasher({ concurrency: 2, queue: 64 }, systemIds)
  const own = createOwnAccounts(auth)
  const renderer = createRenderer({
    bounds: { waitMs: 60_000, workMs: 60_000 },
    onLost(error) {
      throw error
    },
  })
  const ctx: AuthContext = {
    database: auth,
    afterCommit,
    clock,
    ids: systemIds,
    hasher,
    own,
    mailer: mail ? mailerTo(mail) : null,
    webPublic: true,
    turns: new TurnsOf(),
    renderer,
  }
  const mounted = new Map(routes.map((route) => [route.operation.id, route]))
  const { signal } = new AbortController()

  const call = async (id: string, input: unknown): Promise<unknown> => {
    const route = calls.find((c) => c.call.id === id)
    if (!route) throw new Error(`no call ${id}`)
    const answer = await route.handler({ input: route.call.input.parse(input), ctx, signal })
    return route.call.response.parse(answer)
  }
  const principal = async ({ org, email, apiKey }: As): Promise<Principal> => {
    const answer = await call('auth.authenticate', { scheme: 'basic', org, email, apiKey })
    return (answer as { principal: Principal }).principal
  }
  const requestTo = (org: number): RequestFacts => ({
    org,
    url: 'https://chat.example.org',
    client: 'test',
    ip: '127.0.0.1',
  })
  return {
    db,
    auth,
    ctx,
    clock,
    barriers,
    call,
    principal,
    organisation: async (subdomain) =>
      Made.parse(
        await call('auth.create-organisation', {
          name: `The ${subdomain}`,
          subdomain,
          ownerEmail: `Owner@${subdomain}.example`,
          ownerName: 'Olga Owner',
          ownerPassword: goodPassword,
        }),
      ),
    account: async (org, name, role) => {
      const email = `${name}@acme.example`
      const account = { org, email, fullName: `${name} of Acme`, role, password: goodPassword }
      return Made.parse({ org, ...((await call('auth.create-account', account)) as object) })
    },
    async ask(op, as, fields = {}, path = {}, org, until = signal) {
      const who = as && ('credential' in as ? as : await principal(as))
      const running = {
        routes: mounted,
        ctx,
        database: ctx.database,
        afterCommit,
        actors: own.actor,
        turns: ctx.turns,
      }
      const request = requestTo(org ?? who?.org ?? 0)
      const raw = { fields, path }
      const asked = { op, caller: 'gateway', principal: who, raw, request, signal: until } as const
      const { data, ignored } = await runOperation(running, asked)
      expect(ignored).toEqual([])
      const answer = z.record(z.string(), z.unknown()).parse(data)
      const operation = mounted.get(op)?.operation
      const where = operation?.path.replace('/api/v1', '') ?? ''
      if (!undocumented.test(where)) {
        const whole = { result: 'success', msg: '', ...answer }
        expect(contractFaults(operation?.method ?? '', where, 200, whole)).toEqual([])
      }
      return answer
    },
    async post(org) {
      const { mailer } = ctx
      if (!mailer) throw new Error('this harness sends no mail')
      for (let more = 1; more > 0;) more = await postMail(ctx, mailer, orgId(org), silentLogger)
    },
    log: async (org) =>
      (await db.as('gateway')).read(orgId(org), (tx) => readLog(tx, seq(0), seq(1_000_000))),
    told: async (org, types, user, capabilities = {}) => {
      const gateway = await db.as('gateway')
      const [owner] = await db.superuser('SELECT min(user_id) AS id FROM auth.users WHERE org_id = $1', [org])
      return gateway.read(orgId(org), async (tx) => {
        const [row] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
        const request = {
          snapshot: row?.id ?? '',
          org,
          user: user ?? z.int().parse(owner?.['id']),
          types,
          capabilities,
          includeSubscribers: false,
          slimPresence: true,
          url: 'https://chat.example.org',
        }
        return z.record(z.string(), z.unknown()).parse(await call('auth.snapshot', request))
      })
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

/** Sends by a test's own server. */
export function mailerTo(mail: MailServer, env: Readonly<Record<string, string>> = {}): Mailer {
  const config = mailConfig(loadConfig(mailSettings, { ...mail.env, ...env }).mail)
  if (!config) throw new Error('no mail is set up')
  return createMailer(config)
}

/** The code and message with which something was refused. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof AppError) return `${error.status} ${error.code} ${error.message}`
    throw error
  }
  return 'not refused'
}
