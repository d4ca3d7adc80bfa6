import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { freePort } from './ports.ts'
import { dataFolder, environment, parley, Run } from './product.ts'

const program = resolve(import.meta.dirname, '../parley')
const patience = { timeout: 240_000, interval: 100 }

interface Started {
  readonly child: ChildProcess
  readonly said: () => string
  /** Signals it, and gives its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** A command that goes on until it is told to end. */
function start(...args: readonly string[]): Started {
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const exited = once(child, 'exit').then(([code]) => z.int().nullable().parse(code))
  return {
    child,
    said: () => text,
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
}

test('up --foreground stays, its logs can be followed, and it stops everything when it is told to', async () => {
  const data = dataFolder()
  const up = start(
    'up',
    '--foreground',
    '--data',
    data,
    '--port',
    String(await freePort()),
    '--gateways',
    '1',
  )
  onTestFinished(async () => {
    await up.end('SIGTERM')
    rmSync(data, { recursive: true, force: true })
  })
  await expect.poll(up.said, patience).toContain('Parley answers on')
  const { processes } = Run.parse(JSON.parse(readFileSync(join(data, 'run.json'), 'utf8')))
  expect(processes.find(({ name }) => name === 'supervisor')?.pid).toBe(up.child.pid)
  expect(await parley(['status', '--data', data])).toContain('gateway-1')

  const logs = start('logs', 'audit', '--follow', '--lines', '0', '--json', '--data', data)
  onTestFinished(() => void logs.child.kill('SIGKILL'))
  expect(await parley(['audit', 'verify', '--data', data])).toContain('organisation 0')
  await parley(['restart', 'audit', '--data', data])
  await expect.poll(logs.said, patience).toContain('told to stop')
  for (const line of logs.said().trim().split('\n')) {
    expect(JSON.parse(line)).toMatchObject({ process: 'audit-1' })
  }
  await logs.end('SIGTERM')

  expect(await up.end('SIGTERM')).toBe(0)
  expect(processes.filter(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([])
}, 480_000)

test('up that is stopped in the middle says that, and nothing of what failed by it', async () => {
  const data = dataFolder()
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const port = String(await freePort())
  const up = spawn(program, ['up', '--data', data, '--port', port], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  up.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
  const exited = once(up, 'exit')
  await expect.poll(() => said, patience).toContain('postgres is ready')
  await parley(['down', '--data', data])
  expect(await exited).toEqual([1, null])
  expect(said).toMatch(/^parley up: stopped while starting$/m)
  expect(said).not.toContain('Command failed')
}, 240_000)

test('the files that FILTER names are run and counted', async () => {
  // A run of its own, not a worker of this one.
  const outer = Object.keys(process.env).filter((name) => name.startsWith('VITEST'))
  const none = Object.fromEntries(outer.map((name) => [name, undefined]))
  const said = await parley(['test', 'e2e/house-rules', '--json'], none)
  const counts = z.object({ passed: z.int(), failed: z.int(), skipped: z.int() }).parse(JSON.parse(said))
  expect(counts.passed).toBeGreaterThan(10)
  expect(counts).toMatchObject({ failed: 0, skipped: 0 })
}, 120_000)
