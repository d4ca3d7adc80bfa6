import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endLeftover, identityOf, launch, survivor, until, type Launch } from './child.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-child-'))
})
afterAll(() => rm(dir, { recursive: true }))

const node = (name: string, script: string, stopSignal: Launch['stopSignal'] = 'SIGTERM'): Launch => ({
  name,
  command: process.execPath,
  args: ['-e', script],
  env: { GIVEN: 'yes' },
  cwd: dir,
  pidFile: join(dir, `${name}.pid`),
  stopSignal,
})
const says = (child: { tail(): string }, text: string): Promise<true> =>
  until(text, () => Promise.resolve(child.tail().includes(text) ? true : undefined), { timeoutMs: 20_000 })

test('a child has the environment it was given and nothing else, and its pid is remembered', async () => {
  const child = await launch(
    node('env', 'console.log(Object.keys(process.env).join()); setInterval(() => {}, 1e6)'),
  )
  await says(child, 'GIVEN')
  expect(child.tail().trim()).toBe('GIVEN')
  expect(await survivor(join(dir, 'env.pid'))).toBe(child.pid)
  await child.stop()
  expect(await identityOf(child.pid)).toBeUndefined()
  expect(await survivor(join(dir, 'env.pid'))).toBeUndefined()
})

test('a child that ignores being told to stop is killed', async () => {
  const child = await launch(
    node('stubborn', "process.on('SIGTERM', () => {}); console.log('here'); setInterval(() => {}, 1e6)"),
  )
  await says(child, 'here')
  expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('what an earlier start left running is ended by the next one', async () => {
  const first = await launch(node('again', 'setInterval(() => {}, 1e6)'))
  const second = await launch(node('again', 'setInterval(() => {}, 1e6)'))
  expect(await first.exited).toEqual({ code: null, signal: 'SIGTERM' })
  expect(await survivor(join(dir, 'again.pid'))).toBe(second.pid)
  await second.stop()
})

test('a pid that was given to another process is left alone', async () => {
  const file = join(dir, 'other.pid')
  const written = await identityOf(process.pid)
  await writeFile(file, written?.replace(/ \d+ /, ' 1 ') ?? '')
  await endLeftover(file, 'SIGKILL')
  expect(await readFile(file, 'utf8')).toContain(String(process.pid))
})

test('waiting ends with what the child said when it ends', async () => {
  const child = await launch(node('short', "console.error('no disk'); process.exitCode = 4"))
  const never = (): Promise<undefined> => Promise.resolve(undefined)
  await expect(until('x', never, { timeoutMs: 20_000, child })).rejects.toThrow(/code 4[^]*no disk/)
})

test('a child whose pid cannot be written runs all the same: it ends with this process', async () => {
  const pidFile = join(dir, 'no such folder', 'x.pid')
  const child = await launch({
    ...node('unwritten', "console.log('here'); setInterval(() => {}, 1e6)"),
    pidFile,
  })
  await says(child, 'here')
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' })
})

test('a program that is not there is said so', async () => {
  await expect(launch({ ...node('none', ''), command: '/none', cwd: '/none' })).rejects.toThrow(
    'could not be started',
  )
})
