import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** What a limit's process says once it answers. */
const Ready = z.object({
  port: z.int().default(0),
  /** Processes that work for it alone, as Postgres' backends of its connections do. */
  pids: z.array(z.int()).default([]),
  /** Where it makes its load itself: CPU milliseconds each, and how many a second. */
  ms: z.number().default(Number.NaN),
  rate: z.number().default(Number.NaN),
})

/** A process of its own on one core. */
export interface Pinned extends AsyncDisposable {
  readonly port: number
  readonly ms: number
  readonly rate: number
  /** Its processes, as `cpuOf` takes them. */
  readonly roots: ReadonlyMap<number, string>
}

/**
 * Starts a program of `limits/` on a core; it prints one line of JSON when it answers.
 * @param options handed over as one argument of JSON: paths and numbers, no secrets
 */
export async function startPinned(core: number, name: string, options: object): Promise<Pinned> {
  const file = join(import.meta.dirname, 'limits', `${name}.ts`)
  const child = spawn(
    'taskset',
    [
      '-c',
      String(core),
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      file,
      JSON.stringify(options),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  const first = once(createInterface(child.stdout), 'line').then(([line]) => String(line))
  const line = await Promise.race([
    first,
    ended.then(() => {
      throw new Error(`the limit ${name} did not start`)
    }),
  ])
  const { port, pids, ms, rate } = Ready.parse(JSON.parse(line))
  const roots = new Map([[child.pid ?? 0, name], ...pids.map((pid) => [pid, 'postgres'] as const)])
  return {
    port,
    ms,
    rate,
    roots,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
