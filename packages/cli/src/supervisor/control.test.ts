import { mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Failure } from '../command.ts'
import { askSupervisor, serveControl } from './control.ts'
import { lockFolder } from './lock.ts'
import { openLogFile } from './log-file.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-control-'))
})
afterAll(() => rm(dir, { recursive: true }))

test.each([
  ['a short path', 'a'],
  ['a path longer than a socket name can be', 'deep/'.repeat(30)],
])('asks and answers over %s', async (_, below) => {
  const path = join(dir, below, 'control', 'socket')
  expect(await askSupervisor(path, { ask: 'status' }, z.unknown())).toBeUndefined()
  const server = await serveControl(path, async (request, progress) => {
    progress('one')
    progress('two')
    if (request.ask === 'restart') throw new Failure(`there is no service ${request.name}`)
    return { asked: request.ask }
  })
  const heard: string[] = []
  expect(await askSupervisor(path, { ask: 'status' }, z.unknown(), (l) => heard.push(l))).toEqual({
    asked: 'status',
  })
  expect(heard).toEqual(['one', 'two'])
  await expect(askSupervisor(path, { ask: 'restart', name: 'x' }, z.unknown())).rejects.toThrow(
    'no service x',
  )
  expect((await stat(dirname(path))).mode & 0o077).toBe(0)
  await new Promise((resolve) => server.close(resolve))
  expect(await askSupervisor(path, { ask: 'status' }, z.unknown())).toBeUndefined()
})

test('only one holds a folder at a time', async () => {
  const first = await lockFolder(dir)
  expect(first).toBeDefined()
  expect(await lockFolder(dir)).toBeUndefined()
  await first?.release()
  const again = await lockFolder(dir)
  expect(again).toBeDefined()
  await again?.release()
})

test('a log never takes more than twice its limit', async () => {
  const path = join(dir, 'x.log')
  const log = openLogFile(path, 1000)
  for (let i = 0; i < 100; i += 1) log.write(`${'x'.repeat(49)}\n`)
  log.close()
  const [now, before] = await Promise.all([stat(path), stat(`${path}.1`)])
  expect(now.size + before.size).toBeLessThanOrEqual(2100)
})

test('a log that cannot be written loses lines, says how much, and fails nobody', async () => {
  const path = join(dir, 'full.log')
  // Every write there fails for want of space.
  await symlink('/dev/full', path)
  const log = openLogFile(path)
  log.write('lost\n')
  log.write(Buffer.from('lost too\n'))
  await rm(path)
  log.write('there\n')
  log.write('and there\n')
  log.close()
  log.close()
  expect(await readFile(path, 'utf8')).toBe(
    '(14 bytes could not be written here and are lost)\nthere\nand there\n',
  )
})
