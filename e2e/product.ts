import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { apiClient, type ApiClient } from '@parley/testkit'
import { z } from 'zod'

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
const Run = z.object({
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

/** Runs `./parley …` and gives its standard output. @throws Error with what it printed where it fails */
export async function parley(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await run(join(root, 'parley'), args, {
    env: { ...process.env, ...env },
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

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => found(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export async function startProduct(options: { gateways?: number; demo?: boolean } = {}): Promise<Product> {
  const data = mkdtempSync(join(tmpdir(), 'parley-e2e-'))
  const args = [
    'up',
    '--data',
    data,
    '--port',
    String(await freePort()),
    '--gateways',
    String(options.gateways ?? 2),
    '--json',
  ]
  const remove = (): void => rmSync(data, { recursive: true, force: true })
  const stop = async (): Promise<void> => {
    await parley(['down', '--data', data])
    remove()
  }
  try {
    const printed = await parley([...args, ...(options.demo ? ['--demo'] : [])], {
      PARLEY_RATE_LIMIT_FACTOR: '1000',
    })
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
  client(account: {
    email?: string
    apiKey?: string
    address?: string
    headers?: Record<string, string>
  }): ApiClient
}
export interface Person extends ApiClient {
  readonly id: number
  readonly email: string
  readonly apiKey: string
  readonly password: string
}

let scenes = 0

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
      const email = `${fullName.toLowerCase().replaceAll(/[^a-z]/g, '')}@example.com`
      const password = `Correct-horse ${fullName} battery 7`
      const created = await owner.ok('POST', '/users', { email, full_name: fullName, password })
      const key = await client({}).ok('POST', '/fetch_api_key', { username: email, password })
      const apiKey = z.string().parse(key['api_key'])
      return {
        ...client({ email, apiKey, ...options }),
        id: z.int().parse(created['user_id']),
        email,
        apiKey,
        password,
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((c) => c[Symbol.asyncDispose]()))
    },
  }
}
