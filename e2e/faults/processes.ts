import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { askSupervisor } from '@parley/cli'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Product } from '../product.ts'

const patience = { timeout: 60_000, interval: 50 }
type Processes = Pick<Product, 'state'>

export const pidOf = (product: Processes, name: string): number => {
  const pid = product.state().processes.find((process) => process.name === name)?.pid
  if (pid === undefined) throw new Error(`${name} is not in run.json`)
  return pid
}

/** Kills a process with -9; resolves when it is gone, and not before: a fault test proves its fault. */
export async function kill(product: Processes, name: string): Promise<{ readonly pid: number }> {
  const pid = pidOf(product, name)
  process.kill(pid, 'SIGKILL')
  await noLonger(product, name, pid)
  return { pid }
}

async function noLonger(product: Processes, name: string, pid: number): Promise<void> {
  const now = (): number | undefined => product.state().processes.find((p) => p.name === name)?.pid
  await expect.poll(now, patience).not.toBe(pid)
}

const Status = z.object({
  processes: z.array(
    z.object({ name: z.string(), state: z.string(), pid: z.int().nullable(), restarts: z.int() }),
  ),
})

/** What the supervisor says of each process. */
async function statusOf({ data }: Pick<Product, 'data'>): Promise<z.infer<typeof Status>['processes']> {
  const answer = await askSupervisor(join(data, 'control', 'socket'), { ask: 'status' }, Status)
  return answer?.processes ?? []
}

/** Resolves when the supervisor has a new process of that name and it is ready. @returns its pid */
export async function backAgain(product: Pick<Product, 'data'>, name: string): Promise<number> {
  const ready = async () => (await statusOf(product)).find((p) => p.name === name)
  await expect.poll(ready, patience).toMatchObject({ state: 'ready' })
  return z.int().parse((await ready())?.pid)
}

/** How often each process ended without having been asked to. */
export const restartsOf = async (product: Pick<Product, 'data'>): Promise<Record<string, number>> =>
  Object.fromEntries((await statusOf(product)).map(({ name, restarts }) => [name, restarts]))

/** State letter and parent; the state is T while a process is stopped, Z when it ended and nobody has heard yet. */
function statOf(pid: number): { state: string; parent: number } {
  try {
    const [, state = '', parent] = /\) (\w) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { state, parent: Number(parent) }
  } catch {
    return { state: 'gone', parent: 0 }
  }
}

/** A process with its children: Postgres is one for each connection. */
const familyOf = (pid: number): number[] => [
  pid,
  ...readdirSync('/proc')
    .map(Number)
    .filter((other) => other > 0 && statOf(other).parent === pid),
]

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name)
    } catch {
      // It has just ended by itself.
    }
}

/** Pauses a process (SIGSTOP) while `during` runs. @returns what that came to */
export async function paused<R>(product: Processes, name: string, during: () => Promise<R>): Promise<R> {
  const pid = pidOf(product, name)
  // The parent first: then no child comes that would be missed.
  process.kill(pid, 'SIGSTOP')
  const family = name === 'supervisor' ? [pid] : familyOf(pid)
  signal(family, 'SIGSTOP')
  const moving = (): number[] => family.filter((one) => !['T', 'gone'].includes(statOf(one).state))
  try {
    await expect.poll(moving, patience).toEqual([])
    const result = await during()
    expect(moving()).toEqual([])
    return result
  } finally {
    signal(family.toReversed(), 'SIGCONT')
  }
}

/** Kills a process with -9 and keeps it away while `during` runs. */
export async function away(product: Processes, name: string, during: () => Promise<void>): Promise<void> {
  const pid = pidOf(product, name)
  const ended = (): string => statOf(pid).state
  // Nobody starts it again while the supervisor stands still.
  await paused(product, 'supervisor', async () => {
    process.kill(pid, 'SIGKILL')
    await expect.poll(ended, patience).toBe('Z')
    await during()
    expect(ended()).toBe('Z')
  })
  await noLonger(product, name, pid)
}

/** Kills NATS or Redis with -9 and deletes everything it stored before it starts again. */
export async function wiped(product: Product, name: 'nats' | 'redis'): Promise<void> {
  const stored = join(product.data, name, 'data')
  await away(product, name, async () => {
    expect(readdirSync(stored)).not.toEqual([])
    rmSync(stored, { recursive: true })
  })
}
