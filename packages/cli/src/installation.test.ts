import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Failure } from './command.ts'
import { installationAt, openInstallation, readDocument, writeDocument } from './installation.ts'

test('a document is its owner’s alone, absent or whole; a damaged one is told', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'installation-'))
  const path = join(dir, 'it.json')
  const schema = z.object({ a: z.int() })
  try {
    expect(await readDocument(path, schema)).toBeUndefined()
    await writeDocument(path, { a: 1 })
    expect(await readDocument(path, schema)).toEqual({ a: 1 })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    for (const damaged of ['{', '{"a":"1"}']) {
      await writeFile(path, damaged)
      await expect(readDocument(path, schema)).rejects.toThrow(`${path} is damaged`)
    }
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('a folder that something else lives in stays as it is, and what is no folder is told', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'installation-'))
  try {
    await chmod(dir, 0o755)
    const file = join(dir, 'letters')
    await writeFile(file, '')
    await expect(openInstallation(installationAt(dir))).rejects.toThrow(`${dir} has other things in it`)
    expect(await readdir(dir)).toEqual(['letters'])
    expect((await stat(dir)).mode & 0o777).toBe(0o755)
    await expect(openInstallation(installationAt(file))).rejects.toThrow(Failure)
    await expect(openInstallation(installationAt(join(file, 'below')))).rejects.toThrow(Failure)
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('an empty folder, a disk of its own, and what a start has left are used', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'installation-'))
  try {
    await mkdir(join(dir, 'lost+found'))
    await openInstallation(installationAt(dir))
    expect((await stat(dir)).mode & 0o777).toBe(0o711)
    await writeFile(join(dir, 'note'), '')
    await openInstallation(installationAt(dir))
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('folders that are called as those of an installation make none; what one of before has left does', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'installation-'))
  try {
    for (const name of ['ca', 'logs', 'pids']) await mkdir(join(dir, name))
    const refused = (): Promise<void> =>
      expect(openInstallation(installationAt(dir))).rejects.toThrow(`${dir} has other things in it`)
    await refused()
    const { settings } = installationAt(dir)
    await writeFile(settings, '{"of":"something else"}')
    await refused()
    expect((await readdir(dir)).toSorted()).toEqual(['ca', 'logs', 'pids', 'settings.json'])
    await writeDocument(settings, { port: 9443, gateways: 2, hosts: ['check'] })
    await openInstallation(installationAt(dir))
    await rm(settings)
    await openInstallation(installationAt(dir))
  } finally {
    await rm(dir, { recursive: true })
  }
})
