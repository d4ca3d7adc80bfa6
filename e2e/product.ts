import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createAccount } from '@parley/api'
import { engine, installationAt, unchanging } from '@parley/cli'
import { systemClock, systemIds } from '@parley/core'
import { createLinkClient, createMetrics, silentLogger } from '@parley/kit'
import { apiClient, type ApiClient } from '@parley/testkit'
import { z } from 'zod'
import { freePort, portsFile } from './ports.ts'

const Account = z.object({
  user_id: z.int(),
  full_name: z.string(),
  email: z.string(),
  api_key: z.string(),
  password: z.string(),
})
const Process = z.object({
  name: z.string(),
  pid: z.int(),
  port: z.int().nullish(),
  address: z.string().nullish(),
})
export const Run = z.object({
  url: z.string(),
  ca: z.string(),
  data: z.string(),
  processes: z.array(Process),
  demo: z
    .object({
      owner: Account,
      users: z.array(Account),
      channels: z.array(z.looseObject({ name: z.string() })),
    })
    .optional(),
})
export type Run = z.infer<typeof Run>
const Organisation = z.object({
  org_id: z.int(),
  url: z.string(),
  owner: z.object({ user_id: z.int(), email: z.string(), api_key: z.string() }),
})

const root = resolve(import.meta.dirname, '..')
const run = promisify(execFile)

/** A folder that the logs of every product are left in. */
const kept = process.env['PARLEY_TEST_LOGS']
const counting = process.env['PARLEY_TEST_COVERAGE']
/**
 * A command's environment: every process that comes of it writes down what it ran, where the run of tests counts that.
 * What Node compiled is compiled once for all products, which halves the work of starting one.
 */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  // Mail is set up, and nobody takes it.
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: '9',
  MAIL_FROM: 'chat@parley.example',
  ...(counting ? { NODE_V8_COVERAGE: join(counting, 'ran') } : {}),
  NODE_COMPILE_CACHE: counting
    ? join(counting, 'compiled')
    : (process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/parley-e2e')),
}

/**
 * Compiles every module of the product, and runs what it does when it is loaded. What comes out of Node's cache is not
 * counted (packages/cli/src/coverage), and a process that ends puts all there that it ran: after this, functions are not.
 */
export async function compile(): Promise<void> {
  const load = (flags: readonly string[], files: readonly string[]): Promise<string> => {
    const all = files.map((file) => `await import(${JSON.stringify(join(root, file))})`).join('\n')
    const main = `${all}\nprocess.exit()`
    return execute([process.execPath, ...flags, '--input-type=module', '--eval', main], {})
  }
  const services = ['gateway', 'auth', 'streams', 'messaging', 'uploads', 'audit', 'relay']
  await Promise.all([
    load(
      engine,
      services.flatMap((name) => ['config', 'service'].map((file) => `services/${name}/src/${file}.ts`)),
    ),
    load(
      [],
      ['run', 'organisations', 'commands/commands', 'supervisor/supervisor'].map(
        (file) => `packages/cli/src/${file}.ts`,
      ),
    ),
  ])
}

/** Runs `./parley …` and gives its standard output. @throws Error with what it printed where it fails */
export async function parley(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return execute([join(root, 'parley'), ...args], env)
}

async function execute([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(program, args, {
    env: { ...environment, ...env },
    timeout: 240_000,
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}

/** Separate processes, started as an operator would; stopped and removed at the end. */
export interface Product extends AsyncDisposable {
  readonly data: string
  readonly run: Run
  /** run.json as it is now: pids change when the supervisor restarts something. */
  state(): Run
  parley(args: readonly string[]): Promise<string>
}

export interface ProductOptions {
  readonly gateways?: number
  readonly demo?: boolean
  /** Where its data goes; a new folder unless given. Removed at the end either way. */
  readonly data?: string
  /** Added to the environment of `up`. */
  readonly env?: NodeJS.ProcessEnv
  /** The cores that everything of it runs on, as taskset takes them (`0`, `0-3`); those of this process unless given. */
  readonly cores?: string
}

/** A new folder for a product's data, known as an installation's: ports and detours are written before it is one. */
export function dataFolder(): string {
  const data = mkdtempSync(join(tmpdir(), 'parley-e2e-'))
  writeFileSync(installationAt(data).mark, '')
  return data
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const data = options.data ?? dataFolder()
  const gateways = options.gateways ?? 2
  if (options.data === undefined) writeFileSync(installationAt(data).ports, await portsFile(gateways))
  const args = [
    'up',
    '--data',
    data,
    '--port',
    String(await freePort()),
    '--gateways',
    String(gateways),
    '--json',
  ]
  const remove = (): void => {
    if (kept && existsSync(join(data, 'logs')))
      cpSync(join(data, 'logs'), join(kept, basename(data)), { recursive: true })
    rmSync(data, { recursive: true, force: true })
  }
  const stop = async (): Promise<void> => {
    await parley(['down', '--data', data])
    remove()
  }
  try {
    const pinned = options.cores === undefined ? [] : ['taskset', '-c', options.cores]
    const up = [...pinned, join(root, 'parley'), ...args, ...(options.demo ? ['--demo'] : [])]
    const printed = await execute(up, { PARLEY_RATE_LIMIT_FACTOR: '1000', ...options.env })
    return {
      data,
      run: Run.parse(JSON.parse(printed)),
      state: () => Run.parse(JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'))),
      parley: (more) => parley([...more, '--data', data]),
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop().catch(remove)
    throw error
  }
}

/** An organisation of its own for a test file, with a client for its owner. */
export interface Scene extends AsyncDisposable {
  readonly org: z.infer<typeof Organisation>
  readonly ca: string
  readonly owner: ApiClient
  /** Makes an account by the API and gives a client for it. */
  person(name: string, options?: { address?: string }): Promise<Person>
  /** Makes a guest, as the operator: no endpoint does. */
  guest(name: string): Promise<Person>
  client(account: {
    email?: string
    apiKey?: string
    address?: string
    headers?: Readonly<Record<string, string>>
    root?: '/json'
  }): ApiClient
}
export interface Person extends ApiClient {
  readonly id: number
  readonly email: string
  readonly apiKey: string
  readonly password: string
}

let scenes = 0
const password = (name: string): string => `Correct-horse ${name} battery 7`
const emailOf = (name: string): string => `${name.toLowerCase().replaceAll(/[^a-z]/g, '')}@example.com`

const Status = z.object({
  trustDomain: z.string(),
  processes: z.array(z.object({ name: z.string(), address: z.string(), port: z.int() })),
})

/** Makes an account of any role over the link, with the command's certificate. */
async function asOperator(
  product: Pick<Product, 'run' | 'parley'>,
  account: z.input<(typeof createAccount)['input']>,
): Promise<z.output<(typeof createAccount)['response']>> {
  const { trustDomain, processes } = Status.parse(JSON.parse(await product.parley(['status', '--json'])))
  const auth = processes
    .filter((p) => p.name.startsWith('auth-'))
    .map(({ address, port }) => ({ host: address, port }))
  const file = (name: string): string => readFileSync(join(product.run.data, 'certs', 'cli', name), 'utf8')
  await using link = createLinkClient({
    config: { peers: { auth }, trustDomain },
    certificates: unchanging({ cert: file('client.crt'), key: file('client.key'), ca: file('ca.crt') }),
    deps: { clock: systemClock, ids: systemIds, logger: silentLogger, metrics: createMetrics('e2e') },
  })
  return await link.call(createAccount, account)
}

export async function scene(product: Pick<Product, 'run' | 'parley'>): Promise<Scene> {
  const name = `t${process.pid}x${++scenes}`
  const made = await product.parley([
    'org',
    'create',
    name,
    '--subdomain',
    name,
    '--owner-email',
    'owner@example.com',
    '--owner-name',
    'Olive Owner',
    '--json',
  ])
  const org = Organisation.parse(JSON.parse(made))
  const ca = readFileSync(product.run.ca, 'utf8')
  const open: ApiClient[] = []
  const client: Scene['client'] = ({ address, ...who }) => {
    const made = apiClient({ url: org.url, ca, address: address ?? '127.0.0.1', ...who })
    open.push(made)
    return made
  }
  const owner = client({ email: org.owner.email, apiKey: org.owner.api_key })
  return {
    org,
    ca,
    owner,
    client,
    async person(fullName, options = {}) {
      const account = { email: emailOf(fullName), password: password(fullName) }
      const created = await owner.ok('POST', '/users', { ...account, full_name: fullName })
      const key = await client({}).ok('POST', '/fetch_api_key', {
        username: account.email,
        password: account.password,
      })
      const apiKey = z.string().parse(key['api_key'])
      const id = z.int().parse(created['user_id'])
      return { ...client({ email: account.email, apiKey, ...options }), id, apiKey, ...account }
    },
    async guest(fullName) {
      const account = { email: emailOf(fullName), password: password(fullName) }
      const made = await asOperator(product, { org: org.org_id, role: 600, fullName, ...account })
      return {
        ...client({ email: account.email, apiKey: made.apiKey }),
        id: made.user,
        apiKey: made.apiKey,
        ...account,
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((c) => c[Symbol.asyncDispose]()))
    },
  }
}
