import { createServer, type IncomingMessage } from 'node:http'
import { EventEmitter, once } from 'node:events'
import perfHooks from 'node:perf_hooks'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { trace } from '@opentelemetry/api'
import { createTokenKey, jwksOf } from '@parley/crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { until } from '../test/link-fixture.ts'
import {
  baseSettings,
  ConfigError,
  type BaseConfig,
  type Host,
  type RunningService,
  runService,
  type ServiceDeps,
} from './index.ts'

const canary = 'canary-51c0'
const env = {
  NODE_NAME: 'auth-1',
  TRUST_DOMAIN: 'x.parley.internal',
  CERT_DIR: import.meta.dirname,
  LINK_LISTEN: '127.0.0.1:0',
  TOKEN_KEYS: JSON.stringify(jwksOf([await createTokenKey('gateway')])),
}

/** A process that is none. */
function fakeHost(more: Record<string, string | undefined> = {}) {
  const events = new EventEmitter()
  const out = new PassThrough()
  const err = new PassThrough()
  const codes: number[] = []
  const host: Host = {
    env: { ...env, ...more },
    stdout: out,
    stderr: err,
    on: (event: string, listener: (value: never) => void) =>
      events.on(event, listener as (value: unknown) => void),
    setExitCode: (code) => void codes.push(code),
    kill: () => void codes.push(-1),
  }
  const told = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '')
  return { host, events, codes, logged: () => told(out), complained: () => told(err) }
}

/** A service that says when it began and ended. */
function fakeService() {
  const steps: string[] = []
  const began = Promise.withResolvers<ServiceDeps>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const create = async (config: BaseConfig, deps: ServiceDeps): Promise<RunningService> => {
    steps.push(`created ${config.node}`)
    began.resolve(deps)
    return {
      linkAddress: config.listen,
      failed: failed.promise,
      [Symbol.asyncDispose]: async () => void steps.push('disposed'),
    }
  }
  return { create, steps, began: began.promise, fail: failed.reject }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s the service is disposed and the process may end',
  async (signal) => {
    const { host, events, codes, logged } = fakeHost()
    const { create, steps, began } = fakeService()
    const running = runService('auth', baseSettings, create, host)
    const deps = await began
    events.emit(signal)
    await running
    expect(steps).toEqual(['created auth-1', 'disposed'])
    expect(codes).toEqual([])
    const lines = logged()
    for (const message of ['starting', 'ready', signal, 'stopping', 'stopped'])
      expect(lines).toContain(message)
    expect(await deps.metrics.registry.metrics()).toContain('nodejs_eventloop_lag_p99_seconds')
  },
)

test('who does nothing is woken ten times a second at most to see whether the process is late', async () => {
  const looked = vi.spyOn(perfHooks, 'monitorEventLoopDelay')
  onTestFinished(() => looked.mockRestore())
  const { host, events } = fakeHost()
  const { create, began } = fakeService()
  const running = runService('auth', baseSettings, create, host)
  const { metrics } = await began
  expect(looked.mock.calls).toEqual([[{ resolution: 100 }]])
  expect(await metrics.registry.metrics()).toContain('nodejs_eventloop_lag_max_seconds')
  events.emit('SIGTERM')
  await running
})

test('a wrong configuration names everything, starts nothing and ends with code 2', async () => {
  const { host, codes, complained } = fakeHost({ NODE_NAME: canary.toUpperCase(), LINK_LISTEN: undefined })
  const { create, steps } = fakeService()
  await runService('auth', baseSettings, create, host)
  expect(codes).toEqual([2])
  expect(steps).toEqual([])
  expect(complained().split('\n')).toEqual([
    'auth: NODE_NAME is wrong: expected a name of lower-case letters, digits and hyphens',
    'auth: LINK_LISTEN is not set: expected host:port',
    '',
  ])
})

test('a configuration that proves wrong at the start ends with code 2 too', async () => {
  const { host, codes, complained } = fakeHost()
  const create = () => Promise.reject(new ConfigError(['pools are too large']))
  await runService('auth', baseSettings, create, host)
  expect(codes).toEqual([2])
  expect(complained()).toBe('auth: pools are too large\n')
})

test.each(['unhandledRejection', 'uncaughtException'] as const)(
  '%s is logged without content and fatal',
  async (event) => {
    const { host, events, codes, logged } = fakeHost()
    const { create, steps, began } = fakeService()
    const running = runService('auth', baseSettings, create, host)
    await began
    events.emit(event, new TypeError(canary))
    await running
    expect(codes).toEqual([1])
    expect(steps).toEqual(['created auth-1', 'disposed'])
    const lines = logged()
    expect(lines).toContain('"error_name":"TypeError"')
    expect(lines).not.toContain(canary)
  },
)

test('a service that fails, at its start or later, ends the process with code 1', async () => {
  const first = fakeHost()
  await runService(
    'auth',
    baseSettings,
    async () => {
      throw new Error(canary)
    },
    first.host,
  )
  expect(first.codes).toEqual([1])
  expect(first.logged()).not.toContain(canary)

  const second = fakeHost()
  const { create, steps, began, fail } = fakeService()
  const running = runService('auth', baseSettings, create, second.host)
  await began
  fail(new Error(canary))
  await running
  expect(second.codes).toEqual([1])
  expect(steps).toEqual(['created auth-1', 'disposed'])
})

/** A process of its own. @returns its lines as they come, and how it ended */
function spawned(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../test/run-me.ts')], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  return { child, told: () => told, ended: once(child, 'close') as Promise<[number | null, string | null]> }
}

test('a real process ends with code 0 when told to stop, and 2 for a wrong configuration', async () => {
  const { child, told, ended } = spawned(env)
  await until(() => told().includes('waiting'))
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(told()).toContain('"msg":"stopped"')
  const wrong = spawned({ ...env, LINK_LISTEN: 'nowhere' })
  expect(await wrong.ended).toEqual([2, null])
  expect(wrong.told()).toBe('auth: LINK_LISTEN is wrong: expected host:port\n')
})

test('without a host of its own it takes the process it is in', async () => {
  const before = process.exitCode
  onTestFinished(() => {
    process.exitCode = before
    vi.unstubAllEnvs()
  })
  vi.stubEnv('NODE_NAME', '')
  const { create, steps } = fakeService()
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await runService('auth', baseSettings, create)
  expect(process.exitCode).toBe(2)
  expect(said.mock.calls.join()).toContain('NODE_NAME is wrong')
  said.mockRestore()
  expect(steps).toEqual([])
})

test('where a collector is configured, spans go there with names and without content', async () => {
  const bodies: string[] = []
  const collector = createServer((request: IncomingMessage, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString('latin1')))
    request.on('end', () => response.end())
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  onTestFinished(() => {
    trace.disable()
    collector.close()
  })
  const bound = collector.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  const { host, events } = fakeHost({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/` })
  const { create, began } = fakeService()
  const running = runService('auth', baseSettings, create, host)
  await began
  trace.getTracer('parley').startActiveSpan('an-operation', (span) => span.end())
  events.emit('SIGTERM')
  await running
  await until(() => bodies.length > 0)
  expect(bodies.join('')).toContain('an-operation')
  expect(bodies.join('')).toContain('parley-auth')
})
