import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readExecuted } from './executed.ts'
import { judge, missingIn } from './limits.ts'
import { readStatements } from './statements.ts'

/** Where Vitest writes what its own process ran. */
export const coverageFile = (root: string): string => join(root, 'coverage', 'coverage-final.json')

/**
 * Holds what the tests and the processes they started ran against the limits, and writes beside it what nobody ran.
 * @param processes the folder of the processes' reports
 */
export async function judgeCoverage(
  root: string,
  processes: string,
): Promise<{ kept: boolean; lines: readonly string[] }> {
  const tests = coverageFile(root)
  if (!existsSync(tests)) return { kept: false, lines: ['coverage was not measured'] }
  const files = await readStatements(tests, await readExecuted(processes, root), root)
  const nobody = join(root, 'coverage', 'never-run.txt')
  await writeFile(nobody, missingIn(files).map((line) => `${line}\n`).join(''))
  const { kept, lines } = judge(files)
  return { kept, lines: kept ? lines : [...lines, `what was never run stands in ${nobody}`] }
}
