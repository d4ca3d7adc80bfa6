import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const Function = z.object({
  isBlockCoverage: z.boolean(),
  ranges: z.array(z.object({ startOffset: z.int(), endOffset: z.int(), count: z.int() })),
})
const Script = z.object({ functions: z.array(Function) })
const Report = z.object({ result: z.array(z.looseObject({ url: z.string() })) })

/** By file: 1 at every offset (in UTF-16 units) of its source that some process ran. */
export type Executed = ReadonlyMap<string, Uint8Array>

/**
 * What processes ran of the files below `root`, from the reports that Node writes at a process' end where
 * NODE_V8_COVERAGE names a folder. Types are stripped in place, so that offsets are those of the source.
 */
export async function readExecuted(folder: string, root: string): Promise<Executed> {
  const executed = new Map<string, Uint8Array>()
  const below = `file://${root}/`
  for (const name of await readdir(folder)) {
    const { result } = Report.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
    for (const script of result) {
      if (!script.url.startsWith(below) || script.url.includes('/node_modules/')) continue
      const file = fileURLToPath(script.url)
      const now = executedIn(Script.parse(script).functions)
      const before = executed.get(file)
      executed.set(file, before === undefined ? now : now.map((ran, at) => ran | (before[at] ?? 0)))
    }
  }
  return executed
}

/** The innermost range that holds an offset says whether it was run. */
function executedIn(functions: readonly z.infer<typeof Function>[]): Uint8Array {
  const ranges = functions
    // What came from the compile cache is counted as a whole, whatever was run of it: nobody knows.
    .flatMap((f) => f.ranges.map((range) => ({ ...range, ran: f.isBlockCoverage && range.count > 0 })))
    .toSorted((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  const executed = new Uint8Array(Math.max(0, ...ranges.map((range) => range.endOffset)))
  for (const { startOffset, endOffset, ran } of ranges) executed.fill(ran ? 1 : 0, startOffset, endOffset)
  return executed
}
