import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { z } from 'zod'
import type { Executed } from './executed.ts'

/** Istanbul's document, as Vitest's `json` reporter writes it. */
const Coverage = z.record(
  z.string(),
  z.object({
    statementMap: z.record(
      z.string(),
      z.object({ start: z.object({ line: z.int().min(1), column: z.int().min(0) }) }),
    ),
    s: z.record(z.string(), z.int()),
  }),
)

/** The statements of one file. */
export interface FileStatements {
  /** Below the root. */
  readonly file: string
  readonly all: number
  /** The lines of those that nobody ran. */
  readonly missing: readonly number[]
}

/** What the tests' own process ran, by Istanbul's document, and what others ran, by offsets. */
export async function readStatements(path: string, executed: Executed, root: string): Promise<FileStatements[]> {
  const coverage = Coverage.parse(JSON.parse(await readFile(path, 'utf8')))
  return Promise.all(
    Object.entries(coverage).map(async ([file, { statementMap, s }]) => {
      const elsewhere = executed.get(file)
      const starts = elsewhere && lineStarts(await readFile(file, 'utf8'))
      const missing = Object.entries(statementMap).flatMap(([id, { start }]) => {
        const offset = (starts?.[start.line - 1] ?? 0) + start.column
        return (s[id] ?? 0) > 0 || elsewhere?.[offset] === 1 ? [] : [start.line]
      })
      return { file: relative(root, file), all: Object.keys(statementMap).length, missing }
    }),
  )
}

const lineStarts = (text: string): number[] => [0, ...[...text.matchAll(/\n/g)].map((m) => m.index + 1)]
