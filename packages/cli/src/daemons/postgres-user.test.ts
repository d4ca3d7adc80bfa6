import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { postgresHome, postgresUser, socketDirOf } from './postgres-user.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postgres-user-'))
  await chmod(dir, 0o755)
})
afterEach(() => rm(dir, { recursive: true }))

test('Postgres’ home is the folder where its user gets there, else one that is remembered', async () => {
  const user = await postgresUser()
  const open = join(dir, 'open')
  expect(await postgresHome(open, user)).toBe(open)
  const closed = join(dir, 'closed')
  await mkdir(closed, { mode: 0o700 })
  const home = await postgresHome(join(closed, 'postgres'), user)
  // Only root lends Postgres another user, who may be kept out.
  expect(home.startsWith('/var/lib/parley/postgres-')).toBe(user !== undefined)
  expect(await postgresHome(join(closed, 'postgres'), user)).toBe(home)
  expect((await stat(home)).mode & 0o007).toBe(0)
  if (user !== undefined) await rm(home, { recursive: true })
})

test('a socket whose path would be too long is in a folder of ours elsewhere, and in nobody else’s', async () => {
  const user = await postgresUser()
  expect(await socketDirOf(dir, user)).toBe(join(dir, 'socket'))
  const deep = join(dir, 'x'.repeat(80))
  const far = await socketDirOf(deep, user)
  expect(far).toMatch(/^\/tmp\/parley-[0-9a-f]{16}$/)
  expect((await stat(far)).mode & 0o777).toBe(0o700)
  expect(await socketDirOf(deep, user)).toBe(far)
  await rm(far, { recursive: true })
  await symlink(dir, far)
  await expect(socketDirOf(deep, user)).rejects.toThrow('is not ours')
  await rm(far)
})
