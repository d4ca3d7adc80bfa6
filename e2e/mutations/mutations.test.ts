import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { long } from '../size.ts'
import { breaks } from './breaks.ts'
import type { Break } from './breaks/break.ts'
import { broken, brokenCopy } from './broken-copy.ts'

const root = resolve(import.meta.dirname, '../..')
const place = mkdtempSync(join(tmpdir(), 'parley-broken-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const Report = z.object({
  testResults: z.array(
    z.object({
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ status: z.string(), failureMessages: z.array(z.string()).default([]) }),
      ),
    }),
  ),
})

/** A law at random meets its break in nine runs of ten; that three of them all miss it is no chance. */
const mostRuns = 3

/** Runs a break's test at small size in the broken copy, again where it holds. @returns what the failed tests said */
async function failuresOf(dir: string, deliberate: Break): Promise<string[]> {
  let failures: string[] = []
  for (let run = 1; run <= mostRuns && failures.length === 0; run++)
    failures = await failuresOfRun(dir, deliberate)
  return failures
}

async function failuresOfRun(dir: string, { test: file, title }: Break): Promise<string[]> {
  const report = join(dir, 'report.json')
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|PARLEY_TEST|NODE_V8)/.test(name)),
  )
  env['NODE_COMPILE_CACHE'] = join(place, 'compiled')
  const project = file.startsWith('e2e/') ? 'invariants' : 'code'
  const args = ['run', `--project=${project}`, file, '--reporter=json', `--outputFile.json=${report}`]
  const child = spawn(
    join(dir, 'node_modules/.bin/vitest'),
    [...args, '--bail=1', ...(title === undefined ? [] : ['-t', title])],
    { cwd: dir, env, stdio: 'ignore' },
  )
  await new Promise((ended, failed) => child.once('close', ended).once('error', failed))
  const { testResults } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const results = testResults.flatMap((result) => result.assertionResults)
  // A set-up that failed runs no test: such a break would show nothing.
  if (!results.some(({ status }) => status === 'passed' || status === 'failed'))
    throw new Error(`no test ran: ${JSON.stringify(testResults)}`)
  return results
    .filter(({ status }) => status === 'failed')
    .map(({ failureMessages }) => failureMessages.join('\n'))
}

test('every break still finds what it breaks', async () => {
  for (const { file, from, to } of breaks)
    expect(broken(await readFile(join(root, file), 'utf8'), file, from, to)).toContain(to)
})

test('each invariant has a break, and those that fail quickly one in the small tier', () => {
  const invariants = (of: readonly Break[]) =>
    [...new Set(of.map((b) => b.invariant))].toSorted((a, b) => a - b)
  expect(invariants(breaks)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(invariants(breaks.filter((b) => b.small))).toEqual([1, 3, 5, 6, 7])
})

test.each(breaks.filter((b) => long || b.small))(
  'invariant $invariant broken ($name): its test fails',
  async (deliberate) => {
    await using copy = await brokenCopy(join(place, 'copy'), deliberate)
    const failures = await failuresOf(copy.dir, deliberate)
    expect(failures.length).toBeGreaterThan(0)
    // What it fails by is the invariant, not a start that failed.
    expect(failures.join('\n')).not.toMatch(
      /Command failed: \S*parley up|does not start|ERR_MODULE_NOT_FOUND/,
    )
  },
  600_000,
)
