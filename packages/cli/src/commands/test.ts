import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'
import type { Command } from '../command.ts'
import { testEnvironment } from '../config.ts'
import { coverageFile, judgeCoverage } from '../coverage/coverage.ts'
import { installMissing } from '../daemons/install.ts'
import { checkout } from '../installation.ts'

const staticChecks = [
  { name: 'types', program: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'lint', program: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', program: 'oxfmt', args: ['--check', '.'] },
] as const

export const test: Command = {
  name: 'test',
  summary: 'run every check: types, lint, format, then all tests with coverage',
  positionals: ['[FILTER]'],
  details: `FILTER runs only the test files whose path holds it, without the other checks and coverage.
The last line is \`N passed, N failed\`.`,
  options: { long: { help: 'run everything at the sizes that are promised, for hours' } },
  async run(input) {
    const { out } = input
    const [filter] = input.positionals
    await installMissing(out.progress)
    const long = input.flag('long')
    const env = testEnvironment(long)
    const json = input.flag('json')
    let passed = 0
    let failed = 0
    for (const check of filter === undefined ? staticChecks : []) {
      out.progress(`checking ${check.name}`)
      const { code, said } = await run(check.program, check.args, env, 'hear')
      if (code === 0) passed += 1
      else {
        failed += 1
        out.done()
        process.stderr.write(said)
      }
    }
    out.progress('running the tests')
    out.done()
    let skipped = 0
    const names: string[] = []
    await using processes = await temporaryFolder()
    // Chosen tests measure nothing, and may run amid a run of all.
    const measured = filter === undefined ? { PARLEY_TEST_COVERAGE: processes.path } : {}
    if (filter === undefined) await rm(coverageFile(checkout), { force: true })
    const ran = join(processes.path, 'ran')
    await mkdir(ran)
    for (const args of runsFor(filter, long)) {
      const tests = await runTests(args, { ...env, ...measured }, json)
      passed += tests.passed
      failed += tests.failed
      skipped += tests.skipped
      names.push(...tests.names)
    }
    if (filter === undefined) {
      const { kept, lines } = await judgeCoverage(checkout, ran)
      if (kept) passed += 1
      else failed += 1
      for (const line of lines) out.say(line)
    }
    out.document({ passed, failed, skipped })
    // Once more at the end: of a long run that is all that one sees.
    for (const name of names) out.say(`failed: ${name}`)
    if (skipped > 0) out.say(`${skipped} skipped`)
    out.say(`${passed} passed, ${failed} failed`)
    return failed === 0 ? 0 : 1
  },
}

const Report = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      name: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
})

interface Counts {
  passed: number
  failed: number
  skipped: number
  /** What failed, by file and name. */
  names: string[]
}

/** What a Vitest report counts up to. A file that failed as a whole, with no failed test in it, is one failure. */
export function countReport(text: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, names: [] }
  for (const file of Report.parse(JSON.parse(text)).testResults) {
    const where = relative(checkout, file.name)
    const named = file.assertionResults.filter((result) => result.status === 'failed')
    counts.names.push(...named.map((result) => `${where}: ${result.fullName}`))
    if (named.length === 0 && file.status === 'failed') counts.names.push(where)
    const states = file.assertionResults.map((result) => result.status)
    const failed = states.filter((state) => state === 'failed').length
    counts.passed += states.filter((state) => state === 'passed').length
    counts.failed += failed === 0 && file.status === 'failed' ? 1 : failed
    counts.skipped += states.filter((state) => state !== 'passed' && state !== 'failed').length
  }
  return counts
}

/** What is measured under load has the machine to itself at full size. */
const overload = 'e2e/overload/'

/**
 * One after the other: end-to-end tests kill and pause processes, which a busy machine would do by itself.
 * @param long at full size, overload is tried with nothing beside it
 */
const runsFor = (filter: string | undefined, long: boolean): readonly (readonly string[])[] => {
  if (filter !== undefined) return [[filter]]
  const invariants = ['--project=invariants', '--maxWorkers=2']
  return [
    ['--project=code', '--coverage', '--maxWorkers=2'],
    ['--project=e2e'],
    ...(long
      ? [
          [...invariants, `--exclude=${overload}**`],
          ['--project=invariants', '--maxWorkers=1', overload],
        ]
      : [invariants]),
  ]
}

async function runTests(which: readonly string[], env: NodeJS.ProcessEnv, json: boolean): Promise<Counts> {
  await using folder = await temporaryFolder()
  const report = join(folder.path, 'report.json')
  const args = ['run', ...which, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // With --json stdout belongs to the document.
  const { code } = await run('vitest', args, env, json ? 'stderr' : 'inherit')
  const text = await readFile(report, 'utf8').catch(() => '')
  const counts = text === '' ? { passed: 0, failed: 0, skipped: 0, names: [] } : countReport(text)
  // Set-up and errors outside tests fail the run too.
  const outside = ['an error outside of the tests: it stands above']
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1, names: outside } : counts
}

async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'parley-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: 'hear' | 'inherit' | 'stderr',
): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const to = output === 'hear' ? 'pipe' : output === 'stderr' ? process.stderr : 'inherit'
    const child = spawn(join(checkout, 'node_modules', '.bin', program), args, {
      cwd: checkout,
      env,
      stdio: ['ignore', to, output === 'hear' ? 'pipe' : 'inherit'],
    })
    let said = ''
    const hear = (chunk: Buffer): void => {
      said += chunk.toString('utf8')
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said }))
  })
}
