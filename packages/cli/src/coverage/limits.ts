import type { FileStatements } from './statements.ts'

interface Limit {
  readonly what: string
  readonly files: RegExp
  /** Percent of the statements that must have been run. */
  readonly least: number
}

const limits: readonly Limit[] = [
  { what: 'everything', files: /./, least: 98 },
  {
    what: 'the API layer',
    files: /^packages\/(api\/src|kit\/src\/(run\/|route\.ts))|^services\/\w+\/src\/(routes|calls)\//,
    least: 100,
  },
]

/** One line for each limit, and whether all are kept. */
export function judge(
  files: readonly FileStatements[],
  against: readonly Limit[] = limits,
): { kept: boolean; lines: string[] } {
  const judged = against.map((limit) => {
    const within = files.filter(({ file }) => limit.files.test(file))
    const all = within.reduce((sum, file) => sum + file.all, 0)
    const missing = within.reduce((sum, file) => sum + file.missing.length, 0)
    const percent = all === 0 ? 0 : (100 * (all - missing)) / all
    return {
      kept: percent >= limit.least,
      // Cut, not rounded: 99.996 is not 100.
      line: `${limit.what}: ${Math.floor(percent * 100) / 100} % of ${all} statements were run, at least ${limit.least} must be`,
    }
  })
  return { kept: judged.every(({ kept }) => kept), lines: judged.map(({ line }) => line) }
}

/** What nobody ran: one line for each file, the worst first. */
export const missingIn = (files: readonly FileStatements[]): string[] =>
  files
    .filter(({ missing }) => missing.length > 0)
    .toSorted((a, b) => b.missing.length - a.missing.length || (a.file < b.file ? -1 : 1))
    .map(({ file, all, missing }) => `${file}: ${missing.length} of ${all}, lines ${[...new Set(missing)].join(' ')}`)
