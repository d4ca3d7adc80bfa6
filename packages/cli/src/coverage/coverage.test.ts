import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { coverageFile, judgeCoverage } from './coverage.ts'
import { readExecuted } from './executed.ts'
import { judge, missingIn } from './limits.ts'
import { readStatements } from './statements.ts'

const source = `interface Wish { readonly word: string }
const say = (wish: Wish): string => {
  if (wish.word === 'a') return 'first'
  return 'other'
}
function never(): void {
  say({ word: 'never' })
}
if (process.argv[2] === 'never') never()
console.log(say({ word: process.argv[2] ?? '' } satisfies Wish))
`
/** Where the statements of `source` begin. */
const places = [[2, 12], [3, 2], [3, 25], [4, 2], [7, 2], [9, 0], [9, 33], [10, 0]] as const

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coverage-test-'))
  await mkdir(join(root, 'reports'))
  await mkdir(join(root, 'coverage'))
  await writeFile(join(root, 'said.ts'), source)
  await writeFile(join(root, 'unused.ts'), 'const unused = 1\n')
})
afterEach(() => rm(root, { recursive: true }))

async function runIt(word: string, cache = ''): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'said.ts'), word], {
    env: { NODE_V8_COVERAGE: join(root, 'reports'), ...(cache === '' ? {} : { NODE_COMPILE_CACHE: cache }) },
  })
}

/** As Vitest would write it where its own process ran nothing but `counts`. */
async function statements(counts: Record<number, number> = {}) {
  const at = (lines: readonly (readonly [number, number])[]) => ({
    statementMap: Object.fromEntries(lines.map(([line, column], i) => [i, { start: { line, column } }])),
    s: Object.fromEntries(lines.map((_, i) => [i, counts[i] ?? 0])),
  })
  const path = coverageFile(root)
  const files = { [join(root, 'said.ts')]: at(places), [join(root, 'unused.ts')]: at([[1, 15]]) }
  await writeFile(path, JSON.stringify(files))
  return readStatements(path, await readExecuted(join(root, 'reports'), root), root)
}

test('what no process ran is missing, line by line', async () => {
  await runIt('b')
  expect(await statements()).toEqual([
    { file: 'said.ts', all: 8, missing: [3, 7, 9] },
    { file: 'unused.ts', all: 1, missing: [1] },
  ])
})

test('processes add up, and so do the tests', async () => {
  await runIt('b')
  await runIt('a')
  expect((await statements())[0]?.missing).toEqual([7, 9])
  expect((await statements({ 4: 1 }))[0]?.missing).toEqual([9])
  expect(missingIn(await statements())).toEqual(['said.ts: 2 of 8, lines 7 9', 'unused.ts: 1 of 1, lines 1'])
})

test('code from the compile cache, of which the parts are not counted, does not count', async () => {
  const cache = join(root, 'cache')
  await runIt('b', cache)
  await rm(join(root, 'reports'), { recursive: true })
  await mkdir(join(root, 'reports'))
  await runIt('b', cache)
  const missing = (await statements())[0]?.missing
  expect(missing).toEqual(expect.arrayContaining([3, 7, 9]))
})

test('other files and broken reports', async () => {
  await runIt('b')
  expect(await readExecuted(join(root, 'reports'), join(root, 'elsewhere'))).toEqual(new Map())
  await writeFile(join(root, 'reports', 'broken.json'), '{}')
  await expect(readExecuted(join(root, 'reports'), root)).rejects.toThrow('result')
})

test('a limit is kept at its percentage and not a hair below', () => {
  const limit = { what: 'all', files: /^a/, least: 98 }
  const file = (missing: number) => ({ file: 'a.ts', all: 100, missing: Array.from({ length: missing }, () => 1) })
  const other = { file: 'b.ts', all: 100, missing: [1] }
  expect(judge([file(2), other], [limit])).toEqual({
    kept: true,
    lines: ['all: 98 % of 100 statements were run, at least 98 must be'],
  })
  expect(judge([file(3), other], [limit]).kept).toBe(false)
  expect(judge([other], [limit]).kept).toBe(false)
})

test('the API layer has a limit of its own', () => {
  const file = (name: string) => [
    { file: name, all: 100, missing: [1] },
    { file: 'packages/api/src/whole.ts', all: 20, missing: [] },
    { file: 'packages/core/src/whole.ts', all: 10_000, missing: [] },
  ]
  expect(judge(file('services/auth/src/routes/get-user.ts')).kept).toBe(false)
  expect(judge(file('packages/api/src/param.ts')).kept).toBe(false)
  expect(judge(file('packages/kit/src/run/commit.ts')).kept).toBe(false)
  expect(judge(file('services/auth/src/repo/users.ts')).kept).toBe(true)
})

test('what nobody ran is written down', async () => {
  expect(await judgeCoverage(root, join(root, 'reports'))).toEqual({
    kept: false,
    lines: ['coverage was not measured'],
  })
  await runIt('b')
  await statements()
  const { kept, lines } = await judgeCoverage(root, join(root, 'reports'))
  expect(kept).toBe(false)
  expect(lines[0]).toContain('everything: 55.55 % of 9 statements')
  expect(await readFile(join(root, 'coverage', 'never-run.txt'), 'utf8')).toBe(
    'said.ts: 3 of 8, lines 3 7 9\nunused.ts: 1 of 1, lines 1\n',
  )
})
