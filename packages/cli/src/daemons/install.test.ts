import { expect, test } from 'vitest'
import { installing, installMissing, missingPackages, runQuietly } from './install.ts'

const missing = ['postgresql', 'redis-server']

test('packages are installed as root, by sudo where it asks nothing, and otherwise left to their reader', () => {
  const script = expect.stringMatching(/infra\/daemons\/install\.sh$/) as string
  const asRoot = installing(missing, { apt: true, root: true, sudo: false })
  expect(asRoot).toEqual(['sh', script, 'postgresql', 'redis-server'])
  expect(installing(missing, { apt: true, root: false, sudo: true })).toEqual(['sudo', '-n', ...asRoot])
  expect(() => installing(missing, { apt: true, root: false, sudo: false })).toThrow(
    'postgresql redis-server are missing; install them as root: apt-get install postgresql redis-server',
  )
  expect(() => installing(missing, { apt: false, root: true, sudo: true })).toThrow('no Debian or Ubuntu')
})

test('where everything is there nothing is said or done', async () => {
  const said: string[] = []
  expect(await missingPackages()).toEqual([])
  await installMissing((line) => said.push(line))
  expect(said).toEqual([])
})

test('a program is quiet unless it fails', async () => {
  await runQuietly('sh', ['-c', 'echo fine'])
  await expect(runQuietly('sh', ['-c', 'echo so; echo and so >&2; exit 3'])).rejects.toThrow(
    /^the packages .*:\nso\nand so$|so/,
  )
  await expect(runQuietly('no-such-program', [])).rejects.toThrow('no-such-program')
})
