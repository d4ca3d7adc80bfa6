import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { apiClient } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { freePort } from './ports.ts'
import { environment, parley, type Product, type Run, scene, startProduct } from './product.ts'
import { sharedProduct } from './shared-product.ts'

const run = promisify(execFile)
const program = resolve(import.meta.dirname, '../parley')
const Up = z.object({
  delivered_ms: z.int(),
  processes: z.array(z.object({ name: z.string(), pid: z.int() })),
})
const Status = z.object({ ready: z.boolean(), freeBytes: z.int().positive() })
const patience = { timeout: 60_000, interval: 200 }

let product: Product
beforeAll(async () => {
  product = await startProduct({ gateways: 2, demo: true })
}, 240_000)
afterAll(() => product?.[Symbol.asyncDispose](), 120_000)

const again = async (...more: string[]): Promise<z.infer<typeof Up>> =>
  Up.parse(JSON.parse(await product.parley(['up', '--json', ...more])))
/** Exit code and words of a command that may fail. */
const attempt = (args: readonly string[]): Promise<{ code: number; said: string }> =>
  run(program, args, { env: environment }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: unknown) => {
      const { code, stderr } = z.object({ code: z.int(), stderr: z.string() }).parse(error)
      return { code, said: stderr }
    },
  )
const isReady = async (): Promise<boolean> =>
  run(program, ['status', '--json', '--data', product.data]).then(
    ({ stdout }) => Status.parse(JSON.parse(stdout)).ready,
    () => false,
  )
const pidOf = (state: Run, name: string): number | undefined =>
  state.processes.find((p) => p.name === name)?.pid
const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

test('up again finds everything running, starts nothing and delivers a message', async () => {
  const before = product.state()
  const now = await again('--demo')
  expect(now.delivered_ms).toBeGreaterThanOrEqual(0)
  expect(now.processes).toMatchObject(before.processes.map(({ name, pid }) => ({ name, pid })))
  expect(product.state().demo).toEqual(before.demo)
})

test('a command says what it does, and nothing of what was done before', async () => {
  const { code, said } = await attempt(['restart', 'nope', '--data', product.data])
  expect(code).toBe(1)
  expect(said).toMatch(/^parley restart: there is no service nope; they are .*gateway-2.*\n$/)
})

test('what holds secrets is closed to others', () => {
  const secrets = readdirSync(product.data, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(key|jwk)$|^(run|demo|check)\.json|^redis\/(passwords\/|users\.acl)|^logs\/./.test(file),
  )
  expect(secrets.length).toBeGreaterThan(30)
  expect(secrets.filter((file) => (statSync(join(product.data, file)).mode & 0o077) !== 0)).toEqual([])
})

test('the command lines and environments of processes hold no secret', () => {
  const { demo, processes } = product.state()
  const secrets = [demo?.owner, ...(demo?.users ?? [])].flatMap((a) => [a?.api_key ?? '', a?.password ?? ''])
  const redis = join(product.data, 'redis/passwords')
  secrets.push(...readdirSync(redis).map((user) => readFileSync(join(redis, user), 'utf8')))
  const shown = processes.map(({ pid }) =>
    ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join('\n'),
  )
  expect(shown.join('\n')).toContain('NODE_NAME')
  expect(secrets.filter((secret) => secret === '' || shown.some((text) => text.includes(secret)))).toEqual([])
})

test('audit verify recomputes every tree', async () => {
  const said = z
    .object({ ok: z.boolean(), trees: z.array(z.object({ org: z.int(), size: z.int(), ok: z.boolean() })) })
    .parse(JSON.parse(await product.parley(['audit', 'verify', '--json'])))
  expect(said.ok).toBe(true)
  // The server itself, the delivery check and the demo.
  expect(said.trees.length).toBeGreaterThanOrEqual(3)
  expect((await attempt(['audit', 'verify', '--org', 'x'])).code).toBe(2)
})

test('access explain says whether somebody may, and why', async () => {
  await using stage = await scene(product)
  const ann = await stage.person('Ann')
  const org = new URL(stage.org.url).hostname.split('.')[0] ?? ''
  const secret = { subscriptions: [{ name: 'secret' }], invite_only: true }
  await stage.owner.ok('POST', '/users/me/subscriptions', secret)
  const { stream_id } = await stage.owner.ok('GET', '/get_stream_id', { stream: 'secret' })
  const channel = String(stream_id)
  const explain = (...words: string[]) => product.parley(['access', 'explain', ...words, '--org', org])
  expect(JSON.parse(await explain(String(ann.id), 'channel:read', channel, '--json'))).toMatchObject({
    user: { role: 400, active: true },
    decisions: [{ action: 'channel:read', verdict: 'hide', reason: 'unknown-channel' }],
    facts: { private: true, subscribed: false },
  })
  const owner = String(stage.org.owner.user_id)
  const all = await explain(owner, 'all', channel)
  expect(all).toMatch(/^channel:know: yes$/m)
  expect(all).toMatch(/^ {2}private: yes$/m)
  const said = { type: 'channel', to: 'secret', topic: 'x', content: 'x' }
  const { id } = await stage.owner.ok('POST', '/messages', said)
  expect(await explain(String(ann.id), 'message:read', String(id))).toMatch(
    /^message:read: no, and answered as if there were no such thing \(no-history\)$/m,
  )
  expect(await explain(String(ann.id), 'user:deactivate', owner)).toMatch(
    /^user:deactivate: no \(admins-only\)$/m,
  )
  await stage.owner.ok('PATCH', '/realm', { waiting_period_threshold: 3 })
  expect(await explain(String(ann.id), 'user:deactivate', owner)).toMatch(
    /^ {2}not a full member until \d{4}-\d\d-\d\dT/m,
  )
  for (const [words, code] of [
    [[owner, 'channel:fly', channel, '--org', org], 2],
    [['x', 'channel:read', channel, '--org', org], 2],
    [[owner, 'channel:read', channel, '--org', 'nowhere'], 1],
    [['987654', 'channel:read', channel, '--org', org], 1],
    [[owner, 'message:read', '987654', '--org', org], 1],
  ] as const)
    expect((await attempt(['access', 'explain', ...words, '--data', product.data])).code).toBe(code)
})

test('an organisation is taken out of use, and into use again', async () => {
  await using stage = await scene(product)
  const name = new URL(stage.org.url).hostname.split('.')[0] ?? ''
  const command = async (verb: string, of = name): Promise<unknown> =>
    JSON.parse(await product.parley(['org', verb, of, '--json']))
  expect(await command('deactivate')).toEqual({ org_id: stage.org.org_id, changed: true })
  expect(await command('deactivate')).toEqual({ org_id: stage.org.org_id, changed: false })
  expect((await stage.owner.get('/users/me')).body['msg']).toBe('This organization has been deactivated')
  expect(await product.parley(['org', 'reactivate', name])).toBe(`${name} is in use\n`)
  expect(await product.parley(['org', 'reactivate', name])).toBe(`${name} was already in use\n`)
  expect((await stage.owner.get('/users/me')).body['msg']).toBe('Invalid API key')
  expect((await attempt(['org', 'deactivate', 'nowhere', '--data', product.data])).code).toBe(1)
})

test('two installations stand side by side', async () => {
  const other = sharedProduct()
  expect(other.run.url).not.toBe(product.run.url)
  expect(readFileSync(other.run.ca, 'utf8')).not.toBe(readFileSync(product.run.ca, 'utf8'))
  const ports = [other, product].flatMap(({ run: { processes } }) =>
    processes.map((p) => `${p.address}:${p.port}`),
  )
  expect(ports.filter((port, i) => ports.indexOf(port) !== i && port !== 'null:null')).toEqual([])
  for (const one of [other, product]) {
    expect(Up.parse(JSON.parse(await one.parley(['up', '--json']))).delivered_ms).toBeGreaterThanOrEqual(0)
  }
}, 120_000)

test.each([
  ['up --gateways 3', 'it runs already'],
  ['logs nothing', 'no logs of nothing'],
  [
    'org create X --subdomain x --owner-email x@x.example --owner-name X --owner-password-file /no/file',
    'cannot read',
  ],
  ['org create X --subdomain x_x --owner-email x@x.example --owner-name X', 'subdomain'],
  ['org create X --subdomain demo --owner-email x@x.example --owner-name Xenia', 'Subdomain'],
  ['restart nothing', 'no service nothing'],
])('%s says in one line what is wrong', async (command, words) => {
  const { code, said } = await attempt([...command.split(' '), '--data', product.data])
  const last = said.trim().split('\n').at(-1)
  expect([code, last]).toEqual([1, expect.stringContaining(words)])
  expect(said).not.toContain('    at ')
})

test('a port that is in use is refused, and nothing is left running', async () => {
  const server = createServer()
  const port = await freePort()
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  const dir = join(product.data, 'elsewhere')
  const { code, said } = await attempt(['up', '--data', dir, '--port', String(port)])
  await new Promise((closed) => server.close(closed))
  expect(code).toBe(1)
  expect(said).toContain(`port ${port} is in use`)
  expect(said).not.toContain('    at ')
  expect((await attempt(['status', '--data', dir])).code).toBe(1)
  expect((await attempt(['restart', 'auth', '--data', dir])).said).toContain('nothing runs in')
})

test.each([
  ['postgres', ['postgres']],
  ['nats', ['nats']],
  ['redis', ['redis']],
  [
    'every service',
    ['relay-1', 'auth-1', 'streams-1', 'messaging-1', 'uploads-1', 'audit-1', 'gateway-1', 'gateway-2'],
  ],
])(
  '%s is started again when it dies, and messages arrive again',
  async (_, names) => {
    const before = product.state()
    const killed = before.processes.filter((p) => names.includes(p.name))
    expect(killed.length).toBe(names.length)
    for (const { pid } of killed) process.kill(pid, 'SIGKILL')
    // The fault happened: these very processes are gone.
    await expect.poll(() => killed.filter((p) => alive(p.pid)), patience).toEqual([])
    const notYet = (): string[] => {
      const now = product.state()
      return names.filter((name) => [undefined, pidOf(before, name)].includes(pidOf(now, name)))
    }
    await expect.poll(notYet, patience).toEqual([])
    await expect.poll(isReady, patience).toBe(true)
    expect((await again()).delivered_ms).toBeGreaterThanOrEqual(0)
  },
  180_000,
)

test('restart gives a service new processes, one after the other', async () => {
  const before = product.state()
  await product.parley(['restart', 'gateway'])
  const after = product.state()
  for (const name of ['gateway-1', 'gateway-2']) {
    expect(pidOf(after, name)).toBeDefined()
    expect(pidOf(after, name)).not.toBe(pidOf(before, name))
  }
  expect(pidOf(after, 'auth-1')).toBe(pidOf(before, 'auth-1'))
}, 120_000)

test('a new organisation answers on its host under the same gateways, and its owner makes users', async () => {
  const before = product.state()
  const passwordFile = join(product.data, 'owner-password')
  const password = 'Correct horse battery 9 staple'
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  const made = z
    .object({
      org_id: z.int(),
      url: z.string(),
      owner: z.object({ user_id: z.int(), email: z.string(), api_key: z.string() }),
    })
    .parse(
      JSON.parse(
        await product.parley(
          `org create Acme --subdomain acme --owner-email owner@acme.example --owner-name Anna --json --owner-password-file ${passwordFile}`.split(
            ' ',
          ),
        ),
      ),
    )
  for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
    await using client = apiClient({
      url: made.url,
      ca: readFileSync(product.run.ca, 'utf8'),
      address,
      email: made.owner.email,
      apiKey: made.owner.api_key,
    })
    const key = await client.ok('POST', '/fetch_api_key', { username: made.owner.email, password })
    expect(key).toMatchObject({ user_id: made.owner.user_id })
    const email = `${address}@acme.example`
    await client.ok('POST', '/users', { email, full_name: `Person ${address}`, password })
  }
  expect(product.state().processes).toEqual(before.processes)
}, 120_000)

test('a supervisor that is killed takes everything with it, and up resumes', async () => {
  const before = product.state()
  const pid = pidOf(before, 'supervisor')
  if (pid === undefined) throw new Error('supervisor is not in run.json')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => before.processes.filter((p) => alive(p.pid)), patience).toEqual([])
  await again()
  const after = product.state()
  expect(after.processes.map(({ name, port }) => ({ name, port }))).toEqual(
    before.processes.map(({ name, port }) => ({ name, port })),
  )
  expect(after.demo).toEqual(before.demo)
}, 180_000)

test('down stops everything, says so, and up brings back what was said', async () => {
  const before = product.state()
  await product.parley(['down'])
  expect(before.processes.filter((p) => alive(p.pid))).toEqual([])
  expect(product.state().processes).toEqual([])
  expect((await attempt(['status', '--data', product.data])).code).toBe(1)
  expect((await attempt(['down', '--data', product.data])).code).toBe(0)
  // Two starts at once: one supervisor.
  const [one, two] = await Promise.all([again(), again()])
  expect(one?.processes).toEqual(two?.processes)
  expect(product.state().demo).toEqual(before.demo)
}, 240_000)

test('logs shows a service and is valid JSON lines where asked', async () => {
  const lines = (await product.parley(['logs', 'auth', '--json', '--lines', '5'])).trim().split('\n')
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ process: 'auth-1' })
  expect((await parley(['logs', '--help'])).includes('--follow')).toBe(true)
})
